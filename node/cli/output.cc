#include "node/cli/output.h"

#include <algorithm>
#include <ostream>

#include "node/base/encoding.h"

namespace renkei::cli {
namespace {

constexpr std::size_t kTextBytesMax = 4096;
constexpr std::size_t kLastColumnMin = 20;

// One character of UTF-8 at the beginning of `text`: its bytes and its columns.
struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

bool IsWide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
         (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
         (c >= 0x20000 && c <= 0x3fffd);
}

Character FirstOf(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (bytes == 1 || bytes > text.size()) return {};
  char32_t point = static_cast<char32_t>(first & (0xff >> (bytes + 1)));
  for (std::size_t i = 1; i < bytes; ++i) {
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3f);
  }
  const bool combining = (point >= 0x0300 && point <= 0x036f) || point == 0x200b || point == 0x200d;
  return {.bytes = bytes, .columns = combining ? std::size_t{0} : IsWide(point) ? 2U : 1U};
}

// Bytes of `text` that fit into `width` columns; at least one character.
std::size_t Fitting(std::string_view text, std::size_t width) {
  std::size_t bytes = 0;
  std::size_t columns = 0;
  while (bytes < text.size()) {
    const Character next = FirstOf(text.substr(bytes));
    if (columns + next.columns > width && bytes > 0) break;
    columns += next.columns;
    bytes += next.bytes;
  }
  return bytes;
}

}  // namespace

void PrintError(Context& context, std::string_view text, std::string_view hint) {
  context.out.flush();
  context.err << "renkei: " << Safe(text) << "\n";
  if (!hint.empty()) context.err << "hint: " << Safe(hint) << "\n";
}

int Fail(Context& context, std::string_view doing, const absl::Status& status,
         std::string_view hint) {
  PrintError(context, fmt::format("{}: {}", doing, Message(status)), hint);
  return kFailed;
}

void PrintProblems(Context& context, const Problems& problems) {
  context.out.flush();
  for (const Problem& problem : problems) {
    context.err << "renkei: " << Safe(ToString(problem)) << "\n";
  }
}

std::string Safe(std::string_view text) { return Printable(text, kTextBytesMax); }

std::string Field(const Json& json, std::string_view key) {
  if (!json.is_object()) return "";
  const auto it = json.find(std::string(key));
  if (it == json.end() || it->is_null()) return "";
  if (it->is_string()) return Safe(it->get_ref<const std::string&>());
  if (it->is_boolean()) return it->get<bool>() ? "yes" : "no";
  return Safe(ToText(*it));
}

std::string Words(const Json& list, std::string_view between) {
  std::string words;
  for (const Json& item : list) {
    if (!words.empty()) words += between;
    words += item.is_string() ? Safe(item.get_ref<const std::string&>()) : Safe(ToText(item));
  }
  return words.empty() ? "-" : words;
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character next = FirstOf(text);
    width += next.columns;
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::vector<std::string> Wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (DisplayWidth(text) > width) {
    std::size_t end = Fitting(text, width);
    std::size_t next = end;
    if (text[end] != ' ') {
      const std::size_t space = text.substr(0, end).rfind(' ');
      if (space != std::string_view::npos && space > 0) end = next = space;
    }
    while (next < text.size() && text[next] == ' ') ++next;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(next);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

std::string Table::ToText(std::size_t indent) const {
  std::vector<std::size_t> widths(heads_.size());
  std::vector<const std::vector<std::string>*> lines;
  const bool headed = std::any_of(heads_.begin(), heads_.end(),
                                  [](const std::string& head) { return !head.empty(); });
  if (headed) lines.push_back(&heads_);
  for (const auto& row : rows_) lines.push_back(&row);
  for (const auto* line : lines) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth((*line)[i]));
    }
  }
  std::size_t before_last = indent;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) before_last += widths[i] + 2;
  const std::size_t last =
      before_last + kLastColumnMin < kScreenWidth ? kScreenWidth - before_last : kLastColumnMin;
  std::string text;
  for (const auto* line : lines) {
    std::string out(indent, ' ');
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      out += (*line)[i];
      out.append(widths[i] + 2 - DisplayWidth((*line)[i]), ' ');
    }
    for (const std::string& part : Wrap(line->back(), last)) {
      out += part;
      out.erase(out.find_last_not_of(' ') + 1);
      text += out + "\n";
      out.assign(before_last, ' ');
    }
  }
  return text;
}

}  // namespace renkei::cli
