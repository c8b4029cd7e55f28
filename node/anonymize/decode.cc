#include "node/anonymize/decode.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "node/anonymize/byte_masks.h"
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

// No control character stands in a text, but for white space.
bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && (byte < 0x09 || byte > 0x0d)) || byte == 0x7f;
}

// Which writing a unit belongs to: 1 ASCII, 2 kana and kanji, 3 Hangul, others by their block; 0:
// none that people write.
constexpr unsigned WritingOf(char32_t c) {
  if (c < 0x80) return (c >= 0x20 && c < 0x7f) || (c >= 0x09 && c <= 0x0d) ? 1 : 0;
  if (c >= 0xa0 && c < 0x1100) return 4 + (c >> 8);
  const bool japanese =
      (c >= 0x3000 && c < 0x3100) || (c >= 0x4e00 && c < 0x9fb0) || (c >= 0xff00 && c < 0xffa0);
  return japanese ? 2 : c >= 0xac00 && c < 0xd7a4 ? 3 : 0;
}

// The writing of all units that share a first byte, or kMixed.
constexpr std::uint8_t kMixed = 0xff;
constexpr std::array<std::uint8_t, 256> kWritings = [] {
  std::array<std::uint8_t, 256> writings{};
  for (char32_t high = 0; high < writings.size(); ++high) {
    const unsigned first = WritingOf(high << 8);
    bool same = true;
    for (char32_t low = 0; low < 256; ++low) same = same && WritingOf((high << 8) | low) == first;
    writings[high] = same ? static_cast<std::uint8_t>(first) : kMixed;
  }
  return writings;
}();

struct Utf16View {
  const char* high;  // of the first unit
  const char* low;

  Utf16View(std::string_view bytes, bool little)
      : high(bytes.data() + (little ? 1 : 0)), low(bytes.data() + (little ? 0 : 1)) {}
  char32_t Unit(std::size_t i) const {
    return (static_cast<char32_t>(static_cast<unsigned char>(high[2 * i])) << 8) |
           static_cast<unsigned char>(low[2 * i]);
  }
  unsigned Writing(std::size_t i) const {
    const std::uint8_t writing = kWritings[static_cast<unsigned char>(high[2 * i])];
    return writing == kMixed ? WritingOf(Unit(i)) : writing;
  }
};

constexpr std::size_t BadUnitsMax(std::size_t units) {
  return units < kUtf16Short ? 0 : units - units * kPlausiblePercent / 100;
}

// Bytes that are the first of units of some writing, as ranges.
constexpr bool BeginsUnits(unsigned c) {
  return c <= 0x10 || c == 0x30 || (c >= 0x4e && c <= 0x9f) || (c >= 0xac && c <= 0xd7) ||
         c == 0xff;
}
static_assert([] {
  for (unsigned c = 0; c < 256; ++c) {
    if (BeginsUnits(c) != (kWritings[c] != 0)) return false;
  }
  return true;
}());

// Whether the bytes at even and those at odd places may be the first of units: most noise is
// refused here, for all ways of reading it at once and without a branch for each byte.
std::array<bool, 2> MayBeHigh(std::string_view bytes) {
  const std::size_t size = std::min(bytes.size(), kBlockBytes);
  const ByteBlock block(bytes, 0);
  const std::uint64_t good = block.Between(0, 0x10) | block.Of(0x30) | block.Between(0x4e, 0x9f) |
                             block.Between(0xac, 0xd7) | block.Between(0xff, 0xff);
  const std::uint64_t bad = ~good & BitsBetween(0, static_cast<unsigned>(size));
  constexpr std::uint64_t kEven = 0x5555555555555555;
  // Each way of reading leaves out one of these bytes at most.
  const auto bad_max = static_cast<int>(BadUnitsMax(size / 2)) + 1;
  return {std::popcount(bad & kEven) <= bad_max, std::popcount(bad & ~kEven) <= bad_max};
}

