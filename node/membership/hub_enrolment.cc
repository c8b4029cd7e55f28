// HubRoster: what teams ask from afar.  Every refusal is PERMISSION_DENIED; its message is for our
// own log.
#include <algorithm>

#include "node/base/fault.h"
#include "node/membership/attest_team.h"
#include "node/membership/hub_published.h"
#include "node/membership/hub_roster.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"
#include "node/membership/roster_work.h"

namespace renkei::membership {
namespace {

constexpr std::size_t kChallengeFrontBytes = 8 + 8;  // of a nonce, before its hash

// An enrolment's fixed-size parts, read once.
struct EnrolParts {
  EnrolTranscript transcript{};
  crypto::PublicKey record_key{};
  crypto::Digest proof{};
  crypto::Signature signature{};
  crypto::Signature record_key_signature{};
};

template <class Fixed>
bool Read(const Bytes& bytes, Fixed& into) {
  const std::optional<Fixed> fixed = Fixed::From(bytes);
  if (fixed) into = *fixed;
  return fixed.has_value();
}

absl::StatusOr<EnrolParts> ReadParts(const v1::EnrolRequest& request,
                                     const crypto::Digest& enrol_key_hash) {
  EnrolParts parts;
  EnrolTranscript& t = parts.transcript;
  if (!Read(request.invite_id(), t.invite_id) || !Read(request.nonce(), t.nonce) ||
      !Read(request.team_key(), t.team_key) || !Read(request.record_key(), parts.record_key) ||
      !Read(request.proof(), parts.proof) || !Read(request.signature(), parts.signature) ||
      !Read(request.record_key_signature(), parts.record_key_signature)) {
    return PermissionDenied("enrolment: a key, proof or signature has the wrong length");
  }
  if (request.csr().empty() || request.csr().size() > kCsrBytesMax) {
    return PermissionDenied("enrolment: certificate request empty or larger than 4 KiB");
  }
  if (!IsOrg(request.org()) || !IsSector(request.sector()) || !IsCountry(request.country())) {
    return PermissionDenied("enrolment: org, sector or country is not as it must be");
  }
  if (parts.record_key == t.team_key) {
    return PermissionDenied("enrolment: one key for two purposes");
  }
  t.enrol_key_hash = enrol_key_hash;
  t.csr_hash = crypto::Sha256(request.csr());
  return parts;
}

absl::Status CheckProofs(const EnrolParts& parts, const v1::Invitation& invitation) {
  const std::optional<InviteVerifier> verifier = InviteVerifier::From(invitation.verifier());
  if (!verifier) return DataLoss("an invitation's row is damaged");
  const crypto::Digest proof = EnrolProof(*verifier, parts.transcript);
  if (!crypto::EqualInConstantTime(proof.view(), parts.proof.view())) {
    return PermissionDenied("enrolment: the proof is not made with the invitation's secret");
  }
  const crypto::PublicKey& team_key = parts.transcript.team_key;
  if (!crypto::Verify(team_key, EnrolSignedBytes(parts.transcript), parts.signature)) {
    return PermissionDenied("enrolment: not signed by its team key");
  }
  if (!crypto::Verify(team_key, RecordKeySignedBytes(parts.record_key),
                      parts.record_key_signature)) {
    return PermissionDenied("enrolment: its record key is not signed by its team key");
  }
  return absl::OkStatus();
}

absl::Status CheckInvitation(const std::optional<v1::Invitation>& invitation,
                             const v1::EnrolRequest& request, Timestamp now) {
  if (!invitation) return PermissionDenied("enrolment: no such invitation");
  if (UnixSeconds(now) >= invitation->expires()) {
    return PermissionDenied("enrolment: the invitation has expired");
  }
  if (!invitation->used_by().empty() && invitation->used_by() != request.team_key()) {
    return PermissionDenied("enrolment: the invitation was used by another team key");
  }
  return absl::OkStatus();
}

// No key of a newcomer is denied or another's.
absl::Status CheckKeysAreNew(const RosterWork& work, const v1::EnrolRequest& request,
                             const crypto::Digest& tls_spki) {
  const auto& denied = work.state().denied();
  for (const Bytes& key_hash : {crypto::Sha256(request.team_key()).str(),
                                crypto::Sha256(request.record_key()).str(), tls_spki.str()}) {
    if (std::find(denied.begin(), denied.end(), key_hash) != denied.end()) {
      return PermissionDenied("enrolment: one of its keys was denied");
    }
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Team> teams, work.Teams());
  for (const v1::Team& team : teams) {
    const bool tls_taken = std::find(team.tls_keys().begin(), team.tls_keys().end(),
                                     tls_spki.view()) != team.tls_keys().end();
    if (tls_taken || team.team_key() == request.team_key() ||
        team.record_key() == request.record_key()) {
      return PermissionDenied("enrolment: one of its keys is another team's");
    }
  }
  return absl::OkStatus();
}

void Claim(v1::Claim* claim, const std::string& value) {
  claim->set_value(value);
  claim->set_by_self(!value.empty());
}

// Newest first; the oldest goes when there are too many.
void AddTlsKey(v1::Team& team, const Certificate& certificate) {
  std::vector<Bytes> keys = {certificate.spki_sha256().str()};
  for (const Bytes& key : team.tls_keys()) {
    if (key != keys.front() && keys.size() < kTlsKeysMax) keys.push_back(key);
  }
  team.mutable_tls_keys()->Assign(keys.begin(), keys.end());
  team.set_certificate_sha256(certificate.sha256().str());
  team.set_certificate_not_after(UnixSeconds(certificate.not_after()));
}

// A team that may have a further certificate, as it is on the store's thread.
absl::StatusOr<v1::Team> GetForRenewal(const RosterWork& work, const std::string& slug,
                                       const crypto::Digest& tls_spki) {
  ASSIGN_OR_RETURN(std::optional<v1::Team> team, work.FindTeam(slug));
  if (!team || team->revoked()) return PermissionDenied("renewal: unknown or revoked");
  if (team->suspended_until() != 0 && UnixSeconds(work.now()) < team->suspended_until()) {
    return PermissionDenied("renewal: suspended");
  }
  const auto& denied = work.state().denied();
  if (std::find(denied.begin(), denied.end(), tls_spki.view()) != denied.end()) {
    return PermissionDenied("renewal: the new key was denied");
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Team> teams, work.Teams());
  for (const v1::Team& other : teams) {
    if (other.slug() != slug && std::find(other.tls_keys().begin(), other.tls_keys().end(),
                                          tls_spki.view()) != other.tls_keys().end()) {
      return PermissionDenied("renewal: the new key is another team's");
    }
  }
  return *std::move(team);
}

// Whatever was wrong with what they sent is a refusal to them.
absl::Status AsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) ? PermissionDenied(Message(status)) : status;
}

}  // namespace

