// A team's profile, as it travels beside its attestations: who it is, and who asserts what of it.
//
// Pure; thread-safe.  Errors: INVALID_ARGUMENT naming the field.  At most 2 KiB.
#pragma once

#include <string>

#include <renkei/v1/membership.pb.h>

#include "node/base/bytes.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "policy/marking.h"

namespace renkei::membership {

// The bytes of a card, the same for equal cards.
Bytes EncodeCard(const v1::Card& card);

// The card of `bytes`, every field checked.  `bytes` keep fields of later versions: the hash is
// over what came, never over what we would write.
absl::StatusOr<v1::Card> ParseCard(BytesView bytes);

crypto::Digest CardHash(BytesView card_bytes);

// Team, kind, sector and country as the policy knows a peer; no circles yet.
policy::Peer FactsOf(const v1::Card& card);

}  // namespace renkei::membership
