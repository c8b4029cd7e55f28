#include "node/membership/enrolment.h"

#include <algorithm>

#include "node/membership/attestation.h"
#include "node/membership/certificate_authority.h"
#include "node/membership/community_state.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"
#include "node/membership/peer_identity.h"

namespace renkei::membership {
namespace {

// A hub whose answer is not right is not to be believed in anything else either.
absl::Status Wrong(std::string_view what) {
  return PermissionDenied(fmt::format("the hub's answer is not right: {}", what));
}

// The fields of StoredMembership and EnrolReply that must have a form.
absl::StatusOr<v1::StoredMembership> ReadMembership(const v1::EnrolReply& reply, Timestamp now) {
  if (!IsCommunity(reply.community())) return Wrong("its community is not [a-z0-9.-]{1,64}");
  if (!IsSlug(reply.slug()) || reply.slug() == kHubSlug) return Wrong("its slug is no team's");
  if (!IsAddress(reply.hub_address())) return Wrong("the hub's address is not host:port");
  if (reply.attest_key().size() != crypto::PublicKey::kSize ||
      reply.hub_team_key().size() != crypto::PublicKey::kSize) {
    return Wrong("a key of the hub is not 32 bytes");
  }
  v1::StoredMembership membership;
  membership.set_community(reply.community());
  membership.set_slug(reply.slug());
  membership.set_attest_key(reply.attest_key());
  membership.set_hub_address(reply.hub_address());
  membership.set_hub_team_key(reply.hub_team_key());
  *membership.mutable_attestations() = reply.attestations();
  membership.set_joined(UnixSeconds(now));
  return membership;
}

absl::StatusOr<Certificate> ReadAuthority(std::string_view pem) {
  absl::StatusOr<Certificate> authority = Certificate::Parse(pem);
  if (!authority.ok()) return Wrong(Message(authority.status()));
  if (!authority->has_p256_key() || !authority->SignedBy(*authority)) {
    return Wrong("its authority's certificate is not self-signed with P-256");
  }
  return authority;
}

// At least one named attestation, without which nothing we publish would be believed.
absl::Status CheckHasNamed(std::span<const v1::SignedAttestation> attestations) {
  for (const v1::SignedAttestation& one : attestations) {
    const absl::StatusOr<Attestation> attestation = ParseAttestation(one.attestation());
    if (attestation.ok() && attestation->mode == AttestationMode::kNamed) return absl::OkStatus();
  }
  return Wrong("it holds no attestation of our record key");
}

absl::StatusOr<Joined> Accept(const NodeKeys& keys, const TlsKey& tls, const v1::EnrolReply& reply,
                              Timestamp now) {
  ASSIGN_OR_RETURN(v1::StoredMembership membership, ReadMembership(reply, now));
  ASSIGN_OR_RETURN(Certificate authority, ReadAuthority(reply.ca_certificate()));
  ASSIGN_OR_RETURN(Certificate certificate,
                   AcceptCertificate(membership, authority, tls, reply.certificate(), now));
  const crypto::PublicKey attest_key = *crypto::PublicKey::From(reply.attest_key());
  const absl::StatusOr<CommunityState> state =
      CommunityState::Verify(reply.state(), reply.community(), attest_key);
  if (!state.ok()) return Wrong(Message(state.status()));
  const std::vector<v1::SignedAttestation> attestations(reply.attestations().begin(),
                                                        reply.attestations().end());
  RETURN_IF_ERROR(CheckOwnAttestations(membership, keys, tls.spki_sha256(), attestations));
  RETURN_IF_ERROR(CheckHasNamed(attestations));
  return Joined{std::move(membership), std::move(certificate), std::move(authority), reply.state()};
}

}  // namespace

absl::StatusOr<v1::EnrolRequest> MakeEnrolRequest(const Token& token, const NodeKeys& keys,
                                                  const Profile& profile) {
  if (!IsOrg(profile.org)) {
    return InvalidArgument("the organization's name is not text of at most 128 bytes");
  }
  if (!IsSector(profile.sector)) return InvalidArgument("the sector is not [a-z0-9-]{1,64}");
  if (!IsCountry(profile.country)) {
    return InvalidArgument("the country is not two lower-case letters, as in `jp`");
  }
  v1::EnrolRequest request;
  request.set_csr(keys.tls.MakeCsr());
  EnrolTranscript transcript;
  transcript.invite_id = token.invite_id;
  transcript.nonce = crypto::Random<EnrolNonce>();
  transcript.enrol_key_hash = token.enrol_key_hash;
  transcript.team_key = keys.team.public_key();
  transcript.csr_hash = crypto::Sha256(request.csr());
  const InviteVerifier verifier = MakeInviteVerifier(token.secret, token.invite_id);
  const crypto::PublicKey& record_key = keys.record.public_key();
  request.set_invite_id(token.invite_id.str());
  request.set_nonce(transcript.nonce.str());
  request.set_team_key(transcript.team_key.str());
  request.set_proof(EnrolProof(verifier, transcript).str());
  request.set_signature(keys.team.Sign(EnrolSignedBytes(transcript)).str());
  request.set_record_key(record_key.str());
  request.set_record_key_signature(keys.team.Sign(RecordKeySignedBytes(record_key)).str());
  request.set_org(profile.org);
  request.set_sector(profile.sector);
  request.set_country(profile.country);
  return request;
}

absl::StatusOr<Joined> AcceptEnrolReply(const NodeKeys& keys, const v1::EnrolReply& reply,
                                        Timestamp now) {
  return Accept(keys, keys.tls, reply, now);
}

v1::RenewRequest MakeRenewRequest(const NodeKeys& keys, const Certificate& old, const TlsKey& fresh,
                                  BytesView nonce) {
  v1::RenewRequest request;
  request.set_nonce(Bytes(nonce));
  request.set_old_certificate(old.der());
  request.set_csr(fresh.MakeCsr());
  request.set_signature(keys.team.Sign(RenewSignedBytes(nonce, old.der(), request.csr())).str());
  return request;
}

absl::StatusOr<Joined> AcceptRenewReply(const v1::StoredMembership& membership,
                                        const NodeKeys& keys, const TlsKey& fresh,
                                        const v1::EnrolReply& reply, Timestamp now) {
  if (reply.community() != membership.community() || reply.slug() != membership.slug() ||
      reply.attest_key() != membership.attest_key() ||
      reply.hub_team_key() != membership.hub_team_key()) {
    return Wrong("its community, our name in it, or a key of the hub is not the one we joined");
  }
  ASSIGN_OR_RETURN(Joined joined, Accept(keys, fresh, reply, now));
  if (keys.ca_certificate && joined.ca_certificate.der() != keys.ca_certificate->der()) {
    return Wrong("its authority's certificate is not the one we joined");
  }
  joined.membership.set_joined(membership.joined());
  return joined;
}

absl::StatusOr<Certificate> AcceptCertificate(const v1::StoredMembership& membership,
                                              const Certificate& ca, const TlsKey& key,
                                              std::string_view pem, Timestamp now) {
  absl::StatusOr<Certificate> certificate = Certificate::Parse(pem);
  if (!certificate.ok()) return Wrong(Message(certificate.status()));
  if (certificate->spki_sha256() != key.spki_sha256()) {
    return Wrong("its certificate is for another key than ours");
  }
  if (!certificate->SignedBy(ca)) {
    return Wrong("its certificate is not signed by the community's authority");
  }
  const absl::StatusOr<PeerIdentity> name = IdentityOf(*certificate, membership.community(), now);
  if (!name.ok()) return Wrong(Message(name.status()));
  if (name->slug != membership.slug()) return Wrong("its certificate names another team");
  return certificate;
}

absl::Status CheckOwnAttestations(const v1::StoredMembership& membership, const NodeKeys& keys,
                                  const crypto::Digest& tls_spki,
                                  std::span<const v1::SignedAttestation> attestations) {
  const std::optional<crypto::PublicKey> attest_key =
      crypto::PublicKey::From(membership.attest_key());
  if (!attest_key) return DataLoss("the stored membership is damaged");
  if (attestations.size() > 2 * kCirclesMax) return Wrong("it holds too many attestations");
  const crypto::PublicKey& record_key = keys.record.public_key();
  for (const v1::SignedAttestation& one : attestations) {
    const absl::StatusOr<VerifiedAttestation> verified = VerifyAttestation(*attest_key, one);
    if (!verified.ok()) return Wrong(Message(verified.status()));
    const Attestation& a = verified->attestation;
    const bool named = a.mode == AttestationMode::kNamed;
    const bool session = a.mode == AttestationMode::kSession && a.subject == SubjectOf(tls_spki);
    if (a.origin != record_key || !(named || session)) {
      return Wrong("an attestation is for another key than ours");
    }
    if (verified->card->team_key() != keys.team.public_key().view() ||
        verified->card->slug() != membership.slug()) {
      return Wrong("an attestation names another team");
    }
  }
  return absl::OkStatus();
}

}  // namespace renkei::membership
