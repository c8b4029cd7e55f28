#include "node/membership/verifier.h"

#include <algorithm>

#include "node/membership/card.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"
#include "node/membership/roster_work.h"

namespace renkei::membership {
namespace {

// Rows of the store, by community.
constexpr std::string_view kDeniedKind = "seen_denied";  // those a newer state no longer names

using DeniedKeys = std::unordered_set<crypto::Digest, FixedBytesHash>;

absl::Status StateTooOld() {
  return Unavailable(
      "the community's state is too old to check anyone by it: the hub must be reached first");
}

// Why one attestation does not count; the worst luck of several is told.
class Refusal {
 public:
  explicit Refusal(absl::Status if_none) : status_(std::move(if_none)) {}
  // A reason is better told than that there is none, and the first better than the next.
  void Add(absl::Status reason) {
    if (!told_) status_ = std::move(reason);
    told_ = true;
  }
  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
  bool told_ = false;
};

bool LaterFirst(const VerifiedAttestation& a, const VerifiedAttestation& b) {
  return a.attestation.not_before > b.attestation.not_before;
}

void AddMembership(policy::Peer& facts, std::string_view circle, policy::Rung rung) {
  policy::Membership membership;
  membership.circle = std::string(circle);
  membership.rung = rung;
  facts.circles.push_back(std::move(membership));
}

// By circle; of several rungs in one circle the first, which was attested last.
void SortCircles(policy::Peer& facts) {
  const auto by_circle = [](const auto& a, const auto& b) { return a.circle < b.circle; };
  const auto same_circle = [](const auto& a, const auto& b) { return a.circle == b.circle; };
  std::stable_sort(facts.circles.begin(), facts.circles.end(), by_circle);
  facts.circles.erase(std::unique(facts.circles.begin(), facts.circles.end(), same_circle),
                      facts.circles.end());
}

// The facts of `counted`, which agree on one team; newest word first.
absl::StatusOr<policy::Peer> ToFacts(const CommunityState& state,
                                     std::vector<VerifiedAttestation>& counted) {
  std::stable_sort(counted.begin(), counted.end(), LaterFirst);
  const VerifiedAttestation& newest = counted.front();
  policy::Peer facts;
  if (newest.card) facts = FactsOf(*newest.card);
  // Of an unnamed author only this is known, and its rungs.
  if (!newest.card) facts.kind = policy::PeerKind::kMember;
  for (const VerifiedAttestation& one : counted) {
    if (one.card && (one.card->team_key() != newest.card->team_key() ||
                     one.card->slug() != newest.card->slug() ||
                     one.attestation.origin != newest.attestation.origin)) {
      return PermissionDenied("the attestations name different teams or keys");
    }
    AddMembership(facts, state.FindCharter(one.attestation.circle)->circle, one.attestation.rung);
  }
  SortCircles(facts);
  return facts;
}

absl::StatusOr<AuthorStanding> ToAuthor(const CommunityState& state,
                                        std::vector<VerifiedAttestation> counted) {
  AuthorStanding author;
  ASSIGN_OR_RETURN(author.facts, ToFacts(state, counted));
  if (const std::optional<v1::Card>& card = counted.front().card; card) {
    author.slug = card->slug();
    author.team_key = crypto::PublicKey::From(card->team_key());
  }
  for (const VerifiedAttestation& one : counted) author.circles.push_back(one.attestation.circle);
  std::sort(author.circles.begin(), author.circles.end());
  author.circles.erase(std::unique(author.circles.begin(), author.circles.end()),
                       author.circles.end());
  return author;
}

absl::StatusOr<SessionStanding> ToSession(const CommunityState& state,
                                          std::vector<VerifiedAttestation> counted) {
  SessionStanding session;
  ASSIGN_OR_RETURN(session.facts, ToFacts(state, counted));
  const VerifiedAttestation& newest = counted.front();
  session.team_key = *crypto::PublicKey::From(newest.card->team_key());
  session.record_key = newest.attestation.origin;
  session.valid_until = newest.attestation.not_after;
  for (const VerifiedAttestation& one : counted) {
    session.valid_until = std::min(session.valid_until, one.attestation.not_after);
  }
  return session;
}

}  // namespace

struct Verifier::View {
  v1::SignedState signed_state;
  CommunityState state;
  DeniedKeys denied_before;  // by an older state

