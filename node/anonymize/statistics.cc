#include "node/anonymize/statistics.h"

#include <algorithm>
#include <limits>
#include <map>

namespace renkei::anonymize {
namespace {

constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::max() / 4;

std::int64_t Rounded(std::int64_t total) {
  return (total + kStatisticsBase / 2) / kStatisticsBase * kStatisticsBase;
}

// What a reader knows of the sum of some cells.
struct Bounds {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

// A shown cell holds a record of each of its teams, and is what rounds to its count.
Bounds ShownBounds(std::int64_t count) {
  return {std::max(static_cast<std::int64_t>(kStatisticsTeamsMin), count - kStatisticsBase / 2),
          count + kStatisticsBase / 2};
}

// One table as its reader sees it, told which cells are not empty.
class TableView {
 public:
  explicit TableView(const std::vector<CountedCell>& cells) {
    for (const CountedCell& cell : cells) {
      if (cell.total == 0) continue;
      if (cell.may_show) {
        shown_.push_back({cell.key, Rounded(cell.total)});
      } else {
        ++hidden_;
      }
    }
    // The smallest last: the next to hide.
    std::sort(shown_.begin(), shown_.end(), [](const StatisticsCell& a, const StatisticsCell& b) {
      return a.count != b.count ? a.count > b.count : a.key < b.key;
    });
    while (shown_.size() > kStatisticsShownMax) HideSmallest();
  }

  bool shows() const { return !shown_.empty(); }
  std::int64_t hidden() const { return hidden_; }
  void HideSmallest() {
    shown_.pop_back();
    ++hidden_;
  }

  // Of all cells but `left_out` of the hidden ones, each of which holds a record at least.
  Bounds SumWithout(std::int64_t left_out) const {
    Bounds sum{hidden_ - left_out, hidden_ - left_out > 0 ? kUnbounded : 0};
    for (const StatisticsCell& cell : shown_) {
      const Bounds bounds = ShownBounds(cell.count);
      sum.low += bounds.low;
      sum.high += bounds.high;
    }
    return sum;
  }

  std::vector<StatisticsCell> Published() const {
    std::vector<StatisticsCell> cells = shown_;
    std::sort(cells.begin(), cells.end(),
              [](const StatisticsCell& a, const StatisticsCell& b) { return a.key < b.key; });
    return cells;
  }

 private:
  std::vector<StatisticsCell> shown_{};
  std::int64_t hidden_ = 0;  // cells that are not empty and not shown
};

// Whether a cell that is not shown in `table` can be anything in a range that is wide enough: one
// that holds a record at least, and one that is empty.  The tables have the same sum, so a cell is
// what the other table holds less the rest of its own.
bool IsWideEnough(const TableView& table, const TableView& other) {
  const Bounds all = other.SumWithout(0);
  const auto wide = [&all](const Bounds& rest, std::int64_t least) {
    return all.high - rest.low - std::max(least, all.low - rest.high) >= kStatisticsWidthMin;
  };
  if (table.hidden() > 0 && !wide(table.SumWithout(1), 1)) return false;
  return wide(table.SumWithout(0), 0);
}

// What each team gave to a cell.
struct Shares {
  std::map<std::string, std::int64_t> teams{};
  std::int64_t unnamed = 0;
};

CountedCell Sum(const std::string& key, const Shares& shares) {
  CountedCell cell{.key = key, .total = shares.unnamed};
  std::int64_t largest = 0;
  for (const auto& [team, count] : shares.teams) {
    cell.total += count;
    largest = std::max(largest, count);
  }
  cell.may_show = shares.teams.size() >= kStatisticsTeamsMin &&
                  (largest + shares.unnamed) * 100 <= kStatisticsShareMax * cell.total;
  return cell;
}

std::vector<CountedCell> Sum(const std::map<std::string, Shares>& cells) {
  std::vector<CountedCell> sums;
  for (const auto& [key, shares] : cells) sums.push_back(Sum(key, shares));
  return sums;
}

}  // namespace

MonthStatistics HideCells(const CountedTables& tables) {
  std::array<TableView, 2> views = {TableView(tables[0]), TableView(tables[1])};
  // What is hidden next depends on nothing but what could be published so far, so that the choice
  // itself tells nothing more.  A range is too narrow only while the other table hides nothing.
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = 0; i < views.size(); ++i) {
      TableView& other = views[1 - i];
      if (IsWideEnough(views[i], other) || !other.shows()) continue;
      other.HideSmallest();
      again = true;
    }
  }
  return {views[0].Published(), views[1].Published()};
}

MonthStatistics CountMonth(const std::vector<CountedRecord>& records) {
  std::array<std::map<std::string, Shares>, 2> tables;
  for (const CountedRecord& record : records) {
    for (Shares* shares : {&tables[0][record.type], &tables[1][record.sector]}) {
      if (record.team.empty()) {
        ++shares->unnamed;
      } else {
        ++shares->teams[record.team];
      }
    }
  }
  return HideCells({Sum(tables[0]), Sum(tables[1])});
}

}  // namespace renkei::anonymize
