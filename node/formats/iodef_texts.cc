// Texts, times and confidences of IODEF, and what is said of the parts that no record holds.
#include <charconv>
#include <cmath>

#include "node/base/encoding.h"
#include "node/formats/iodef_state.h"
#include "node/formats/time_text.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::size_t kReportsMax = 1'000;

void MarkAll(const IodefNode& node) {
  node.taken = true;
  for (const IodefNode& child : node.children) MarkAll(child);
}

}  // namespace

std::vector<const IodefNode*> IodefAll(const IodefNode& node, std::string_view name) {
  std::vector<const IodefNode*> all;
  for (const IodefNode& child : node.children) {
    if (child.name == name) all.push_back(&child);
  }
  return all;
}

std::string IodefTake(const IodefNode& node, std::string_view name) {
  const IodefNode* found = node.Find(name);
  if (found == nullptr) return "";
  found->taken = true;
  return found->text;
}

v1::Text IodefTextOf(IodefState& state, const IodefNode& node) {
  node.taken = true;
  v1::Text text;
  const std::string_view kept = CutUtf8(node.text, record::kLongTextBytesMax);
  if (kept.size() < node.text.size()) {
    state.made.report.NotKept(
        node.path(), fmt::format("text beyond {} bytes, cut off", record::kLongTextBytesMax));
  }
  text.set_value(std::string(kept));
  const IodefNode* lang = node.Find("lang");
  const std::string& word = lang == nullptr ? state.lang : lang->text;
  if (lang != nullptr) lang->taken = true;
  if (word != "und" && word.size() <= kMispNameBytesMax) text.set_lang(word);
  return text;
}

v1::Text IodefDescription(IodefState& state, const IodefNode& node) {
  v1::Text all;
  for (const IodefNode* description : IodefAll(node, "Description")) {
    const v1::Text one = IodefTextOf(state, *description);
    if (one.value().empty()) continue;
    if (all.value().empty()) {
      all = one;
    } else {
      all.set_value(all.value() + "\n\n" + one.value());
    }
  }
  if (all.value().size() > record::kLongTextBytesMax) {
    state.made.report.NotKept(node.path() + ".Description", "texts beyond the limit, cut off");
    all.set_value(std::string(CutUtf8(all.value(), record::kLongTextBytesMax)));
  }
  return all;
}

std::optional<std::int64_t> IodefTime(IodefState& state, const IodefNode& node,
                                      std::string_view name) {
  const IodefNode* found = node.Find(name);
  if (found == nullptr || found->text.empty()) return std::nullopt;
  found->taken = true;
  const auto micros = MicrosFromText(found->text);
  constexpr std::int64_t kEnd = 253'402'300'799'999'999;  // of the year 9999
  if (micros && *micros > 0 && *micros <= kEnd) return micros;
  state.made.report.NotKept(found->path(), "not a time between 1970 and 9999");
  return std::nullopt;
}

std::optional<std::uint32_t> IodefConfidence(IodefState& state, const IodefNode& node) {
  const IodefNode* found = node.Find("Confidence");
  if (found == nullptr) return std::nullopt;
  found->taken = true;
  const std::string rating = IodefTake(*found, "rating");
  if (rating == "low") return 15;
  if (rating == "medium") return 50;
  if (rating == "high") return 85;
  if (rating == "unknown") return std::nullopt;
  double value = -1;
  const char* end = found->text.data() + found->text.size();
  const auto [stop, error] = std::from_chars(found->text.data(), end, value);
  // The standard says a number and no scale: up to 1 with a point is a share, else a percentage.
  if (value >= 0 && value <= 1 && found->text.find('.') != std::string::npos) value *= 100;
  if (rating != "numeric" || error != std::errc() || stop != end || !(value >= 0) || value > 100) {
    state.made.report.NotKept(found->path(), "a confidence that is no number from 0 to 100");
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(std::lround(value));
}

void IodefLeave(IodefState& state, const IodefNode& node, std::string_view why, bool by_design) {
  MarkAll(node);
  if (by_design) {
    state.made.report.NotKeptByDesign(node.path(), why);
  } else {
    state.made.report.NotKept(node.path(), why);
  }
}

void IodefAddLabel(IodefState& state, std::string_view what, std::string_view word) {
  const std::string label = fmt::format("iodef:{}=\"{}\"", what, word);
  if (word.empty() || !state.made.tags_seen.insert(label).second) return;
  if (label.size() > kMispNameBytesMax ||
      state.made.tags_seen.size() > static_cast<std::size_t>(kMispTagsMax)) {
    state.made.report.NotKept(what, "a label that is too long, or too many of them");
    return;
  }
  state.made.draft.sections.mutable_summary()->add_labels(label);
}

void IodefAddReport(IodefState& state, std::string_view name, v1::Text content) {
  if (content.value().empty()) return;
  v1::Summary& summary = *state.made.draft.sections.mutable_summary();
  if (static_cast<std::size_t>(summary.reports_size()) >= kReportsMax) {
    state.made.report.NotKept(name, fmt::format("more than {} texts", kReportsMax));
    return;
  }
  v1::Report& report = *summary.add_reports();
  report.mutable_name()->set_value(std::string(CutUtf8(name, kMispNameBytesMax)));
  *report.mutable_content() = std::move(content);
}

}  // namespace renkei::formats