  bool IsDenied(const crypto::Digest& key_hash) const {
    return state.IsDenied(key_hash) || denied_before.contains(key_hash);
  }

  // The team of a card or a key is denied.
  absl::Status CheckDenied(const crypto::PublicKey& origin,
                           const std::optional<v1::Card>& card) const {
    if (IsDenied(crypto::Sha256(origin.view())) ||
        (card && IsDenied(crypto::Sha256(card->team_key())))) {
      return PermissionDenied("this key was denied by the hub");
    }
    return absl::OkStatus();
  }

  // When this attestation runs out.  What was valid when the state went stale counts on until the
  // state is three times its greatest age old, so that members outlive their hub's absence.
  absl::Status CheckTime(const Attestation& a, Timestamp now) const {
    if (a.not_before > now + kClockSlack) {
      return PermissionDenied(
          fmt::format("attestation is not valid yet: it begins {} s after this node's time",
                      (a.not_before - now).count()));
    }
    const Charter* charter = state.FindCharter(a.circle);
    const auto age_max = charter == nullptr ? kStateAgeMaxDefault : charter->state_age_max;
    const Timestamp stale_from = state.signed_at() + age_max;
    switch (state.FreshnessOf(a.circle, now)) {
      case Freshness::kFresh:
        break;
      case Freshness::kStale:
        if (a.not_after > stale_from) return absl::OkStatus();
        break;
      case Freshness::kDead:
        return StateTooOld();
    }
    if (now >= a.not_after) {
      return PermissionDenied(fmt::format("attestation expired {} s before this node's time",
                                          (now - a.not_after).count()));
    }
    return absl::OkStatus();
  }

  absl::Status CheckCounts(const Attestation& a, LapsedAttestations lapsed, Timestamp now) const {
    if (lapsed == LapsedAttestations::kAccept) return absl::OkStatus();
    if (state.IsVoid(a, now)) {
      return PermissionDenied("attestation is void: the hub changed the team's level since");
    }
    return CheckTime(a, now);
  }
};

Verifier::Verifier(std::string community, const crypto::PublicKey& attest_key, store::Store& store,
                   const Clock& clock)
    : community_(std::move(community)), attest_key_(attest_key), store_(store), clock_(clock) {}

absl::StatusOr<std::unique_ptr<Verifier>> Verifier::Open(std::string community,
                                                         const crypto::PublicKey& attest_key,
                                                         store::Store& store, const Clock& clock) {
  if (!IsCommunity(community)) {
    return InvalidArgument("the community's name is not [a-z0-9.-]{1,64}");
  }
  std::unique_ptr<Verifier> verifier(new Verifier(std::move(community), attest_key, store, clock));
  RETURN_IF_ERROR(Annotate(verifier->Load(), "load the community's state"));
  return verifier;
}

// The state as the rows have it, checked; nothing before the first.
absl::StatusOr<std::shared_ptr<const Verifier::View>> Verifier::ReadRows(
    const store::Reader& reader) const {
  ASSIGN_OR_RETURN(const std::optional<Bytes> row, reader.FindObject(kSeenStateKind, community_));
  ASSIGN_OR_RETURN(const std::optional<Bytes> denied, reader.FindObject(kDeniedKind, community_));
  if (!row) return nullptr;
  v1::SignedState signed_state;
  if (!signed_state.ParseFromString(*row)) return DataLoss("the stored state is damaged");
  absl::StatusOr<CommunityState> state =
      CommunityState::Verify(signed_state, community_, attest_key_);
  if (!state.ok()) return DataLoss(fmt::format("the stored state: {}", Message(state.status())));
  DeniedKeys before;
  ByteReader keys(denied ? BytesView(*denied) : BytesView());
  while (!keys.AtEnd()) before.insert(keys.Read<crypto::Digest>());
  if (!keys.ok()) return DataLoss("the stored denied keys are damaged");
  return std::make_shared<const View>(
      View{std::move(signed_state), *std::move(state), std::move(before)});
}

absl::Status Verifier::Load() {
  std::shared_ptr<const View> stored;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(stored, ReadRows(reader));
    return absl::OkStatus();
  }));
  MutexLock lock(mutex_);
  view_ = std::move(stored);
  return absl::OkStatus();
}

