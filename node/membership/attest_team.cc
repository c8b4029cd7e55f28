#include "node/membership/attest_team.h"

#include <algorithm>

#include "node/membership/card.h"
#include "node/membership/limits.h"

namespace renkei::membership {
namespace {

// Now, or right after the newest entry that makes older attestations of this subject void: two
// changes within one second must not void what is made after them.
Timestamp NotBefore(const CommunityState& state, const Attestation& a, Timestamp now) {
  const crypto::Digest subject = crypto::Sha256(a.subject.view());
  std::int64_t not_before = UnixSeconds(now);
  for (const v1::VoidEntry& entry : state.message().voids()) {
    if (entry.subject() == subject.view() && entry.circle() == a.circle.view()) {
      not_before = std::max(not_before, entry.before());
    }
  }
  return FromUnixSeconds(not_before);
}

std::vector<v1::SignedAttestation> Attest(const crypto::SigningKey& attest_key,
                                          const CommunityState& state, const v1::Team& team,
                                          Attestation form, std::chrono::seconds lifetime,
                                          Timestamp now) {
  const Bytes card = EncodeCard(team.card());
  form.card_hash = CardHash(card);
  std::vector<v1::SignedAttestation> attestations;
  for (const v1::Level& level : team.levels()) {
    const Charter* charter = state.FindCharter(level.circle());
    if (charter == nullptr) continue;
    form.circle = charter->id;
    form.rung = static_cast<policy::Rung>(level.rung());
    form.not_before = NotBefore(state, form, now);
    form.not_after = form.not_before + lifetime;
    attestations.push_back(SignAttestation(attest_key, form, card));
  }
  return attestations;
}

}  // namespace

std::vector<v1::SignedAttestation> AttestNamed(const crypto::SigningKey& attest_key,
                                               const CommunityState& state, const v1::Team& team,
                                               Timestamp now) {
  Attestation form;
  form.mode = AttestationMode::kNamed;
  form.origin = *crypto::PublicKey::From(team.record_key());
  form.subject = SubjectOf(form.origin);
  return Attest(attest_key, state, team, form, kNamedLifetime, now);
}

std::vector<v1::SignedAttestation> AttestSession(const crypto::SigningKey& attest_key,
                                                 const CommunityState& state, const v1::Team& team,
                                                 const crypto::Digest& tls_spki, Timestamp now) {
  Attestation form;
  form.mode = AttestationMode::kSession;
  form.subject = SubjectOf(tls_spki);
  form.origin = *crypto::PublicKey::From(team.record_key());
  return Attest(attest_key, state, team, form, kSessionLifetime, now);
}

}  // namespace renkei::membership
