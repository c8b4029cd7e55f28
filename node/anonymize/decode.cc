#include "node/anonymize/decode.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "node/anonymize/decode_parts.h"
#include "node/anonymize/fold.h"
#include "node/anonymize/punycode.h"
#include "node/base/encoding.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kLongRun = 12;  // rare in noise
constexpr std::string_view kBetweenRuns = "|";
constexpr std::size_t kPlausiblePercent = 80;
constexpr std::size_t kUtf16Sample = 64;  // units that are looked at first
constexpr std::size_t kUtf16Short = 7;    // of fewer units all must fit

// Which writing a unit belongs to: 1 ASCII, 2 kana and kanji, 3 Hangul, others by their block; 0:
// none that people write.
unsigned WritingOf(char32_t c) {
  if (c < 0x80) return (c >= 0x20 && c < 0x7f) || (c >= 0x09 && c <= 0x0d) ? 1 : 0;
  if (c >= 0xa0 && c < 0x1100) return 4 + (c >> 8);
  const bool japanese =
      (c >= 0x3000 && c < 0x3100) || (c >= 0x4e00 && c < 0x9fb0) || (c >= 0xff00 && c < 0xffa0);
  return japanese ? 2 : c >= 0xac00 && c < 0xd7a4 ? 3 : 0;
}

char32_t Utf16Unit(std::string_view bytes, std::size_t at, bool little) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  return static_cast<char32_t>(little ? first | (second << 8) : (first << 8) | second);
}

// True if nearly all units are ASCII or of one other writing, as noise never is.
bool LooksLikeUtf16(std::string_view bytes, bool little, std::size_t units) {
  std::array<std::size_t, 32> counts{};
  const std::size_t bad_max = units < kUtf16Short ? 0 : units - units * kPlausiblePercent / 100;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < units && bad <= bad_max; ++i) {
    const unsigned writing = WritingOf(Utf16Unit(bytes, 2 * i, little));
    ++counts[writing];
    bad += writing == 0 ? 1 : 0;
  }
  if (bad > bad_max) return false;
  const std::size_t most = *std::max_element(counts.begin() + 2, counts.end());
  return counts[1] + most + bad_max >= units;
}

bool IsUtf16(std::string_view bytes, bool little) {
  const std::size_t units = bytes.size() / 2;
  return LooksLikeUtf16(bytes, little, std::min(units, kUtf16Sample)) &&
         LooksLikeUtf16(bytes, little, units);
}

std::string FromUtf16(std::string_view bytes, bool little) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t unit = Utf16Unit(bytes, i, little);
    if (unit >= 0xd800 && unit <= 0xdbff && i + 3 < bytes.size()) {
      const char32_t low = Utf16Unit(bytes, i + 2, little);
      if (low >= 0xdc00 && low <= 0xdfff) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        i += 2;
      }
    }
    const bool surrogate = unit >= 0xd800 && unit <= 0xdfff;
    AppendUtf8(surrogate ? U'?' : unit, text);
  }
  return text;
}

// Runs of printable ASCII and of multi-byte UTF-8 in binary data: long ones each, short ones as one
// text.
void AddRuns(std::string_view bytes, std::string_view form, std::vector<HiddenText>& found) {
  std::string runs;
  std::size_t start = 0;
  std::size_t at = 0;
  const auto close = [&] {
    const std::string_view run = bytes.substr(start, at - start);
    if (run.size() >= kLongRun) {
      found.push_back({std::string(run), form, false, false});
    } else if (run.size() >= kDecodedTextMin) {
      runs.append(run).append(kBetweenRuns);
    }
  };
  while (at < bytes.size()) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    const std::size_t length = byte < 0x20 || byte == 0x7f ? 0
                               : byte < 0x7f               ? 1
                                                           : DecodeUtf8(bytes, at).length;
    if (length > 0) {
      at += length;
      continue;
    }
    close();
    start = ++at;
  }
  close();
  if (!runs.empty()) found.push_back({std::move(runs), form, true, false});
}

// Text in an encoding other than UTF-8 has no control characters either.
bool MayBeLegacy(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte != 0x1b) || byte == 0x7f;
  });
}

}  // namespace

bool IsText(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte < 0x80) {
      if ((byte < 0x20 && (byte < 0x09 || byte > 0x0d)) || byte == 0x7f) return false;
      ++at;
      continue;
    }
    const std::size_t length = DecodeUtf8(bytes, at).length;
    if (length == 0) return false;
    at += length;
  }
  return true;
}

int HexByte(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return -1;
  const int high = HexValue(text[at]);
  const int low = HexValue(text[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void AddReadable(std::string_view bytes, std::string_view form, std::vector<HiddenText>& found,
                 bool with_raw) {
  if (bytes.size() < 3) return;
  if (IsText(bytes)) {
    found.push_back({std::string(bytes), form, false, false});
    return;
  }
  for (const std::size_t skip : {std::size_t{0}, std::size_t{1}}) {
    if (bytes.size() < 6) break;
    for (const bool little : {true, false}) {
      const std::string_view units = bytes.substr(skip);
      if (IsUtf16(units, little)) found.push_back({FromUtf16(units, little), form, false, false});
    }
  }
  if (with_raw && MayBeLegacy(bytes)) found.push_back({std::string(bytes), form, true, true});
  AddRuns(bytes, form, found);
}

void FindPunycode(std::string_view text, std::vector<HiddenText>& found) {
  const std::string lower = AsciiLower(text);
  std::size_t at = lower.find("xn--");
  if (at == std::string::npos) return;
  std::string out;
  std::size_t copied = 0;
  while (at != std::string::npos) {
    std::size_t end = at;
    while (end < lower.size() && (IsAsciiAlnum(lower[end]) || lower[end] == '-')) ++end;
    if (const auto label = LabelToUnicode(lower.substr(at, end - at))) {
      out.append(text.substr(copied, at - copied)).append(*label);
      copied = end;
    }
    at = lower.find("xn--", end);
  }
  if (copied == 0) return;
  found.push_back({out + std::string(text.substr(copied)), "punycode", false, false});
}

std::vector<HiddenText> DecodeHidden(std::string_view text) {
  std::vector<HiddenText> found;
  FindEscaped(text, found);
  FindNumbers(text, found);
  FindRuns(text, found);
  FindSpacedHex(text, found);
  if (text.find("--") != std::string_view::npos) FindPunycode(text, found);
  FindJoined(text, found);
  return found;
}

}  // namespace renkei::anonymize