v1::EnrolReply HubRoster::MakeReply(const v1::Team& team, const Certificate& certificate,
                                    const v1::SignedState& signed_state,
                                    const CommunityState& community_state) const {
  v1::EnrolReply reply;
  reply.set_community(options_.community);
  reply.set_slug(team.slug());
  reply.set_certificate(certificate.ToPem());
  reply.set_ca_certificate(authority_.certificate().ToPem());
  reply.set_attest_key(hub_.attest.public_key().str());
  reply.set_hub_address(options_.hub_address);
  reply.set_hub_team_key(keys_.team.public_key().str());
  *reply.mutable_state() = signed_state;
  const Timestamp now = clock_.Now();
  for (auto& one : AttestNamed(hub_.attest, community_state, team, now)) {
    *reply.add_attestations() = std::move(one);
  }
  for (auto& one :
       AttestSession(hub_.attest, community_state, team, certificate.spki_sha256(), now)) {
    *reply.add_attestations() = std::move(one);
  }
  return reply;
}

absl::StatusOr<v1::Team> HubRoster::NewTeam(const v1::Invitation& invitation,
                                            const v1::EnrolRequest& request) const {
  v1::Team team;
  team.set_slug(invitation.slug());
  team.set_org(request.org());
  team.set_team_key(request.team_key());
  team.set_record_key(request.record_key());
  *team.mutable_levels() = invitation.levels();
  team.set_joined(UnixSeconds(clock_.Now()));
  v1::Card* card = team.mutable_card();
  card->set_team_key(request.team_key());
  card->set_slug(invitation.slug());
  card->set_kind(static_cast<std::uint32_t>(policy::PeerKind::kMember));
  card->set_org(request.org());
  if (!request.sector().empty()) Claim(card->mutable_sector(), request.sector());
  if (!request.country().empty()) Claim(card->mutable_country(), request.country());
  return team;
}

