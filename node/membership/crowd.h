// The crowd table: what can be said of a victim so that at least kCrowdMin teams of a circle fit.
//
// It answers yes or no, never how many.  A profile names a sector, a country and a size of staff;
// what it leaves empty may be anything, and the empty profile fits everyone and stands in no table.
// Its country may be a part of the world and its sector a group (record/wider_words.h): then every
// team of a country or sector in it fits, and is counted once.
// Only what the hub itself has said of its teams counts: a claim of one's own costs nothing.
//
// Pure; thread-safe.  Errors: INVALID_ARGUMENT naming what is malformed.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <renkei/v1/membership.pb.h>

#include "node/base/clock.h"
#include "node/base/status.h"

namespace renkei::membership {

inline constexpr std::array<std::string_view, 5> kTeamSizes = {"1-9", "10-49", "50-249", "250-999",
                                                               "1000+"};
// One of kTeamSizes, or empty.
bool IsTeamSize(std::string_view text);

// What is said of a team or a victim.
struct TeamProfile {
  std::string sector{};
  std::string country{};
  std::string size{};

  bool empty() const { return sector.empty() && country.empty() && size.empty(); }
  auto operator<=>(const TeamProfile&) const = default;
};

// The tables of the circles of `state`, counted over those of `teams` that are in good standing,
// the hub not among them: sorted, and the same for the same teams.  Of more than kCrowdProfilesMax
// the more general ones stay.
google::protobuf::RepeatedPtrField<v1::Crowd> CountCrowds(const v1::CommunityState& state,
                                                          const std::vector<v1::Team>& teams,
                                                          Timestamp now);
// Whether a table counted at `counted` (seconds) is of a day before `now`.
bool CrowdsDue(std::int64_t counted, Timestamp now);

// A table as a member reads it.
class CrowdTable {
 public:
  CrowdTable() = default;
  // Over the limits, a word too long, a circle twice: refused.
  static absl::StatusOr<CrowdTable> Read(const v1::CommunityState& state);

  // Whether at least kCrowdMin teams of that circle fit.
  bool Fits(std::string_view circle, const TeamProfile& profile) const;

 private:
  std::unordered_set<std::string> keys_{};
};

}  // namespace renkei::membership
