// The secret behind a team's unnamed records: its pseudonyms are derived from it, the seeds of its
// anonymous records' keys are sealed with it.  Whoever holds it can write in their name, and can
// tell that the pseudonyms are one team's: it never leaves the node.
//
//   psn_seed = BLAKE2b-256(key = anon_master, tag16("RNK1.psn") || circle_id || u32 epoch)
//   name key = BLAKE2b-256(key = anon_master,
//                          tag16("RNK1.anon") || origin || circle_id || u32 epoch || u8 class)
//   box key  = BLAKE2b-256(key = anon_master, tag16("RNK1.anonseed"))
//
// Thread-safe.  Errors: DATA_LOSS (a damaged file or seed), those of node/base/file.h.
#pragma once

#include <chrono>
#include <string>

#include "node/base/bytes.h"
#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/crypto/keys.h"
#include "node/record/ids.h"

namespace renkei::membership {

// A pseudonym starts records in its epoch and so much longer.
inline constexpr std::chrono::hours kEpochLength{24 * 30};
inline constexpr std::chrono::hours kEpochOverlap{24 * 7};

// floor(unix / 2,592,000).  REQUIRES: not before 1970.
std::uint32_t EpochOf(Timestamp time);
// Whether the key of `epoch` may start a record issued then.
bool MayStart(std::uint32_t epoch, Timestamp issued);

// Wiped when it goes; neither printed nor logged.
class AnonMaster {
 public:
  static AnonMaster Generate();

  AnonMaster(AnonMaster&&) noexcept;
  AnonMaster& operator=(AnonMaster&&) noexcept;
  AnonMaster(const AnonMaster&) = delete;
  AnonMaster& operator=(const AnonMaster&) = delete;
  ~AnonMaster();

  // The team's key for one circle and epoch.
  crypto::SigningKey PseudonymKey(const record::CircleId& circle, std::uint32_t epoch) const;

  // The key of one class of keyed names (node/anonymize/keyed_names.h) in the records that `origin`
  // writes to a circle in an epoch.  To be wiped by whoever holds it.
  Bytes NameKey(const crypto::PublicKey& origin, const record::CircleId& circle,
                std::uint32_t epoch, std::uint8_t name_class) const;

  // The seed of one anonymous record's key, for the node's own store.
  Bytes SealSeed(const record::RecordId& id, BytesView seed) const;
  absl::StatusOr<crypto::SigningKey> OpenSeed(const record::RecordId& id, BytesView sealed) const;

  // A key file: 64 hex digits and a newline, mode 0600.
  absl::Status Save(const std::string& path) const;
  static absl::StatusOr<AnonMaster> Load(const std::string& path);

 private:
  explicit AnonMaster(Bytes secret) : secret_(std::move(secret)) {}

  Bytes secret_;
};

}  // namespace renkei::membership