// On the store's thread: the invitation as it is now decides, not as it was when it was asked.
absl::StatusOr<v1::EnrolReply> HubRoster::AnswerEnrol(RosterWork& work, RosterChange& change,
                                                      const v1::EnrolRequest& request,
                                                      const Certificate& certificate) const {
  ASSIGN_OR_RETURN(std::optional<v1::Invitation> invitation,
                   work.FindInvitation(request.invite_id()));
  RETURN_IF_ERROR(CheckInvitation(invitation, request, work.now()));
  ASSIGN_OR_RETURN(const std::optional<v1::Team> member, work.FindTeam(invitation->slug()));
  v1::EnrolReply reply;
  if (!invitation->used_by().empty()) {
    if (!member || member->revoked()) return PermissionDenied("enrolment: revoked since");
    if (!reply.ParseFromString(invitation->answer())) {
      return DataLoss("an invitation's row is damaged");
    }
    return reply;
  }
  if (member) return PermissionDenied("enrolment: the slug was taken since");
  RETURN_IF_ERROR(CheckKeysAreNew(work, request, certificate.spki_sha256()));
  ASSIGN_OR_RETURN(v1::Team team, NewTeam(*invitation, request));
  AddTlsKey(team, certificate);
  ASSIGN_OR_RETURN(
      const CommunityState read,
      CommunityState::Verify(work.signed_state(), options_.community, hub_.attest.public_key()));
  reply = MakeReply(team, certificate, work.signed_state(), read);
  invitation->set_used_by(request.team_key());
  invitation->set_used_at(UnixSeconds(work.now()));
  invitation->set_answer(reply.SerializeAsString());
  RETURN_IF_ERROR(work.PutInvitation(*invitation));
  RETURN_IF_ERROR(work.PutTeam(team));
  change.changed.push_back(team.slug());
  return reply;
}

absl::StatusOr<v1::EnrolReply> HubRoster::Enrol(const v1::EnrolRequest& request) {
  ASSIGN_OR_RETURN(const EnrolParts parts, ReadParts(request, hub_.enrol.spki_sha256()));
  std::optional<v1::Invitation> invitation;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(invitation, FindInvitation(reader, request.invite_id()));
    return absl::OkStatus();
  }));
  const Timestamp now = clock_.Now();
  RETURN_IF_ERROR(CheckInvitation(invitation, request, now));
  RETURN_IF_ERROR(CheckProofs(parts, *invitation));
  const absl::StatusOr<Certificate> certificate =
      authority_.IssueMember(request.csr(), invitation->slug(), now);
  if (!certificate.ok()) return AsRefusal(certificate.status());

  v1::EnrolReply reply;
  RETURN_IF_ERROR(Apply([&](RosterWork& work, RosterChange& change) -> absl::Status {
    ASSIGN_OR_RETURN(reply, AnswerEnrol(work, change, request, *certificate));
    return absl::OkStatus();
  }));
  // A kill here leaves the invitation used by this team key, which asks again.
  RETURN_IF_ERROR(FaultPoint("membership.enrolled"));
  return reply;
}

// i64 time || 8 random bytes || a keyed hash of both: nothing is kept of who never comes back, so
// strangers who ask take no room from members.
absl::StatusOr<EnrolNonce> HubRoster::Challenge() {
  const Bytes front =
      ByteWriter().I64(UnixSeconds(clock_.Now())).Raw(crypto::RandomBytes(8)).Take();
  return *EnrolNonce::From(front + ChallengeHash(front));
}

Bytes HubRoster::ChallengeHash(BytesView front) const {
  return crypto::Blake2b(challenge_key_, {crypto::Tag16("RNK1.challenge"), front}, 16);
}

// Whether it is a nonce of ours of the last minute.
bool HubRoster::IsChallenge(BytesView nonce) const {
  if (nonce.size() != EnrolNonce::kSize) return false;
  const BytesView front = nonce.substr(0, kChallengeFrontBytes);
  if (!crypto::EqualInConstantTime(nonce.substr(kChallengeFrontBytes), ChallengeHash(front))) {
    return false;
  }
  const Timestamp given = FromUnixSeconds(ByteReader(front).I64());
  const Timestamp now = clock_.Now();
  return given <= now + kChallengeLifetime && now <= given + kChallengeLifetime;
}

// Of a member that has proved itself: none is good twice.
absl::Status HubRoster::UseChallenge(const std::string& slug, BytesView nonce) {
  const Timestamp now = clock_.Now();
  MutexLock lock(mutex_);
  std::erase_if(used_challenges_,
                [now](const UsedChallenge& one) { return one.at + 2 * kChallengeLifetime < now; });
  const bool used =
      std::any_of(used_challenges_.begin(), used_challenges_.end(),
                  [nonce](const UsedChallenge& one) { return one.nonce.view() == nonce; });
  if (used) return PermissionDenied("renewal: the nonce was used");
  // A member takes no room from others.
  const auto own = static_cast<std::size_t>(
      std::count_if(used_challenges_.begin(), used_challenges_.end(),
                    [&](const UsedChallenge& one) { return one.slug == slug; }));
  if (own >= kChallengesPerTeamMax) {
    return ResourceExhausted("too many renewals at once: try again in a minute");
  }
  used_challenges_.push_back({slug, *EnrolNonce::From(nonce), now});
  return absl::OkStatus();
}

