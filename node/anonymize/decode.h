// The texts that a text may hide: escaped, base64, hex, UTF-16, punycode, broken over lines.
//
// One level; the lint calls it again on what comes out.  Linear, up to the named factors.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace renkei::anonymize {

inline constexpr std::size_t kBase64CharsMin = 6;
inline constexpr std::size_t kHexBytesMin = 4;
inline constexpr std::size_t kDecodedTextMin = 4;  // shorter runs in binary data are chance

// A text found inside another, and how: `base64`, `hex`, `escaped`, `punycode`, `joined`.
struct HiddenText {
  std::string text{};
  std::string_view form{};
  bool in_binary = false;  // runs in binary data, joined by `|`: short words in it are chance
};

std::vector<HiddenText> DecodeHidden(std::string_view text);

// The readable texts in decoded bytes: UTF-8, UTF-16 of either order, runs in binary data.
struct ReadableText {
  std::string text{};
  bool in_binary = false;
};
std::vector<ReadableText> ReadableTexts(std::string_view bytes);

}  // namespace renkei::anonymize
