#include "node/base/json.h"

#include <string_view>

#include "node/base/unseen.h"

namespace renkei {
namespace {

constexpr std::string_view kEscapeDigits = "0123456789abcdef";

void AddEscape(std::string& out, char32_t unit) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kEscapeDigits[(unit >> shift) & 0xF]);
}

// The library escapes no more than JSON demands.  Lines go to terminals, and texts are others'.
// Beyond ASCII, and DEL, only texts and keys hold anything, so an escape is the same value.
std::string Escaped(std::string text) {
  if (!MayHoldUnseen(text)) return text;
  std::string out;
  out.reserve(text.size() + 16);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t length = Utf8Length(rest) == 0 ? 1 : Utf8Length(rest);
    const std::string_view character = rest.substr(0, length);
    rest.remove_prefix(length);
    const bool between = character[0] == '\n';  // of the pretty form; in a text it is escaped
    if (between || !IsUnseen(character)) {
      out += character;
      continue;
    }
    const char32_t point = CodePoint(character);
    if (point < 0x10000) {
      AddEscape(out, point);
    } else {
      AddEscape(out, 0xD7C0 + (point >> 10));
      AddEscape(out, 0xDC00 + (point & 0x3FF));
    }
  }
  return out;
}

}  // namespace

std::string ToText(const Json& json) {
  return Escaped(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string ToPrettyText(const Json& json) {
  return Escaped(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace renkei