absl::StatusOr<v1::EnrolReply> HubRoster::Renew(const v1::RenewRequest& request) {
  if (!IsChallenge(request.nonce())) {
    return PermissionDenied("renewal: the nonce is unknown, or older than a minute");
  }
  const Timestamp now = clock_.Now();
  const absl::StatusOr<Certificate> old = Certificate::Parse(request.old_certificate());
  if (!old.ok() || !old->SignedBy(authority_.certificate())) {
    return PermissionDenied("renewal: the old certificate is not ours");
  }
  if (now >= old->not_after() + kRenewByTeamKeyMax) {
    return PermissionDenied("renewal: the old certificate expired more than 30 days ago");
  }
  // Its name is read as of when it was valid.
  const absl::StatusOr<PeerIdentity> peer = IdentityOf(
      *old, options_.community, std::min(now, old->not_after() - std::chrono::seconds(1)));
  if (!peer.ok() || peer->hub)
    return PermissionDenied("renewal: the old certificate names no team");
  if (StandingOf(*peer) != PeerStanding::kAllowed) {
    return PermissionDenied(fmt::format("renewal: {}", ToWord(StandingOf(*peer))));
  }
  const std::optional<crypto::PublicKey> team_key = TeamKey(peer->slug);
  const std::optional<crypto::Signature> signature = crypto::Signature::From(request.signature());
  if (!team_key || !signature ||
      !crypto::Verify(*team_key, RenewSignedBytes(request.nonce(), old->der(), request.csr()),
                      *signature)) {
    return PermissionDenied("renewal: not signed by the team key");
  }
  RETURN_IF_ERROR(UseChallenge(peer->slug, request.nonce()));
  const absl::StatusOr<Certificate> certificate =
      authority_.IssueMember(request.csr(), peer->slug, now);
  if (!certificate.ok()) return AsRefusal(certificate.status());

  v1::EnrolReply reply;
  RETURN_IF_ERROR(Apply([&](RosterWork& work, RosterChange& change) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Team team, GetForRenewal(work, peer->slug, certificate->spki_sha256()));
    AddTlsKey(team, *certificate);
    ASSIGN_OR_RETURN(
        const CommunityState read,
        CommunityState::Verify(work.signed_state(), options_.community, hub_.attest.public_key()));
    reply = MakeReply(team, *certificate, work.signed_state(), read);
    change.changed.push_back(team.slug());
    return work.PutTeam(team);
  }));
  return reply;
}

absl::StatusOr<Refreshed> HubRoster::Refresh(const PeerIdentity& peer, BytesView csr_der) {
  if (peer.hub || StandingOf(peer) != PeerStanding::kAllowed) {
    return PermissionDenied(fmt::format("refresh: {}", ToWord(StandingOf(peer))));
  }
  Refreshed refreshed;
  crypto::Digest tls_spki = peer.spki_sha256;
  if (!csr_der.empty()) {
    const absl::StatusOr<Certificate> certificate =
        authority_.IssueMember(csr_der, peer.slug, clock_.Now());
    if (!certificate.ok()) return AsRefusal(certificate.status());
    tls_spki = certificate->spki_sha256();
    RETURN_IF_ERROR(Apply([&](RosterWork& work, RosterChange& change) -> absl::Status {
      ASSIGN_OR_RETURN(v1::Team team, GetForRenewal(work, peer.slug, tls_spki));
      AddTlsKey(team, *certificate);
      change.changed.push_back(team.slug());
      return work.PutTeam(team);
    }));
    refreshed.certificate = certificate->ToPem();
  }
  // Revoked or suspended meanwhile: nothing is attested any more.
  const std::optional<v1::Team> team = GoodTeam(peer.slug);
  if (!team) return PermissionDenied("refresh: revoked or suspended");
  refreshed.attestations = Named(peer.slug);
  for (auto& one : SessionAttestations(tls_spki, *crypto::PublicKey::From(team->record_key()))) {
    refreshed.attestations.push_back(std::move(one));
  }
  refreshed.state = CurrentState();
  return refreshed;
}

}  // namespace renkei::membership
