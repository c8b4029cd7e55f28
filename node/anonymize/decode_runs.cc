// Base64, base32 and hex, as runs of their signs.

#include <algorithm>
#include <array>
#include <cstdint>

#include "node/anonymize/byte_masks.h"
#include "node/anonymize/decode_parts.h"
#include "node/anonymize/fold.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kRealignFrom = 16;  // longer runs may have a prefix glued on
constexpr std::size_t kWordMax = 48;      // a run without digits and capitals up to here is a word

using Table = std::array<std::int8_t, 256>;

constexpr Table MakeBase64() {
  Table table{};
  for (auto& entry : table) entry = -1;
  for (std::size_t i = 0; i < 26; ++i) {
    table['A' + i] = static_cast<std::int8_t>(i);
    table['a' + i] = static_cast<std::int8_t>(26 + i);
  }
  for (std::size_t i = 0; i < 10; ++i) table['0' + i] = static_cast<std::int8_t>(52 + i);
  table['+'] = 62;
  table['-'] = 62;
  table['/'] = 63;
  table['_'] = 63;
  return table;
}
constexpr Table kBase64 = MakeBase64();

// What kind of sign a byte is, as bits; 0: ends a run.
enum : std::uint8_t { kLower = 1, kUpper = 2, kDigit = 4, kSign = 8, kNotHex = 16, kNot32 = 32 };
constexpr std::array<std::uint8_t, 256> MakeKinds() {
  std::array<std::uint8_t, 256> kinds{};
  for (unsigned c = 0; c < 128; ++c) {
    if (kBase64[c] < 0) continue;
    const bool lower = c >= 'a' && c <= 'z';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool digit = c >= '0' && c <= '9';
    const bool hex = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    const bool in32 = upper || lower || (c >= '2' && c <= '7');
    kinds[c] = static_cast<std::uint8_t>(
        (lower ? kLower : 0) | (upper ? kUpper : 0) | (digit ? kDigit : 0) |
        (lower || upper || digit ? 0 : kSign) | (hex ? 0 : kNotHex) | (in32 ? 0 : kNot32));
  }
  return kinds;
}
constexpr std::array<std::uint8_t, 256> kKinds = MakeKinds();

std::uint32_t SixBits(char c) {
  return static_cast<std::uint32_t>(kBase64[static_cast<unsigned char>(c)]);
}

// Unlike base/encoding's, takes whatever bits there are.  By pointers, as all noise comes by here
// up to four times.
void LooseBase64(std::string_view run, std::string& bytes) {
  bytes.resize(run.size() / 4 * 3 + 3);
  const char* in = run.data();
  const char* const whole_end = in + run.size() / 4 * 4;
  char* out = bytes.data();
  for (; in != whole_end; in += 4) {
    const std::uint32_t bits =
        (SixBits(in[0]) << 18) | (SixBits(in[1]) << 12) | (SixBits(in[2]) << 6) | SixBits(in[3]);
    *out++ = static_cast<char>(bits >> 16);
    *out++ = static_cast<char>((bits >> 8) & 0xffU);
    *out++ = static_cast<char>(bits & 0xffU);
  }
  std::uint32_t rest = 0;
  int count = 0;
  for (; in != run.data() + run.size(); ++in) {
    rest = (rest << 6) | SixBits(*in);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    *out++ = static_cast<char>((rest >> count) & 0xffU);
  }
  bytes.resize(static_cast<std::size_t>(out - bytes.data()));
}

// True if the first bytes are text: most words are refused by them.
bool MayBeText(std::string_view run) {
  const std::size_t groups = std::min<std::size_t>(run.size() / 4, 4);
  for (std::size_t g = 0; g < groups; ++g) {
    const std::uint32_t bits = (SixBits(run[4 * g]) << 18) | (SixBits(run[4 * g + 1]) << 12) |
                               (SixBits(run[4 * g + 2]) << 6) | SixBits(run[4 * g + 3]);
    for (int shift = 16; shift >= 0; shift -= 8) {
      const std::uint32_t byte = (bits >> shift) & 0xffU;
      const bool blank = byte >= 0x09 && byte <= 0x0d;
      if ((byte < 0x20 && !blank) || byte == 0x7f || byte >= 0xf5 || byte == 0xc0 || byte == 0xc1) {
        return false;
      }
    }
  }
  return true;
}

