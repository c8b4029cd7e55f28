#include "node/anonymize/statistics.h"

#include <map>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace renkei::anonymize {
namespace {

// A month in which records have a type each and all the same sectors.
void GiveRecords(std::vector<CountedRecord>& records, const std::string& team,
                 const std::string& type, const std::string& sector, int count) {
  for (int i = 0; i < count; ++i) records.push_back({team, type, sector});
}

std::map<std::string, std::int64_t> Shown(const std::vector<StatisticsCell>& cells) {
  std::map<std::string, std::int64_t> shown;
  for (const StatisticsCell& cell : cells) shown[cell.key] = cell.count;
  return shown;
}

// Five teams, each with `each` records in every one of four types and four sectors.
std::vector<CountedRecord> BroadMonth(int each) {
  std::vector<CountedRecord> records;
  for (int team = 0; team < 5; ++team) {
    for (int cell = 0; cell < 4; ++cell) {
      GiveRecords(records, fmt::format("team-{}", team), fmt::format("type-{}", cell),
                  fmt::format("sector-{}", cell), each);
    }
  }
  return records;
}

TEST(StatisticsTest, CellsOfFiveTeamsAreShownInFives) {
  std::vector<CountedRecord> records = BroadMonth(3);
  GiveRecords(records, "team-0", "type-0", "sector-0", 2);
  GiveRecords(records, "team-1", "type-1", "sector-1", 3);
  const MonthStatistics month = CountMonth(records);
  const std::map<std::string, std::int64_t> types = {
      {"type-0", 15}, {"type-1", 20}, {"type-2", 15}, {"type-3", 15}};
  EXPECT_EQ(Shown(month.types), types);
  EXPECT_EQ(month.sectors.size(), 4U);
}

TEST(StatisticsTest, ACellOfFourTeamsIsHidden) {
  std::vector<CountedRecord> records = BroadMonth(3);
  for (int team = 0; team < 4; ++team) {
    GiveRecords(records, fmt::format("team-{}", team), "type-4", "sector-0", 20);
  }
  EXPECT_EQ(Shown(CountMonth(records).types).count("type-4"), 0U);
  GiveRecords(records, "team-4", "type-4", "sector-0", 1);
  EXPECT_EQ(Shown(CountMonth(records).types).at("type-4"), 80);
}

TEST(StatisticsTest, ACellThatOneTeamDominatesIsHidden) {
  std::vector<CountedRecord> records = BroadMonth(3);
  for (int team = 0; team < 5; ++team) {
    GiveRecords(records, fmt::format("team-{}", team), "type-4", "sector-0", 1);
  }
  GiveRecords(records, "team-0", "type-4", "sector-0", 11);  // 12 of 16: just 75 %
  EXPECT_EQ(Shown(CountMonth(records).types).at("type-4"), 15);
  GiveRecords(records, "team-0", "type-4", "sector-0", 1);  // 13 of 17
  EXPECT_EQ(Shown(CountMonth(records).types).count("type-4"), 0U);
}

TEST(StatisticsTest, UnnamedRecordsAreNoFurtherTeamAndMayBeTheLargestOnes) {
  std::vector<CountedRecord> records = BroadMonth(3);
  for (int team = 0; team < 4; ++team) {
    GiveRecords(records, fmt::format("team-{}", team), "type-4", "sector-0", 3);
  }
  GiveRecords(records, "", "type-4", "sector-0", 2);
  EXPECT_EQ(Shown(CountMonth(records).types).count("type-4"), 0U) << "four teams and no one else";
  GiveRecords(records, "team-4", "type-4", "sector-0", 3);
  EXPECT_EQ(Shown(CountMonth(records).types).at("type-4"), 15);
  GiveRecords(records, "", "type-4", "sector-0", 31);  // 3 + 33 of 48: just 75 %
  EXPECT_EQ(Shown(CountMonth(records).types).at("type-4"), 50);
  GiveRecords(records, "", "type-4", "sector-0", 1);
  EXPECT_EQ(Shown(CountMonth(records).types).count("type-4"), 0U);
}

TEST(StatisticsTest, AHiddenCellIsNotGivenAwayByTheOtherTable) {
  // All sectors are shown and all types but one: it would be what is missing.
  std::vector<CountedRecord> records;
  for (int team = 0; team < 5; ++team) {
    GiveRecords(records, fmt::format("team-{}", team), "type-0", "sector-0", 4);
  }
  GiveRecords(records, "team-0", "type-1", "sector-0", 2);
  const MonthStatistics month = CountMonth(records);
  EXPECT_EQ(Shown(month.types), (std::map<std::string, std::int64_t>{{"type-0", 20}}));
  EXPECT_TRUE(month.sectors.empty());
}

TEST(StatisticsTest, AMonthWithoutRecordsOrWithFewTeamsShowsNothing) {
  EXPECT_EQ(CountMonth({}), MonthStatistics{});
  std::vector<CountedRecord> records;
  GiveRecords(records, "team-0", "type-0", "sector-0", 1000);
  GiveRecords(records, "", "type-0", "sector-0", 1000);
  EXPECT_EQ(CountMonth(records), MonthStatistics{});
}

TEST(StatisticsTest, TheOrderOfRecordsMakesNoDifference) {
  std::vector<CountedRecord> records = BroadMonth(2);
  GiveRecords(records, "team-0", "type-9", "sector-1", 3);
  const MonthStatistics month = CountMonth(records);
  std::mt19937 random(7);
  for (int i = 0; i < 5; ++i) {
    std::shuffle(records.begin(), records.end(), random);
    EXPECT_EQ(CountMonth(records), month);
  }
}

TEST(StatisticsTest, ATableHasAtMost128CellsAndTheLargestStay) {
  std::vector<CountedRecord> records;
  for (int sector = 0; sector < 140; ++sector) {
    for (int team = 0; team < 5; ++team) {
      GiveRecords(records, fmt::format("team-{}", team), fmt::format("type-{}", sector % 7),
                  fmt::format("sector-{:03}", sector), sector < 20 ? 1 : 2);
    }
  }
  const MonthStatistics month = CountMonth(records);
  EXPECT_EQ(month.sectors.size(), kStatisticsShownMax);
  EXPECT_EQ(Shown(month.sectors).count("sector-139"), 1U);
}

// ---- a solver of its own: which sums are possible, one cell after another ----

using CellValues = std::set<std::int64_t>;

CellValues ValuesOf(const CountedCell& cell, const std::map<std::string, std::int64_t>& shown,
                    std::int64_t max) {
  CellValues values;
  const auto count = shown.find(cell.key);
  for (std::int64_t value = 1; value <= max; ++value) {
    if (count == shown.end()) values.insert(value);
    // To base 5, half up: what is nearest.
    if (count != shown.end() && value >= 5 && (2 * value + 5) / 10 * 5 == count->second) {
      values.insert(value);
    }
  }
  return values;
}

CellValues SumsOf(const std::vector<CellValues>& cells, std::int64_t max) {
  CellValues sums = {0};
  for (const CellValues& cell : cells) {
    CellValues next;
    for (const std::int64_t sum : sums) {
      for (const std::int64_t value : cell) {
        if (sum + value <= max) next.insert(sum + value);
      }
    }
    sums = std::move(next);
  }
  return sums;
}

// How wide the range of the cell `at` (past the end: one that is empty) of table `t` is, given what
// is published and which cells are not empty.  No sum is looked at beyond `max`.
std::int64_t WidthOf(const CountedTables& tables, const MonthStatistics& month, std::size_t t,
                     std::size_t at, std::int64_t max) {
  const std::array<std::map<std::string, std::int64_t>, 2> shown = {Shown(month.types),
                                                                    Shown(month.sectors)};
  std::array<std::vector<CellValues>, 2> cells;
  for (std::size_t table = 0; table < 2; ++table) {
    for (std::size_t i = 0; i < tables[table].size(); ++i) {
      if (tables[table][i].total == 0 || (table == t && i == at)) continue;
      cells[table].push_back(ValuesOf(tables[table][i], shown[table], max));
    }
  }
  const CellValues rest = SumsOf(cells[t], max);
  const CellValues all = SumsOf(cells[1 - t], max);
  std::int64_t low = max + 1;
  std::int64_t high = -1;
  for (std::int64_t value = at < tables[t].size() ? 1 : 0; value <= max; ++value) {
    const bool possible = std::any_of(
        rest.begin(), rest.end(), [&](std::int64_t sum) { return all.count(sum + value) != 0; });
    if (!possible) continue;
    low = std::min(low, value);
    high = value;
  }
  return high - low;
}

class RandomMonth {
 public:
  explicit RandomMonth(unsigned seed) : random_(seed) {}
  std::vector<CountedRecord> Make() {
    std::vector<CountedRecord> records;
    const int types = Pick(1, 4);
    const int sectors = Pick(1, 4);
    const int teams = Pick(1, 8);
    const int heavy = Pick(0, 5);
    for (int team = 0; team <= teams; ++team) {
      for (int i = Pick(0, heavy == 0 ? 12 : 4); i > 0; --i) {
        records.push_back({team == teams ? "" : fmt::format("team-{}", team),
                           fmt::format("type-{}", Pick(1, types)),
                           fmt::format("sector-{}", Pick(1, sectors))});
      }
    }
    return records;
  }

