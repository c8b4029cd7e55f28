// Which month's statistics a hub is to publish, and over which of its records.
//
// Months are UTC and those in which records began (their ids say it), so that a revision moves
// nothing.  A month is counted kStatisticsGrace after its end, once: what comes later counts
// nowhere.  Counted are records to the community's own circle that everyone in it may know of;
// the rules stand in docs/anonymity.md.
#pragma once

#include <optional>
#include <string>

#include "node/anonymize/statistics.h"
#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/feed/view.h"
#include "node/store/store.h"

namespace renkei::feed {

inline constexpr std::chrono::hours kStatisticsGrace{24 * 7};

// `2031-04`.
std::string MonthText(Timestamp time);

// The month to publish now: the one after `newest` (empty: the month of `founded`), if it is over
// for long enough.  Months of which a community state holds no place any more are passed over.
std::optional<std::string> DueMonth(const std::string& newest, Timestamp founded, Timestamp now);

// Whether a record counts, with what it counts as; nothing otherwise.
std::optional<anonymize::CountedRecord> Counted(const Subject& subject, Timestamp now);

// The month's tables over all that the store holds now.  Reads every entry of the feed once.
absl::StatusOr<anonymize::MonthStatistics> CountStatistics(const store::Store& store,
                                                           const Community& community,
                                                           const std::string& month, Timestamp now);

}  // namespace renkei::feed
