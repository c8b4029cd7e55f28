#include <algorithm>
#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kStatsUsage =
    R"(Usage: renkei stats [--month YYYY-MM] [--dir DIR] [--json]

Shows how many records the community shared in a month, by type and by sector:
the newest month, or the one you name.  The hub publishes each month once, a
week after its end.

A number is shown where at least five teams gave records and none gave more
than three quarters of them, to the nearest five.  What is not listed is zero
or hidden; which of the two is not told, and there are no totals.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei stats --month 2031-04
)";

bool IsMonthText(const std::string& text) {
  if (text.size() != 7 || text[4] != '-') return false;
  const bool digits = std::all_of(text.begin(), text.end(), [&text](const char& c) {
    return &c == &text[4] || (c >= '0' && c <= '9');
  });
  const std::string month = text.substr(5);
  return digits && month >= "01" && month <= "12";
}

void PrintCells(Context& context, const std::string& head, const Json& cells) {
  if (cells.empty()) {
    context.out << "\n" << head << ": nothing that can be shown\n";
    return;
  }
  Table table({head, "RECORDS (TO 5)"});
  for (const Json& cell : cells) table.Add({Field(cell, "key"), Field(cell, "records")});
  context.out << "\n" << table.ToText();
}

void PrintStatistics(Context& context, const Json& months) {
  if (months.empty()) {
    context.out << "no statistics yet: the hub publishes a month a week after its end\n";
    return;
  }
  const Json& newest = months.front();
  context.out << "records shared in " << Field(newest, "month") << "\n";
  PrintCells(context, "TYPE", newest["types"]);
  PrintCells(context, "SECTOR", newest["sectors"]);
  if (months.size() == 1) return;
  std::string others;
  for (std::size_t i = 1; i < months.size(); ++i) {
    others += (i == 1 ? "" : ", ") + Field(months[i], "month");
  }
  context.out << "\n";
  for (const std::string& line : Wrap("other months (--month): " + others, kScreenWidth)) {
    context.out << line << "\n";
  }
}

int RunStats(Context& context) {
  Target target;
  std::string month;
  ArgumentParser parser(context, kStatsCommand);
  parser.Option("--month", month);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (!month.empty() && !IsMonthText(month)) {
    PrintError(context, fmt::format("stats: month `{}`: expected one such as 2031-04", month));
    return kWrongUsage;
  }
  return Ask(context, target, "stats", {{"month", month}},
             [&](const Json& json) { PrintStatistics(context, json["months"]); });
}

}  // namespace

const Command kStatsCommand = {
    .name = "stats",
    .summary = "what the community shared, month by month, in safe numbers",
    .usage = kStatsUsage,
    .run = &RunStats,
};

}  // namespace renkei::cli
