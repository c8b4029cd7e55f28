#include "node/anonymize/words.h"

#include <algorithm>

namespace renkei::anonymize {

bool IsWordBefore(std::string_view text, std::size_t at) {
  if (at == 0 || !IsAsciiAlnum(text[at - 1])) return false;
  const bool escape =
      at >= 3 && text[at - 3] == '%' && HexValue(text[at - 2]) >= 0 && HexValue(text[at - 1]) >= 0;
  return !escape;
}

bool GoesOn(std::string_view text, std::size_t at, bool letters_only) {
  const Script before = ScriptBefore(text, at);
  const Script after = ScriptAt(text, at);
  if (before != after || before == Script::kNone) return false;
  if (before == Script::kLetter && IsAsciiAlnum(text[at - 1]) && !IsWordBefore(text, at)) {
    return false;
  }
  return !letters_only || before == Script::kLetter;
}

bool IsWhole(std::string_view text, const Span& span, std::size_t characters) {
  if (characters > kMiddleName) return true;
  const bool letters_only = characters > kShortName;
  return !GoesOn(text, span.begin, letters_only) && !GoesOn(text, span.end, letters_only);
}

std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

}  // namespace renkei::anonymize
