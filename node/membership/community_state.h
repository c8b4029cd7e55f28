// Community state: what the hub signs for everyone (charters, denied keys, void attestations).
//
// Immutable once verified; thread-safe.  Errors: INVALID_ARGUMENT (not a state, too large),
// PERMISSION_DENIED (another community's, or signed by another key).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <renkei/v1/membership.pb.h>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/crypto/keys.h"
#include "node/membership/attestation.h"
#include "node/membership/crowd.h"
#include "node/record/correlation.h"
#include "node/record/header.h"
#include "node/store/store.h"
#include "policy/marking.h"

namespace renkei::membership {

// How old our newest state is, by a charter: up to its maximum, up to three times that, beyond.
enum class Freshness : std::uint8_t { kFresh, kStale, kDead };

struct Level {
  std::string name{};
  policy::Rung rung = 0;

  bool operator==(const Level&) const = default;
};

// A circle's rules.
struct Charter {
  std::string circle{};
  record::CircleId id{};
  std::vector<Level> levels{};  // lowest first
  std::chrono::hours state_age_max{24};
  std::uint32_t source_modes = 0;  // bit m: members may publish in source mode m
  // What members are asked to name their own by, if they want to.
  record::Correlation correlation = record::Correlation::kNone;

  bool Allows(policy::SourceMode source) const {
    return (source_modes >> static_cast<unsigned>(source) & 1U) != 0;
  }
  std::optional<policy::Rung> RungOf(std::string_view level) const;
  // The highest level that `rung` reaches; empty if below all.
  std::string LevelOf(policy::Rung rung) const;
  bool operator==(const Charter&) const = default;
};

inline constexpr std::uint32_t SourceModeBit(policy::SourceMode source) {
  return 1U << static_cast<unsigned>(source);
}

// The charter of a new circle: listed 4, accredited 8, certified 12; 24 hours; attributed and
// anonymous records.  Pseudonymous ones need escrow officers, so the hub's operator allows them.
v1::Charter DefaultCharter(std::string_view circle);

// REQUIRES: `state` is complete.  RESOURCE_EXHAUSTED if it is larger than 2 MiB.
absl::StatusOr<v1::SignedState> SignState(const crypto::SigningKey& attest_key,
                                          const v1::CommunityState& state);

class CommunityState {
 public:
  static absl::StatusOr<CommunityState> Verify(const v1::SignedState& state,
                                               std::string_view community,
                                               const crypto::PublicKey& attest_key);

  const std::string& community() const { return message_.community(); }
  std::uint64_t version() const { return message_.version(); }
  Timestamp signed_at() const { return FromUnixSeconds(message_.signed_at()); }
  std::uint32_t record_version() const { return message_.record_version(); }
  const v1::CommunityState& message() const { return message_; }
  const std::vector<Charter>& charters() const { return charters_; }

  const Charter* FindCharter(std::string_view circle) const;
  const Charter* FindCharter(const record::CircleId& id) const;

  // SHA-256 of a team key, a record key or an SPKI.
  bool IsDenied(const crypto::Digest& key_hash) const { return denied_.contains(key_hash); }
  const std::unordered_set<crypto::Digest, FixedBytesHash>& denied() const { return denied_; }

  // Whether an entry makes this named or session attestation void at `now`.
  bool IsVoid(const Attestation& attestation, Timestamp now) const;

  // Whether at least kCrowdMin teams of the circle are as `profile` says, as far as the hub tells.
  bool FitsCrowd(std::string_view circle, const TeamProfile& profile) const {
    return crowds_.Fits(circle, profile);
  }

  // By the charter of one circle (24 hours if it has none).
  Freshness FreshnessOf(const record::CircleId& circle, Timestamp now) const;
  // By the charter of the community's own circle.
  Freshness FreshnessAt(Timestamp now) const;

 private:
  CommunityState() = default;

  v1::CommunityState message_;
  std::vector<Charter> charters_;
  std::unordered_set<crypto::Digest, FixedBytesHash> denied_;
  CrowdTable crowds_;
};

// The statistics of one month as they may stand in a state: INVALID_ARGUMENT if over the limits or
// malformed.
absl::Status CheckMonthTables(const v1::MonthTables& tables);

// The crowd table of the newest state that a node's store holds; an empty one if it holds none.
absl::StatusOr<CrowdTable> ReadSeenCrowds(const store::Reader& reader,
                                          const std::string& community);

// The charters of that state; none if the store holds none.
absl::StatusOr<std::vector<Charter>> ReadSeenCharters(const store::Reader& reader,
                                                      const std::string& community);

// The charter as plain values.  INVALID_ARGUMENT naming the rule it breaks.
absl::StatusOr<Charter> ToCharter(const v1::Charter& charter, std::string_view community);

}  // namespace renkei::membership