std::shared_ptr<const Verifier::View> Verifier::view() const {
  MutexLock lock(mutex_);
  return view_;
}

absl::StatusOr<StateUpdate> Verifier::Update(const v1::SignedState& signed_state) {
  // Peers present the same state again and again: told apart before any signature is checked.
  if (const auto held = view(); held && held->signed_state.state() == signed_state.state()) {
    return StateUpdate::kSame;
  }
  ASSIGN_OR_RETURN(CommunityState state,
                   CommunityState::Verify(signed_state, community_, attest_key_));
  std::shared_ptr<const View> next;
  StateUpdate outcome = StateUpdate::kOlder;
  // Two updates at once are one after the other on the store's thread, and there the row decides.
  const absl::Status committed = store_.Commit([&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<const View> held, ReadRows(writer));
    next = nullptr;
    outcome = StateUpdate::kOlder;
    if (held && state.version() <= held->state.version()) {
      if (state.version() == held->state.version()) outcome = StateUpdate::kSame;
      return absl::OkStatus();
    }
    DeniedKeys before;
    if (held) {
      before = held->denied_before;
      before.insert(held->state.denied().begin(), held->state.denied().end());
      std::erase_if(before, [&state](const auto& key) { return state.IsDenied(key); });
    }
    Bytes denied;
    for (const crypto::Digest& key : before) denied += key.view();
    RETURN_IF_ERROR(writer.PutObject(kSeenStateKind, community_, signed_state.SerializeAsString()));
    RETURN_IF_ERROR(writer.PutObject(kDeniedKind, community_, denied));
    next = std::make_shared<const View>(View{signed_state, state, std::move(before)});
    outcome = StateUpdate::kNewer;
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(committed);
  if (!next) return outcome;
  {
    MutexLock lock(mutex_);
    if (!view_ || view_->state.version() < next->state.version()) view_ = next;
  }
  if (listener_) listener_();
  return outcome;
}

void Verifier::OnUpdate(std::function<void()> listener) { listener_ = std::move(listener); }

std::optional<v1::SignedState> Verifier::signed_state() const {
  const auto held = view();
  return held ? std::optional(held->signed_state) : std::nullopt;
}

std::optional<std::uint64_t> Verifier::version() const {
  const auto held = view();
  return held ? std::optional(held->state.version()) : std::nullopt;
}

Freshness Verifier::freshness() const {
  const auto held = view();
  if (!held) return Freshness::kDead;
  const Timestamp now = clock_.Now();
  const Freshness freshness = held->state.FreshnessAt(now);
  const std::chrono::hours age_max = age_max_;
  const bool too_old =
      age_max < std::chrono::hours::max() && now - held->state.signed_at() > age_max;
  return too_old ? std::max(freshness, Freshness::kStale) : freshness;
}

std::optional<std::string> Verifier::CircleName(const record::CircleId& id) const {
  const auto held = view();
  const Charter* charter = held ? held->state.FindCharter(id) : nullptr;
  return charter != nullptr ? std::optional(charter->circle) : std::nullopt;
}

std::optional<Charter> Verifier::FindCharter(std::string_view circle) const {
  const auto held = view();
  const Charter* charter = held ? held->state.FindCharter(circle) : nullptr;
  return charter != nullptr ? std::optional(*charter) : std::nullopt;
}

std::vector<Charter> Verifier::Charters() const {
  const auto held = view();
  return held ? held->state.charters() : std::vector<Charter>();
}

std::shared_ptr<const CommunityState> Verifier::state() const {
  const auto held = view();
  return held ? std::shared_ptr<const CommunityState>(held, &held->state) : nullptr;
}

bool Verifier::IsDenied(const crypto::Digest& key_hash) const {
  const auto held = view();
  return held && held->IsDenied(key_hash);
}

absl::StatusOr<AuthorStanding> Verifier::CheckAuthor(
    const crypto::PublicKey& origin, policy::SourceMode source,
    std::span<const record::CircleId> circles, std::span<const v1::SignedAttestation> attestations,
    LapsedAttestations lapsed, Timestamp now) const {
  const std::optional<AttestationMode> mode = ModeFor(source);
  if (!mode) return InvalidArgument("the record's source mode is unspecified");
  if (attestations.size() > kAttestationsMax) {
    return InvalidArgument("more than 16 attestations beside one record");
  }
  const auto held = view();
  if (!held) return StateTooOld();
  RETURN_IF_ERROR(held->CheckDenied(origin, std::nullopt));

  Refusal refusal(PermissionDenied("no attestation vouches for the record's author"));
  std::vector<VerifiedAttestation> counted;
  for (const v1::SignedAttestation& candidate : attestations) {
    absl::StatusOr<VerifiedAttestation> verified = VerifyAttestation(attest_key_, candidate);
    if (!verified.ok()) {
      refusal.Add(verified.status());
      continue;
    }
    const Attestation& a = verified->attestation;
    if (a.mode != *mode || a.subject != SubjectOf(origin)) {
      refusal.Add(PermissionDenied("attestation is for another key or source mode"));
      continue;
    }
    // A denied team condemns the record, whatever stands beside it.
    RETURN_IF_ERROR(held->CheckDenied(origin, verified->card));
    if (std::find(circles.begin(), circles.end(), a.circle) == circles.end() ||
        held->state.FindCharter(a.circle) == nullptr) {
      refusal.Add(PermissionDenied("attestation is for a circle the record does not name"));
      continue;
    }
    if (absl::Status counts = held->CheckCounts(a, lapsed, now); !counts.ok()) {
      refusal.Add(std::move(counts));
      continue;
    }
    counted.push_back(*std::move(verified));
  }
  if (counted.empty()) return refusal.status();
  return ToAuthor(held->state, std::move(counted));
}

absl::StatusOr<SessionStanding> Verifier::CheckSession(
    const PeerIdentity& peer, std::span<const v1::SignedAttestation> attestations,
    Timestamp now) const {
  if (attestations.size() > kSessionAttestationsMax) {
    return InvalidArgument("more than 64 session attestations");
  }
  const auto held = view();
  if (!held) return StateTooOld();
  if (held->IsDenied(peer.spki_sha256)) {
    return PermissionDenied("this key was denied by the hub");
  }
  Refusal refusal(PermissionDenied("the peer presented no session attestation"));
  std::vector<VerifiedAttestation> counted;
  for (const v1::SignedAttestation& candidate : attestations) {
    absl::StatusOr<VerifiedAttestation> verified = VerifyAttestation(attest_key_, candidate);
    if (!verified.ok()) {
      refusal.Add(verified.status());
      continue;
    }
    const Attestation& a = verified->attestation;
    if (a.mode != AttestationMode::kSession || a.subject != SubjectOf(peer.spki_sha256)) {
      refusal.Add(PermissionDenied("attestation is not for this connection's key"));
      continue;
    }
    RETURN_IF_ERROR(held->CheckDenied(a.origin, verified->card));
    if (verified->card->slug() != peer.name()) {
      return PermissionDenied("the peer's certificate and its attestation name different teams");
    }
    if (held->state.FindCharter(a.circle) == nullptr) {
      refusal.Add(PermissionDenied("attestation is for a circle that no charter names"));
      continue;
    }
    if (absl::Status counts = held->CheckCounts(a, LapsedAttestations::kRefuse, now);
        !counts.ok()) {
      refusal.Add(std::move(counts));
      continue;
    }
    counted.push_back(*std::move(verified));
  }
  if (counted.empty()) return refusal.status();
  return ToSession(held->state, std::move(counted));
}

}  // namespace renkei::membership