 private:
  int Pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  std::mt19937 random_;
};

CountedTables TablesOf(const std::vector<CountedRecord>& records) {
  std::array<std::map<std::string, std::int64_t>, 2> sums;
  for (const CountedRecord& record : records) {
    ++sums[0][record.type];
    ++sums[1][record.sector];
  }
  CountedTables tables;
  for (std::size_t t = 0; t < 2; ++t) {
    for (const auto& [key, total] : sums[t]) tables[t].push_back({key, total, false});
  }
  return tables;
}

TEST(StatisticsPropertyTest, NoHiddenCellIsKnownToWithinLessThanFive) {
  int months_with_both = 0;
  int hidden_cells = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    const std::vector<CountedRecord> records = RandomMonth(seed).Make();
    const MonthStatistics month = CountMonth(records);
    if (month == MonthStatistics{}) continue;
    const CountedTables tables = TablesOf(records);
    const auto max = static_cast<std::int64_t>(records.size()) + 40;
    for (std::size_t t = 0; t < 2; ++t) {
      const auto shown = Shown(t == 0 ? month.types : month.sectors);
      bool hides = false;
      for (std::size_t i = 0; i <= tables[t].size(); ++i) {
        if (i < tables[t].size() && shown.count(tables[t][i].key) != 0) continue;
        hides = hides || i < tables[t].size();
        ++hidden_cells;
        EXPECT_GE(WidthOf(tables, month, t, i, max), 5) << "seed " << seed << " table " << t;
      }
      months_with_both += hides && !shown.empty() ? 1 : 0;
    }
  }
  EXPECT_GT(months_with_both, 100) << "the samples must try what they are for";
  EXPECT_GT(hidden_cells, 1000);
}

