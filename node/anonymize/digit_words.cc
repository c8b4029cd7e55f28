#include "node/anonymize/digit_words.h"

#include <array>

#include "node/anonymize/fold.h"

namespace renkei::anonymize {
namespace {

enum : std::uint8_t { kNoWord = 0, kHexLetter = 1, kHexDigit = 2, kOtherLetter = 4 };
constexpr std::array<std::uint8_t, 256> kWordSigns = [] {
  std::array<std::uint8_t, 256> signs{};
  for (std::size_t c = 0; c < signs.size(); ++c) {
    const bool digit = c >= '0' && c <= '9';
    const bool hex = kHexValues[c] >= 0;
    signs[c] = !kAlnums[c] ? kNoWord : digit ? kHexDigit : hex ? kHexLetter : kOtherLetter;
  }
  return signs;
}();

bool StartsWithColons(std::string_view text, std::size_t at) {
  if (text[at] != ':' || at + 1 >= text.size() || text[at + 1] != ':') return false;
  return at == 0 || (text[at - 1] != ':' && !IsAsciiAlnum(text[at - 1]));
}

}  // namespace

std::vector<DigitWord> FindDigitWords(std::string_view text) {
  std::vector<DigitWord> words;
  const char* const bytes = text.data();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    unsigned signs = 0;
    while (at < text.size()) {
      const unsigned sign = kWordSigns[static_cast<unsigned char>(bytes[at])];
      if (sign == kNoWord) break;
      signs |= sign;
      ++at;
    }
    const bool is_number = (signs & kHexDigit) != 0 || signs == kHexLetter;
    // `xab`, as programs write a byte.
    const bool is_byte = at - begin >= 3 && bytes[at - 3] == 'x';
    if (is_number || is_byte) {
      words.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at)});
    }
    if (at >= text.size()) break;
    if (StartsWithColons(text, at)) {
      words.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at)});
    }
    ++at;
  }
  return words;
}

}  // namespace renkei::anonymize
