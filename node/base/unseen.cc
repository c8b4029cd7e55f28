#include "node/base/unseen.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace renkei {
namespace {

struct CodeRange {
  char32_t first;
  char32_t last;
};
constexpr std::array<CodeRange, 9> kUnseen = {{{0x00, 0x1F},
                                               {0x7F, 0x9F},
                                               {0x061C, 0x061C},  // Arabic letter mark
                                               {0x200B, 0x200B},  // zero width space
                                               {0x200E, 0x200F},  // left-to-right, right-to-left
                                               {0x2028, 0x202E},  // separators, embeddings
                                               {0x2060, 0x206F},  // word joiner, isolates, ...
                                               {0xFEFF, 0xFEFF},  // zero width no-break space
                                               {0xE0000, 0xE007F}}};  // tags

std::uint8_t ByteAt(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

bool IsTail(std::string_view text, std::size_t i) {
  return i < text.size() && (ByteAt(text, i) & 0xC0) == 0x80;
}

}  // namespace

std::size_t Utf8Length(std::string_view text) {
  const std::uint8_t first = ByteAt(text, 0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return IsTail(text, 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!IsTail(text, 1) || !IsTail(text, 2)) return 0;
    if (first == 0xE0 && ByteAt(text, 1) < 0xA0) return 0;
    if (first == 0xED && ByteAt(text, 1) > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!IsTail(text, 1) || !IsTail(text, 2) || !IsTail(text, 3)) return 0;
    if (first == 0xF0 && ByteAt(text, 1) < 0x90) return 0;
    if (first == 0xF4 && ByteAt(text, 1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

char32_t CodePoint(std::string_view character) {
  const std::uint8_t first = ByteAt(character, 0);
  char32_t point = character.size() == 1 ? first : first & (0xFFU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) {
    point = point << 6 | (ByteAt(character, i) & 0x3FU);
  }
  return point;
}

bool IsUnseen(std::string_view character) {
  const char32_t point = CodePoint(character);
  return std::any_of(kUnseen.begin(), kUnseen.end(), [&](const CodeRange& range) {
    return point >= range.first && point <= range.last;
  });
}

bool MayHoldUnseen(std::string_view text) {
  // DEL, and the first bytes of the ranges above.
  constexpr std::string_view kFirstBytes = "\x7F\xC2\xD8\xE2\xEF\xF3";
  return text.find_first_of(kFirstBytes) != std::string_view::npos;
}

}  // namespace renkei