TEST(StatisticsPropertyTest, EveryShownCellHasFiveTeamsAndNoneWithMoreThanThreeQuarters) {
  int shown_cells = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const std::vector<CountedRecord> records = RandomMonth(seed).Make();
    const MonthStatistics month = CountMonth(records);
    for (const bool by_type : {true, false}) {
      for (const auto& [key, count] : Shown(by_type ? month.types : month.sectors)) {
        std::map<std::string, int> teams;
        int total = 0;
        for (const CountedRecord& record : records) {
          if ((by_type ? record.type : record.sector) != key) continue;
          ++teams[record.team];
          ++total;
        }
        const int unnamed = teams[""];
        teams.erase("");
        EXPECT_GE(teams.size(), 5U) << "seed " << seed;
        for (const auto& [team, given] : teams) EXPECT_LE((given + unnamed) * 4, total * 3);
        EXPECT_LE(std::abs(total - count), 2);
        EXPECT_EQ(count % 5, 0);
        ++shown_cells;
      }
    }
  }
  EXPECT_GT(shown_cells, 500);
}

// Everything that could lie behind what is published, to a reader who also knows this program: all
// months of two types and two sectors with up to kMost records a cell, grouped by what comes out.
TEST(StatisticsPropertyTest, WhoKnowsTheRulesLearnsNoMoreOfAnyHiddenCell) {
  constexpr std::int64_t kMost = 34;
  std::vector<CountedCell> cells;
  for (std::int64_t total = 0; total <= kMost; ++total) {
    cells.push_back({"", total, false});
    if (total >= 5) cells.push_back({"", total, true});
  }
  std::map<std::int64_t, std::vector<std::vector<CountedCell>>> by_sum;
  for (CountedCell a : cells) {
    for (CountedCell b : cells) {
      a.key = "a";
      b.key = "b";
      by_sum[a.total + b.total].push_back({a, b});
    }
  }
  struct Range {
    std::int64_t low = kMost;
    std::int64_t high = 0;
  };
  using Out = std::vector<std::int64_t>;  // count of each of the four cells; -1: not shown
  std::map<Out, std::array<Range, 4>> ranges;
  for (const auto& [sum, tables] : by_sum) {
    for (std::size_t i = 0; i < tables.size(); ++i) {
      // Each pair of tables once in one order; the other order is the same by symmetry of samples.
      for (std::size_t j = i % 3; j < tables.size(); j += 3) {
        const CountedTables both = {tables[i], tables[j]};
        const MonthStatistics month = HideCells(both);
        Out out(4, -1);
        for (const StatisticsCell& cell : month.types) out[cell.key == "a" ? 0 : 1] = cell.count;
        for (const StatisticsCell& cell : month.sectors) out[cell.key == "a" ? 2 : 3] = cell.count;
        auto& range = ranges[out];
        for (std::size_t k = 0; k < 4; ++k) {
          const std::int64_t total = both[k / 2][k % 2].total;
          range[k].low = std::min(range[k].low, total);
          range[k].high = std::max(range[k].high, total);
        }
      }
    }
  }
  int looked_at = 0;
  for (const auto& [out, range] : ranges) {
    // Far from the edge of the samples.
    if (std::any_of(out.begin(), out.end(), [](std::int64_t count) { return count > 10; }))
      continue;
    for (std::size_t k = 0; k < 4; ++k) {
      if (out[k] != -1) continue;
      ++looked_at;
      EXPECT_GE(range[k].high - range[k].low, 5)
          << out[0] << " " << out[1] << " | " << out[2] << " " << out[3] << " cell " << k;
    }
  }
  EXPECT_GT(looked_at, 10);
}

}  // namespace
}  // namespace renkei::anonymize
