#include "node/formats/import_report.h"

#include <algorithm>

namespace renkei::formats {
namespace {

// `Event.Attribute[3].data` and `Event.Attribute[17].data` are one kind of place.
std::string WithoutNumbers(std::string_view place) {
  std::string kind;
  bool in_brackets = false;
  for (const char c : place) {
    if (c == ']') in_brackets = false;
    if (!in_brackets) kind.push_back(c);
    if (c == '[') in_brackets = true;
  }
  return kind;
}

}  // namespace

void ReportBuilder::Mapped(std::string_view row, std::uint64_t count) {
  report_.mapped[std::string(row)] += count;
}

void ReportBuilder::NotKept(std::string_view place, std::string_view what, std::uint64_t count) {
  Add(place, what, count, false);
}

void ReportBuilder::NotKeptByDesign(std::string_view place, std::string_view what,
                                    std::uint64_t count) {
  Add(place, what, count, true);
}

void ReportBuilder::Note(std::string_view note) {
  if (report_.notes.size() > kNotesMax) return;
  if (report_.notes.size() == kNotesMax) note = "further notes are left out";
  if (std::find(report_.notes.begin(), report_.notes.end(), note) != report_.notes.end()) return;
  report_.notes.emplace_back(note);
}

void ReportBuilder::Add(std::string_view place, std::string_view what, std::uint64_t count,
                        bool by_design) {
  const bool full = report_.not_mapped.size() >= kNotMappedMax;
  std::string key = fmt::format("{}\n{}", WithoutNumbers(place), what);
  if (full && index_.count(key) == 0) key.clear();
  const auto [found, is_new] = index_.emplace(key, report_.not_mapped.size());
  if (is_new && full) {
    report_.not_mapped.push_back({"(elsewhere)", "further kinds of content", 0, false});
  } else if (is_new) {
    report_.not_mapped.push_back({std::string(place), std::string(what), 0, by_design});
  }
  report_.not_mapped[found->second].count += count;
}

}  // namespace renkei::formats
