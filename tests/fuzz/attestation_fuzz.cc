// Attestations come from any peer, in a form of bytes that is ours: what is accepted is written
// back bit for bit.  The same input is also tried as a card and as a community state.
#include <cstddef>
#include <cstdint>

#include "node/membership/attestation.h"
#include "node/membership/card.h"
#include "node/membership/community_state.h"
#include "node/membership/limits.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  static const crypto::SigningKey key = *crypto::SigningKey::FromSeed(Bytes(32, '\x01'));
  const BytesView input(reinterpret_cast<const char*>(data), size);
  if (const auto attestation = membership::ParseAttestation(input); attestation.ok()) {
    REQUIRE(membership::EncodeAttestation(*attestation) == input);
    REQUIRE(attestation->rung >= 1 && attestation->rung <= policy::kRungMax);
    REQUIRE(attestation->not_before < attestation->not_after);
  }
  if (const auto card = membership::ParseCard(input); card.ok()) {
    REQUIRE(membership::FactsOf(*card).team == card->slug());
    const auto again = membership::ParseCard(membership::EncodeCard(*card));
    REQUIRE(again.ok() && membership::FactsOf(*again) == membership::FactsOf(*card));
  }
  v1::CommunityState message;
  if (!message.ParseFromArray(data, static_cast<int>(size))) return 0;
  const auto signed_state = membership::SignState(key, message);
  if (!signed_state.ok()) return 0;
  const auto state =
      membership::CommunityState::Verify(*signed_state, message.community(), key.public_key());
  if (!state.ok()) return 0;
  REQUIRE(state->charters().size() <= membership::kCirclesMax);
  for (const auto& charter : state->charters()) {
    REQUIRE(state->FindCharter(charter.id) != nullptr);
    REQUIRE(charter.LevelOf(policy::kRungMax) == charter.levels.back().name);
  }
  return 0;
}
