#include "node/formats/json_list_text.h"

#include <utility>

#include <fmt/format.h>

#include "node/base/status.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kItemIndent = "    ";
constexpr std::string_view kListIndent = "  ";

}  // namespace

std::string JsonListText::ItemText(const Json& item) {
  const std::string text = ToPrettyText(item);
  std::string indented;
  indented.reserve(text.size() + text.size() / 8);
  // The last line break is that of a document.
  for (std::size_t at = 0; at + 1 < text.size();) {
    const std::size_t end = text.find('\n', at);
    indented.append(kItemIndent).append(text, at, end - at + 1);
    at = end + 1;
  }
  indented.pop_back();
  return indented;
}

void JsonListText::Reserve(std::size_t count, std::size_t bytes) {
  constexpr std::size_t kAround = 4096;
  items_.reserve(bytes + 2 * count + kAround);
}

void JsonListText::AddText(std::string_view item) {
  items_.append(items_.empty() ? "\n" : ",\n").append(item);
}

std::string JsonListText::Within(const Json& top, std::string_view key) && {
  std::string text = ToPrettyText(top);
  // No text holds a line break as it is.
  const std::string empty_list = fmt::format("\n{}\"{}\": []", kListIndent, key);
  const std::size_t list = text.find(empty_list);
  RENKEI_CHECK(list != std::string::npos);
  if (items_.empty()) return text;
  const std::size_t open = list + empty_list.size() - 1;  // behind the bracket
  // The items stay where they are: they may be most of what there is room for.
  items_.reserve(items_.size() + text.size() + 1 + kListIndent.size());
  items_.append("\n").append(kListIndent).append(text, open);
  items_.insert(0, text, 0, open);
  return std::exchange(items_, {});
}

}  // namespace renkei::formats
