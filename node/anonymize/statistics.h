// Statistics of one month that tell about no team: two tables with fixed dimensions, records by
// type and records by sector.
//
// Each record counts once in each table.  A cell is shown if at least kStatisticsTeamsMin teams
// gave records to it and none gave more than kStatisticsShareMax percent, and rounded to base 5.
// Then cells are hidden until the two tables together leave every hidden cell a range of at least
// kStatisticsWidthMin, also to a reader who knows which cells are empty.  The rules and their
// reasons: docs/anonymity.md.
//
// Pure; thread-safe; the same for the same records in any order.  O(records * log cells).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace renkei::anonymize {

inline constexpr std::size_t kStatisticsTeamsMin = 5;
inline constexpr std::int64_t kStatisticsShareMax = 75;  // percent of a cell
inline constexpr std::int64_t kStatisticsBase = 5;
inline constexpr std::int64_t kStatisticsWidthMin = 5;
inline constexpr std::size_t kStatisticsShownMax = 128;  // cells of one table; the largest stay

// Keys of records that say nothing, or name several sectors; no label and no type is like these.
inline constexpr std::string_view kNotSaid = "(not said)";
inline constexpr std::string_view kSeveral = "(several)";

// One record, as statistics see it.
struct CountedRecord {
  // Empty: an unnamed author.  It makes a cell larger, but is no further team, and might be the one
  // that gave most.
  std::string team{};
  std::string type{};
  std::string sector{};
};

struct StatisticsCell {
  std::string key{};
  std::int64_t count = 0;

  bool operator==(const StatisticsCell&) const = default;
};

// What is published: the cells shown, sorted by key.  All else is hidden or empty, and which of the
// two is not told.
struct MonthStatistics {
  std::vector<StatisticsCell> types{};
  std::vector<StatisticsCell> sectors{};

  bool operator==(const MonthStatistics&) const = default;
};

MonthStatistics CountMonth(const std::vector<CountedRecord>& records);

// ---- the second half of it, for tests ----

struct CountedCell {
  std::string key{};
  std::int64_t total = 0;
  bool may_show = false;  // enough teams, none too large
};
using CountedTables = std::array<std::vector<CountedCell>, 2>;

// REQUIRES: both tables have the same sum; keys unique in each.
MonthStatistics HideCells(const CountedTables& tables);

}  // namespace renkei::anonymize
