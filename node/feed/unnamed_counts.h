// At a hub: how much each team began today (UTC) without its name, for its quotas.
//
// One row holds the numbers of all teams, sorted by team, and is written whole: neither its place
// nor what it was before tells which team was here last.  It is that of one day and gone with it.
// Errors: DATA_LOSS, and the store's own.
#pragma once

#include <string_view>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/store/store.h"

namespace renkei::feed {

struct UnnamedCount {
  std::uint32_t records = 0;     // begun
  std::uint32_t pseudonyms = 0;  // that wrote for the first time
};

absl::StatusOr<UnnamedCount> UnnamedToday(const store::Reader& reader, std::string_view team,
                                          Timestamp now);
absl::Status CountUnnamed(store::Writer& writer, std::string_view team, Timestamp now,
                          const UnnamedCount& more);
// Forgets the numbers of a day that is over.
absl::Status ForgetUnnamedCounts(store::Writer& writer, Timestamp now);

}  // namespace renkei::feed
