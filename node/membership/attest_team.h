// The attestations a hub makes of one team, from its row and the community's charters.
//
// Pure; thread-safe.
#pragma once

#include <vector>

#include <renkei/v1/membership.pb.h>

#include "node/base/clock.h"
#include "node/crypto/keys.h"
#include "node/membership/community_state.h"

namespace renkei::membership {

// Named, of its record key: one for each of its circles that has a charter.
std::vector<v1::SignedAttestation> AttestNamed(const crypto::SigningKey& attest_key,
                                               const CommunityState& state, const v1::Team& team,
                                               Timestamp now);

// Session, of a TLS key: likewise.
std::vector<v1::SignedAttestation> AttestSession(const crypto::SigningKey& attest_key,
                                                 const CommunityState& state, const v1::Team& team,
                                                 const crypto::Digest& tls_spki, Timestamp now);

}  // namespace renkei::membership
