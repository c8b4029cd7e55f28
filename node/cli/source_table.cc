#include "node/cli/source_table.h"

#include "node/cli/output.h"

namespace renkei::cli {
namespace {

// Of a time as text, `2026-11-22T13:05:00Z`: `11-22 13:05` fits beside the rest.
std::string Minute(const Json& source, std::string_view key, std::string_view none) {
  constexpr std::size_t kMonth = 5;
  constexpr std::size_t kHour = 11;
  constexpr std::size_t kChars = 5;
  const std::string time = Field(source, key);
  if (time.size() < kHour + kChars) return std::string(none);
  return fmt::format("{} {}", time.substr(kMonth, kChars), time.substr(kHour, kChars));
}

// A longer one leaves no room for the rest; its end is in --json and node.toml.
std::string ShortName(const Json& source) {
  constexpr std::size_t kNameChars = 20;
  const std::string name = Field(source, "name");
  return name.size() <= kNameChars ? name : name.substr(0, kNameChars - 3) + "...";
}

std::string HowItDoes(const Json& source) {
  if (source.value("running", false)) return "running";
  const int failures = source.value("failures", 0);
  if (failures > 0) return fmt::format("failed {}x", failures);
  return source.value("runs", 0) == 0 ? "new" : "ok";
}

}  // namespace

std::string SourceCounts(const Json& counts) {
  std::string text = fmt::format("{} listed", counts.value("listed", 0));
  std::string separator = ": ";
  for (const char* key : {"published", "revised", "unchanged", "drafts", "refused", "unreadable"}) {
    const auto count = counts.value(key, 0);
    if (count == 0) continue;
    text += fmt::format("{}{} {}", separator, count, key);
    separator = ", ";
  }
  if (separator == ": ") text += ", nothing new";
  if (counts.value("gone", 0) > 0) text += fmt::format("; {} gone there", counts.value("gone", 0));
  if (counts.value("left", 0) > 0) text += "; more with the next run";
  return text;
}

std::string SourceTable(const Json& sources) {
  Table table({"SOURCE", "STATE", "LAST SUCCESS", "NEXT", "LAST RUN"});
  for (const Json& source : sources) {
    table.Add({ShortName(source), HowItDoes(source), Minute(source, "last_success", "never"),
               Minute(source, "next_run", "-"), SourceCounts(source["last"])});
  }
  std::string text = table.ToText();
  for (const Json& source : sources) {
    const std::string error = Field(source, "last_error");
    if (error.empty()) continue;
    for (const std::string& line :
         Wrap(fmt::format("{}: {}", Field(source, "name"), error), kScreenWidth)) {
      text += line + "\n";
    }
  }
  return text;
}

}  // namespace renkei::cli
