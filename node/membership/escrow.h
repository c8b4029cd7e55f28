// Escrow: which team a pseudonym is, sealed so that any two of three officers can find out
// together, and neither one of them alone nor the hub.
//
// For each ordered pair of officers (first, second): seal(first, head || seal(second, head || x)),
// with X25519 sealed boxes; head = tag16("RNK1.escrow") || u8 2 || u8 pair || pseudonym[32], so
// that a box says nothing beside another pseudonym.  x = m || hub[32] || signature[64];
// m = circle_id[16] || u32 epoch || u8 length || slug, zero-padded to 32: all mappings are equally
// long.  The signature is by the hub's attest key, over tag16("RNK1.escrow.says") || pseudonym ||
// m: boxes name no sender, and without it the first officer could hand on any name.  Whoever is
// first hands on what is then sealed to the second.
//
// Pure; thread-safe.  Errors: INVALID_ARGUMENT (not of this form), PERMISSION_DENIED (this key
// opens none of it).
#pragma once

#include <array>
#include <string>
#include <vector>

#include "node/base/status.h"
#include "node/crypto/keys.h"
#include "node/crypto/sealed_box.h"
#include "node/record/ids.h"

namespace renkei::membership {

inline constexpr std::size_t kOfficers = 3;

// Public keys, sorted; all differ.
using EscrowOfficers = std::array<crypto::BoxPublicKey, kOfficers>;

// Of node.toml.  INVALID_ARGUMENT unless they are three different keys of 64 hex digits.
absl::StatusOr<EscrowOfficers> ParseOfficers(const std::vector<std::string>& keys);

struct PseudonymMapping {
  crypto::PublicKey pseudonym{};
  record::CircleId circle{};
  std::uint32_t epoch = 0;
  std::string slug{};

  bool operator==(const PseudonymMapping&) const = default;
};

// A mapping, and the key by which a hub says so: whoever reads it compares that key with the hub's.
struct SaidMapping {
  PseudonymMapping mapping{};
  crypto::PublicKey hub{};

  bool operator==(const SaidMapping&) const = default;
};

// `hub`: its attest key.  REQUIRES: a slug of at most 32 bytes.
Bytes SealMapping(const EscrowOfficers& officers, const PseudonymMapping& mapping,
                  const crypto::SigningKey& hub);

// The first officer's turn: what only the other two can read.
absl::StatusOr<Bytes> OpenFirstHalf(BytesView sealed, const crypto::BoxKey& officer);
// The second's, of what the first handed on.  INVALID_ARGUMENT also if the hub did not sign it.
absl::StatusOr<SaidMapping> OpenSecondHalf(BytesView half, const crypto::BoxKey& officer);

// Of a sealed mapping or its first half: the pseudonym, as it stands there unsealed.
absl::StatusOr<crypto::PublicKey> PseudonymOf(BytesView sealed_or_half);

}  // namespace renkei::membership