struct SignRun {
  std::string_view text{};
  unsigned kinds = 0;
  std::size_t upper = 0;

  bool Has(unsigned kind) const { return (kinds & kind) != 0; }
  // Written by hand: no digits, few capitals.
  bool IsWord() const { return !Has(kDigit) && text.size() < kWordMax && upper * 4 <= text.size(); }
};

// A piece of a longer run is read at its own places only: the run is read at all of them.
void AddBase64(const SignRun& run, bool piece, std::string& bytes, std::vector<HiddenText>& found) {
  if (run.text.size() < kBase64CharsMin) return;
  const bool long_run = run.text.size() >= kRealignFrom && !run.IsWord();
  if (!long_run && !MayBeText(run.text)) {
    // UTF-16 in few signs has an `A` in every third place or so.
    if (run.text.size() < 10 || run.upper * 4 < run.text.size()) return;
  }
  LooseBase64(run.text, bytes);
  if (!long_run && bytes.size() < 8 && !IsText(bytes)) return;
  AddReadable(bytes, "base64", found);
  if (!long_run || piece || IsText(bytes)) return;
  for (std::size_t skip = 1; skip < 4; ++skip) {
    LooseBase64(run.text.substr(skip), bytes);
    AddReadable(bytes, "base64", found, /*with_raw=*/false);
  }
}

void AddBase32(std::string_view run, std::string& bytes, std::vector<HiddenText>& found) {
  bytes.clear();
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : run) {
    const auto value = static_cast<std::uint32_t>(IsDigit(c) ? c - '2' + 26 : (c | 0x20) - 'a');
    bits = (bits << 5) | value;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>((bits >> count) & 0xffU));
    // All of it is text or none: noise ends here soon.
    const auto byte = static_cast<unsigned char>(bytes.back());
    if ((byte < 0x20 && (byte < 0x09 || byte > 0x0d)) || byte == 0x7f) return;
  }
  if (IsText(bytes)) found.push_back({bytes, "base32", false, false});
}

bool HasUtf16Zero(std::string_view bytes) {
  return bytes.size() > 3 && ((bytes[0] == 0 && bytes[2] == 0) || (bytes[1] == 0 && bytes[3] == 0));
}

// Lengths of the digests that every record is full of: no text stands inside one.
bool IsDigestLength(std::size_t length) {
  return length == 32 || length == 40 || length == 56 || length == 64 || length == 96 ||
         length == 128;
}

void AddHex(std::string_view run, std::string& bytes, std::vector<HiddenText>& found) {
  for (const std::size_t skip : {std::size_t{0}, std::size_t{1}}) {
    bytes.resize((run.size() - skip) / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(HexByte(run, skip + 2 * i));
    }
    if (bytes.size() < kHexBytesMin) continue;
    if (IsDigestLength(run.size()) && !IsText(bytes) && !HasUtf16Zero(bytes)) return;
    // A digit glued on shifts the pairs.
    if (skip == 0 || bytes.size() >= 16 || IsText(bytes)) AddReadable(bytes, "hex", found);
    if (skip == 0 && IsText(bytes)) return;
  }
}

SignRun RunOf(std::string_view text) {
  static_assert(kUpper == 2);
  SignRun run{.text = text};
  unsigned upper = 0;
  for (const char c : text) {
    const unsigned kind = kKinds[static_cast<unsigned char>(c)];
    run.kinds |= kind;
    upper += (kind >> 1) & 1U;
  }
  run.upper = upper;
  return run;
}

void AddRun(const SignRun& run, bool piece, std::string& bytes, std::vector<HiddenText>& found) {
  if (run.text[0] == '0' && (run.text[1] | 0x20) == 'x') {
    const SignRun digits = RunOf(run.text.substr(2));
    if (!digits.Has(kNotHex | kSign)) return AddRun(digits, piece, bytes, found);
  }
  if (!run.Has(kNotHex | kSign)) {
    // Digits in a row are a number, letters a word.
    if (run.text.size() >= 2 * kHexBytesMin) AddHex(run.text, bytes, found);
    if (run.text.size() >= kRealignFrom) return;
  }
  AddBase64(run, piece, bytes, found);
  const bool one_case = !run.Has(kLower) || !run.Has(kUpper);
  if (one_case && run.text.size() >= kBase32CharsMin && (run.Has(kDigit) || !run.Has(kLower)) &&
      !run.Has(kNot32 | kSign)) {
    AddBase32(run.text, bytes, found);
  }
}

