// Text made comparable: NFKC and case folded (full-width, half-width, styled and composed forms are
// one), defanged dots and at signs restored, white space runs as one blank, invisible characters
// gone; and where each byte came from.
//
// Linear; never fails (bytes that are not UTF-8 stay as they are).  Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace renkei::anonymize {

struct Folded {
  std::string text{};
  // offset[i] is where byte i of `text` began in the original; one more entry for its end.
  std::vector<std::uint32_t> offset{};
};

Folded Fold(std::string_view text);
// The same without offsets.
Folded FoldText(std::string_view text);

// Latin letters without their accents; all else stays.  Of a folded text.
std::string WithoutAccents(std::string_view folded);
// Cyrillic and Greek letters that look like Latin ones, as those.  Of a folded text; nothing if
// there are none.
std::optional<std::string> WithoutLookAlikes(std::string_view folded);

// What a character is, as far as words end where it changes.
enum class Script : std::uint8_t { kNone, kLetter, kKanji, kHiragana, kKatakana, kOther };

// The script of the character that ends before `at`, or begins at `at`; kNone at the ends.
Script ScriptBefore(std::string_view text, std::size_t at);
Script ScriptAt(std::string_view text, std::size_t at);

// Decodes one UTF-8 character at `at`: its code point and length; length 0 if there is none.
struct Utf8Char {
  char32_t code = 0;
  std::size_t length = 0;
};
Utf8Char DecodeUtf8(std::string_view text, std::size_t at);
void AppendUtf8(char32_t code, std::string& out);

// Tables, because every finder asks this of every byte.
inline constexpr std::array<std::int8_t, 256> kHexValues = [] {
  std::array<std::int8_t, 256> values{};
  for (std::size_t c = 0; c < values.size(); ++c) {
    const bool digit = c >= '0' && c <= '9';
    const bool lower = c >= 'a' && c <= 'f';
    const bool upper = c >= 'A' && c <= 'F';
    const std::size_t from = digit ? '0' : lower ? 'a' - 10 : 'A' - 10;
    values[c] = static_cast<std::int8_t>(digit || lower || upper ? static_cast<int>(c - from) : -1);
  }
  return values;
}();
inline constexpr std::array<bool, 256> kAlnums = [] {
  std::array<bool, 256> alnums{};
  for (std::size_t c = 0; c < alnums.size(); ++c) {
    alnums[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
  return alnums;
}();

inline bool IsAsciiAlnum(char c) { return kAlnums[static_cast<unsigned char>(c)]; }
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// Value of a hex digit, or -1.
inline int HexValue(char c) { return kHexValues[static_cast<unsigned char>(c)]; }

}  // namespace renkei::anonymize
