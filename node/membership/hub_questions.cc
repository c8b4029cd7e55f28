// HubRoster: what feed and exchange ask, all answered from memory.
#include <algorithm>

#include "node/membership/attest_team.h"
#include "node/membership/card.h"
#include "node/membership/hub_published.h"
#include "node/membership/hub_roster.h"
#include "node/membership/limits.h"

namespace renkei::membership {
namespace {

constexpr std::chrono::hours kNamedAgain{24};  // of seven days

bool IsSuspended(const v1::Team& team, Timestamp now) {
  return team.suspended_until() != 0 && UnixSeconds(now) < team.suspended_until();
}

bool Holds(const v1::Team& team, const crypto::Digest& tls_spki) {
  return std::find(team.tls_keys().begin(), team.tls_keys().end(), tls_spki.view()) !=
         team.tls_keys().end();
}

policy::Rung RungIn(const v1::Team& team, std::string_view circle) {
  for (const v1::Level& level : team.levels()) {
    if (level.circle() == circle) return static_cast<policy::Rung>(level.rung());
  }
  return 0;
}

}  // namespace

bool HubRoster::IsGood(const v1::Team& team) const {
  return !team.revoked() && !IsSuspended(team, clock_.Now());
}

std::optional<v1::Team> HubRoster::FindTeamBySlug(std::string_view slug) const {
  MutexLock lock(mutex_);
  const auto found = teams_.find(slug);
  return found == teams_.end() ? std::nullopt : std::optional(found->second.team);
}

std::optional<v1::Team> HubRoster::FindTeamByRecordKey(const crypto::PublicKey& record_key) const {
  MutexLock lock(mutex_);
  const auto slug = slugs_by_record_key_.find(record_key);
  if (slug == slugs_by_record_key_.end()) return std::nullopt;
  return teams_.find(slug->second)->second.team;
}

std::optional<v1::Team> HubRoster::GoodTeam(std::string_view slug) const {
  std::optional<v1::Team> team = FindTeamBySlug(slug);
  return team && IsGood(*team) ? std::move(team) : std::nullopt;
}

PeerStanding HubRoster::StandingOf(const PeerIdentity& peer) const {
  if (peer.community != options_.community) return PeerStanding::kUnknown;
  const std::optional<v1::Team> team = FindTeamBySlug(peer.name());
  if (!team) return PeerStanding::kUnknown;
  if (team->revoked() || state()->state.IsDenied(peer.spki_sha256)) return PeerStanding::kRevoked;
  if (IsSuspended(*team, clock_.Now())) return PeerStanding::kSuspended;
  return Holds(*team, peer.spki_sha256) ? PeerStanding::kAllowed : PeerStanding::kKeyUnknown;
}

std::optional<policy::Peer> HubRoster::PeerFacts(std::string_view slug) const {
  const std::optional<v1::Team> team = GoodTeam(slug);
  if (!team) return std::nullopt;
  policy::Peer facts = FactsOf(team->card());
  for (const v1::Level& level : team->levels()) {  // sorted by circle
    policy::Membership membership;
    membership.circle = level.circle();
    membership.rung = static_cast<policy::Rung>(level.rung());
    facts.circles.push_back(std::move(membership));
  }
  return facts;
}

std::optional<crypto::PublicKey> HubRoster::TeamKey(std::string_view slug) const {
  const std::optional<v1::Team> team = GoodTeam(slug);
  return team ? crypto::PublicKey::From(team->team_key()) : std::nullopt;
}

std::vector<v1::SignedAttestation> HubRoster::Named(const std::string& slug) const {
  const Timestamp now = clock_.Now();
  v1::Team team;
  std::uint64_t commit = 0;
  std::shared_ptr<const Published> held;
  {
    MutexLock lock(mutex_);
    const TeamEntry& entry = teams_.find(slug)->second;
    const bool recent = now >= entry.named_at && now < entry.named_at + kNamedAgain;
    if (!entry.named.empty() && recent) return entry.named;
    team = entry.team;
    commit = entry.commit;
    held = state_;
  }
  std::vector<v1::SignedAttestation> named = AttestNamed(hub_.attest, held->state, team, now);
  MutexLock lock(mutex_);
  TeamEntry& entry = teams_.find(slug)->second;
  if (entry.commit == commit && state_ == held) {
    entry.named = named;
    entry.named_at = now;
  }
  return named;
}

std::vector<v1::SignedAttestation> HubRoster::NamedAttestations(
    const crypto::PublicKey& record_key, std::span<const record::CircleId> circles) const {
  const std::optional<v1::Team> team = FindTeamByRecordKey(record_key);
  if (!team || !IsGood(*team)) return {};
  std::vector<v1::SignedAttestation> named = Named(team->slug());
  std::erase_if(named, [circles](const v1::SignedAttestation& one) {
    const absl::StatusOr<Attestation> attestation = ParseAttestation(one.attestation());
    return !attestation.ok() ||
           std::find(circles.begin(), circles.end(), attestation->circle) == circles.end();
  });
  return named;
}

std::vector<v1::SignedAttestation> HubRoster::SessionAttestations(
    const crypto::Digest& tls_spki, const crypto::PublicKey& record_key) const {
  const std::optional<v1::Team> team = FindTeamByRecordKey(record_key);
  if (!team || !IsGood(*team)) return {};
  // The hub's own TLS keys are in no roster: it vouches for them because it is asked here.
  if (team->slug() != kHubSlug && !Holds(*team, tls_spki)) return {};
  return AttestSession(hub_.attest, state()->state, *team, tls_spki, clock_.Now());
}

absl::StatusOr<v1::SignedAttestation> HubRoster::AttestUnnamed(
    std::string_view slug, policy::SourceMode source, const crypto::PublicKey& key,
    const record::CircleId& circle, Timestamp not_before, Timestamp not_after,
    std::optional<policy::Rung> first) const {
  const std::optional<AttestationMode> mode = ModeFor(source);
  if (!mode || *mode == AttestationMode::kNamed || key.IsZero()) {
    return InvalidArgument("only a pseudonymous or anonymous record is vouched for without a name");
  }
  const std::shared_ptr<const Published> held = state();
  const std::optional<v1::Team> team = GoodTeam(slug);
  const Charter* charter = held->state.FindCharter(circle);
  const policy::Rung own = team && charter != nullptr ? RungIn(*team, charter->circle) : 0;
  if (own == 0) return PermissionDenied("the team is not of the record's circle");
  // What was begun under a charter may be revised, whatever it says now.
  if (!first && !charter->Allows(source)) {
    return PermissionDenied("the circle's charter allows no records of this source mode");
  }

  Attestation form;
  form.mode = *mode;
  form.subject = SubjectOf(key);
  form.circle = circle;
  form.not_before = not_before;
  form.not_after = not_after;
  if (UnixSeconds(not_before) < 0 || not_after <= not_before ||
      not_after - not_before > kUnnamedLifetimeMax) {
    return InvalidArgument("the lifetime is empty or longer than a record's");
  }
  // A new rung beside a later revision would say that this author was promoted.
  if (first) {
    form.rung = *first;
    return SignAttestation(hub_.attest, form, {});
  }
  const std::vector<v1::Team> teams = Teams();
  for (const Level& level : charter->levels) {
    const auto shares = [&](const v1::Team& other) {
      return other.slug() != kHubSlug && IsGood(other) &&
             RungIn(other, charter->circle) >= level.rung;
    };
    if (level.rung > own) break;
    if (std::count_if(teams.begin(), teams.end(), shares) >= kCrowdMin) form.rung = level.rung;
  }
  if (form.rung == 0) {
    return FailedPrecondition(
        fmt::format("circle `{}` has fewer than {} members at any level: nobody in it can be "
                    "unnamed",
                    charter->circle, kCrowdMin));
  }
  return SignAttestation(hub_.attest, form, {});
}

}  // namespace renkei::membership