// True if nearly all units are ASCII or of one other writing, as noise never is.
bool LooksLikeUtf16(const Utf16View& view, std::size_t units) {
  const std::size_t bad_max = BadUnitsMax(units);
  std::size_t bad = 0;
  for (std::size_t i = 0; i < units && bad <= bad_max; ++i) bad += view.Writing(i) == 0 ? 1 : 0;
  if (bad > bad_max) return false;
  std::array<std::size_t, 32> counts{};
  for (std::size_t i = 0; i < units; ++i) ++counts[view.Writing(i)];
  const std::size_t most = *std::max_element(counts.begin() + 2, counts.end());
  return counts[1] + most + bad_max >= units;
}

bool IsUtf16(std::string_view bytes, bool little) {
  const Utf16View view(bytes, little);
  const std::size_t units = bytes.size() / 2;
  return LooksLikeUtf16(view, std::min(units, kUtf16Sample)) && LooksLikeUtf16(view, units);
}

std::string FromUtf16(std::string_view bytes, bool little) {
  const Utf16View view(bytes, little);
  const std::size_t units = bytes.size() / 2;
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < units; ++i) {
    char32_t unit = view.Unit(i);
    if (unit >= 0xd800 && unit <= 0xdbff && i + 1 < units) {
      const char32_t low = view.Unit(i + 1);
      if (low >= 0xdc00 && low <= 0xdfff) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        ++i;
      }
    }
    const bool surrogate = unit >= 0xd800 && unit <= 0xdfff;
    AppendUtf8(surrogate ? U'?' : unit, text);
  }
  return text;
}

// Where the next run of kDecodedTextMin bytes may begin, from `at`; the end if nowhere.  A byte
// fits if it is printable or in a row with others of a longer character.
std::size_t RunStart(std::string_view bytes, std::size_t at) {
  static_assert(kDecodedTextMin == 6);
  // Whether the byte before may be of a longer character; at the first one it may.
  bool wide_before = true;
  // Blocks overlap, so that every run of six stands whole in one, with the byte behind it.
  constexpr std::size_t kStep = kBlockBytes - kDecodedTextMin;
  for (std::size_t base = at; base < bytes.size(); base += kStep) {
    const ByteBlock block(bytes, base);
    const std::uint64_t first = block.Between(0xc2, 0xf4);
    const std::uint64_t other = block.Between(0x80, 0xbf);
    const std::uint64_t wide = first | other;
    const std::uint64_t fits = block.Between(0x20, 0x7e) | (first & (other >> 1)) |
                               (other & ((wide << 1) | (wide_before ? 1U : 0U)));
    const std::uint64_t two = fits & (fits >> 1);
    const std::uint64_t four = two & (two >> 2);
    const std::uint64_t six = four & (two >> 4);
    if (six != 0) return base + static_cast<std::size_t>(std::countr_zero(six));
    wide_before = ((wide >> (kStep - 1)) & 1U) != 0;
  }
  return bytes.size();
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
    if (at == start) {
      // Noise: no run that is long enough holds a byte that no text has.
      start = at = RunStart(bytes, at);
      if (at >= bytes.size()) break;
    }
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte >= 0x20 && byte < 0x7f) {
      ++at;
      continue;
    }
    const std::size_t length = byte < 0x80 ? 0 : DecodeUtf8(bytes, at).length;
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
  return std::none_of(bytes.begin(), bytes.end(), [](char c) { return IsControl(c) && c != 0x1b; });
}

}  // namespace

bool IsText(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    if (static_cast<unsigned char>(bytes[at]) < 0x80) {
      if (IsControl(bytes[at])) return false;
      ++at;
      continue;
    }
    const std::size_t length = DecodeUtf8(bytes, at).length;
    if (length == 0) return false;
    at += length;
  }
  return true;
}

void AddReadable(std::string_view bytes, std::string_view form, std::vector<HiddenText>& found,
                 bool with_raw) {
  if (bytes.size() < 3) return;
  if (IsText(bytes)) {
    found.push_back({std::string(bytes), form, false, false});
    return;
  }
  const std::array<bool, 2> may_be_high = MayBeHigh(bytes);
  for (const std::size_t skip : {std::size_t{0}, std::size_t{1}}) {
    if (bytes.size() < 6) break;
    for (const bool little : {true, false}) {
      if (!may_be_high[(skip + (little ? 1 : 0)) % 2]) continue;
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
