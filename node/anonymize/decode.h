// The texts that a text may hide: escaped, base64, base32, hex, lists of character numbers, UTF-16,
// punycode, broken over lines, look-alike letters.
//
// One level; the lint calls it again on what comes out.  Linear, up to the named factors.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace renkei::anonymize {

inline constexpr std::size_t kBase64CharsMin = 6;
inline constexpr std::size_t kBase32CharsMin = 12;
inline constexpr std::size_t kHexBytesMin = 4;
inline constexpr std::size_t kNumbersMin = 5;      // in a list of character numbers
inline constexpr std::size_t kDecodedTextMin = 6;  // shorter runs in binary data are chance

// A text found inside another, and how: `base64`, `base32`, `hex`, `escaped`, `numbers`,
// `punycode`, `joined`, `look-alike`.
struct HiddenText {
  std::string text{};
  std::string_view form{};
  bool in_binary = false;  // runs in binary data, joined by `|`: short words in it are chance
  bool raw = false;        // bytes that are no UTF-8
};

std::vector<HiddenText> DecodeHidden(std::string_view text);

// The readable texts in decoded bytes: UTF-8, UTF-16 of either order, runs in binary data; and the
// bytes themselves if they are no UTF-8.
void AddReadable(std::string_view bytes, std::string_view form, std::vector<HiddenText>& found,
                 bool with_raw = true);

}  // namespace renkei::anonymize
