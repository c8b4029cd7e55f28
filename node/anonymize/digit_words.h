// The words of a text that may be part of a number or an address: those with a digit, and those
// of hex digits only.  Most words are neither, so what looks for numbers skips them together.
//
// Linear; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace renkei::anonymize {

// A run of ASCII letters and digits; empty where `::` begins an address.
struct DigitWord {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// In order.
std::vector<DigitWord> FindDigitWords(std::string_view text);

}  // namespace renkei::anonymize