// A piece between signs that also separate words and folders.
void AddPieces(std::string_view run, std::string& bytes, std::vector<HiddenText>& found) {
  const bool long_run = run.size() >= kRealignFrom;
  for (std::size_t at = 0; at < run.size();) {
    std::size_t end = at;
    while (end < run.size() && IsAsciiAlnum(run[end])) ++end;
    if (end - at >= kBase64CharsMin)
      AddRun(RunOf(run.substr(at, end - at)), long_run, bytes, found);
    at = end + 1;
  }
}

}  // namespace

void FindRuns(std::string_view text, std::vector<HiddenText>& found) {
  std::string bytes;
  // `\x` and `%` begin bytes of their own, which FindEscaped reads.
  const auto add = [&](std::size_t begin, std::size_t end) {
    if (end - begin < kBase64CharsMin) return;
    const SignRun run = RunOf(text.substr(begin, end - begin));
    AddRun(run, /*piece=*/false, bytes, found);
    if (run.Has(kSign)) AddPieces(run.text, bytes, found);
  };
  // `/` stands before the digits.
  const auto signs = [](const ByteBlock& block) {
    return block.Letters('a', 'z') | block.Between('/', '9') | block.Of('+') | block.Of('-') |
           block.Of('_');
  };
  ForEachRun(text, signs, add);
}

void FindSpacedHex(std::string_view text, std::vector<HiddenText>& found) {
  // Length of the signs between two bytes: `61 63`, `61:63`, `61-63`, `61,63`, `0x61, 0x63`.
  const auto separator = [&](std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && end - at < 3 &&
           (text[end] == ' ' || text[end] == ':' || text[end] == '-' || text[end] == ',' ||
            text[end] == '\n' || text[end] == '\r')) {
      ++end;
    }
    if (end > at && end + 1 < text.size() && text[end] == '0' &&
        (text[end + 1] == 'x' || text[end + 1] == 'X') && HexByte(text, end + 2) >= 0) {
      end += 2;
    }
    return end - at;
  };
  std::string bytes;
  std::size_t free = 0;  // of what was read
  const auto read = [&](std::size_t at) {
    if (at < free) return;
    bytes.clear();
    std::size_t end = at;
    while (HexByte(text, end) >= 0 && (end + 2 >= text.size() || !IsAsciiAlnum(text[end + 2]))) {
      bytes.push_back(static_cast<char>(HexByte(text, end)));
      end += 2;
      const std::size_t sign = separator(end);
      if (sign == 0) break;
      end += sign;
    }
    if (bytes.size() >= kHexBytesMin) AddReadable(bytes, "hex", found);
    free = end;
  };
  // Blocks overlap, so that a byte stands in one with the sign before it and the one behind.
  constexpr std::size_t kStep = kBlockBytes - 3;
  for (std::size_t base = 0; base < text.size(); base += kStep) {
    const ByteBlock block(text, base);
    const std::uint64_t digit = block.Between('0', '9');
    const std::uint64_t alnum = digit | block.Letters('a', 'z');
    const std::uint64_t hex = digit | block.Letters('a', 'f');
    const std::uint64_t line = block.Of('\n') | block.Of('\r');
    const std::uint64_t between = line | block.Of(' ') | block.Of(':') | block.Between(',', '-');
    // Alone, or as programs write it: `x61`.
    const std::uint64_t starts = ((~alnum | block.Of('x')) << 1) | (base == 0 ? 1U : 0U);
    std::uint64_t left = hex & (hex >> 1) & (between >> 2) & starts;
    for (; left != 0; left &= left - 1) {
      read(base + static_cast<std::size_t>(std::countr_zero(left)));
    }
  }
}

}  // namespace renkei::anonymize
