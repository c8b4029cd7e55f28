#include "node/cli/indicator_lines.h"

#include <algorithm>

#include "node/base/unseen.h"

namespace renkei::cli {
namespace {

constexpr std::size_t kDayLength = 10;
constexpr std::size_t kTallyValueColumns = 28;
constexpr std::size_t kTypeColumns = 10;

// The characters of `text` from its beginning that take at most `columns`.
std::string_view Head(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t length = std::max<std::size_t>(1, Utf8Length(text.substr(end)));
    if (DisplayWidth(text.substr(0, end + length)) > columns) break;
    end += length;
  }
  return text.substr(0, end);
}

// The same from its end.
std::string_view Tail(std::string_view text, std::size_t columns) {
  std::size_t begin = 0;
  while (begin < text.size() && DisplayWidth(text.substr(begin)) > columns) {
    begin += std::max<std::size_t>(1, Utf8Length(text.substr(begin)));
  }
  return text.substr(begin);
}

}  // namespace

std::string Brief(std::string_view text, std::size_t columns) {
  if (DisplayWidth(text) <= columns) return std::string(text);
  const std::size_t tail = (columns - 3) / 3;
  return std::string(Head(text, columns - 3 - tail)) + "..." + std::string(Tail(text, tail));
}

std::string ToldBy(const Json& tally) {
  const auto teams = tally.find("told_by");
  if (teams == tally.end()) return "-";
  const auto unnamed = tally.value("unnamed", 0);
  return unnamed > 0 ? fmt::format("{} (+{})", teams->size(), unnamed)
                     : fmt::to_string(teams->size());
}

std::string FalsePositiveBy(const Json& tally) {
  const auto teams = tally.find("false_positive_by");
  if (teams == tally.end() || teams->empty()) return "-";
  return fmt::to_string(teams->size()) + (tally.value("taken_out", false) ? " out" : "");
}

std::string Day(const Json& json, std::string_view key) {
  const std::string text = Field(json, key);
  return text.empty() ? "-" : text.substr(0, kDayLength);
}

Table TallyTable(const Json& tallies) {
  Table table({"INDICATOR", "TYPE", "SCORE", "TEAMS", "FALSE", "LAST SEEN"});
  for (const Json& one : tallies) {
    table.Add({Brief(Field(one, "value"), kTallyValueColumns),
               Brief(Field(one, "type"), kTypeColumns), Field(one, "score"), ToldBy(one),
               FalsePositiveBy(one), Day(one, "last_seen")});
  }
  return table;
}

}  // namespace renkei::cli
