#include "node/cli/source_table.h"

#include "node/cli/output.h"

namespace renkei::cli {
namespace {

// `2026-11-22T13:05`: so much fits beside the rest.
constexpr std::size_t kSourceMinuteChars = 16;

std::string Minute(const Json& source, std::string_view key, std::string_view none) {
  const std::string time = Field(source, key).substr(0, kSourceMinuteChars);
  return time.empty() ? std::string(none) : time;
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
    table.Add({Field(source, "name"), HowItDoes(source), Minute(source, "last_success", "never"),
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
