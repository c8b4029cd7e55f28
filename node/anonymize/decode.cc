#include "node/anonymize/decode.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "node/anonymize/fold.h"
#include "node/anonymize/punycode.h"
#include "node/base/encoding.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kRealignFrom = 16;  // longer base64 runs may have a prefix glued on
constexpr std::size_t kLongRun = 12;      // rare in noise
constexpr std::string_view kBetweenRuns = "|";
constexpr std::size_t kPlausiblePercent = 80;

using Table = std::array<std::int8_t, 256>;

constexpr Table MakeBase64() {
  Table table{};
  for (auto& entry : table) entry = -1;
  for (int i = 0; i < 26; ++i) {
    table[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(i);
    table[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(26 + i);
  }
  for (int i = 0; i < 10; ++i) {
    table[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(52 + i);
  }
  table['+'] = 62;
  table['-'] = 62;
  table['/'] = 63;
  table['_'] = 63;
  return table;
}
constexpr Table kBase64 = MakeBase64();

int SixBits(char c) { return kBase64[static_cast<unsigned char>(c)]; }

// Unlike base/encoding's, takes whatever bits there are.
std::string LooseBase64(std::string_view run) {
  std::string bytes;
  bytes.reserve(run.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : run) {
    bits = (bits << 6) | static_cast<std::uint32_t>(SixBits(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>((bits >> count) & 0xffU));
    }
  }
  return bytes;
}

bool IsText(std::string_view bytes) {
  if (!IsUtf8(bytes)) return false;
  return std::none_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d)) || byte == 0x7f;
  });
}

bool IsPlausible(char32_t c) {
  return (c >= 0x20 && c < 0x7f) || (c >= 0x09 && c <= 0x0d) || (c >= 0xa0 && c < 0x530) ||
         (c >= 0x3000 && c < 0x3100) || (c >= 0x4e00 && c < 0x9fb0) || (c >= 0xff00 && c < 0xffa0);
}

char32_t Utf16Unit(std::string_view bytes, std::size_t at, bool little) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  return static_cast<char32_t>(little ? first | (second << 8) : (first << 8) | second);
}

// True if most of `bytes` as UTF-16 are characters that people write.
bool LooksLikeUtf16(std::string_view bytes, bool little) {
  const std::size_t units = bytes.size() / 2;
  const std::size_t bad_max = units - units * kPlausiblePercent / 100;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < units && bad <= bad_max; ++i) {
    bad += IsPlausible(Utf16Unit(bytes, 2 * i, little)) ? 0 : 1;
  }
  return bad <= bad_max;
}

std::string FromUtf16(std::string_view bytes, bool little) {
  std::string text;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const char32_t unit = Utf16Unit(bytes, i, little);
    const bool surrogate = unit >= 0xd800 && unit <= 0xdfff;
    AppendUtf8(surrogate ? U'?' : unit, text);
  }
  return text;
}

// Runs of printable ASCII and of multi-byte UTF-8 in binary data: long ones each, short ones as one
// text.
void AddRuns(std::string_view bytes, std::vector<ReadableText>& texts) {
  std::string runs;
  std::size_t start = 0;
  std::size_t at = 0;
  const auto close = [&] {
    const std::string_view run = bytes.substr(start, at - start);
    if (run.size() >= kLongRun) {
      texts.push_back({std::string(run), false});
    } else if (run.size() >= kDecodedTextMin) {
      runs.append(run).append(kBetweenRuns);
    }
  };
  while (at < bytes.size()) {
    const Utf8Char c = DecodeUtf8(bytes, at);
    const bool readable = c.length > 0 && c.code >= 0x20 && c.code != 0x7f;
    if (readable) {
      at += c.length;
      continue;
    }
    close();
    start = ++at;
  }
  close();
  if (!runs.empty()) texts.push_back({std::move(runs), true});
}

void Add(std::string_view bytes, std::string_view form, std::vector<HiddenText>& found) {
  for (ReadableText& readable : ReadableTexts(bytes)) {
    found.push_back({std::move(readable.text), form, readable.in_binary});
  }
}

void AddBase64Run(std::string_view run, std::vector<HiddenText>& found) {
  if (run.size() < kBase64CharsMin) return;
  const std::string bytes = LooseBase64(run);
  Add(bytes, "base64", found);
  if (run.size() < kRealignFrom || IsText(bytes)) return;
  for (std::size_t skip = 1; skip < 4; ++skip) Add(LooseBase64(run.substr(skip)), "base64", found);
}

void FindBase64(std::string_view text, std::vector<HiddenText>& found) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (SixBits(text[at]) < 0) continue;
    std::size_t end = at;
    bool mixed = false;  // with signs that also separate words and folders
    while (end < text.size() && SixBits(text[end]) >= 0) {
      mixed = mixed || !IsAsciiAlnum(text[end]);
      ++end;
    }
    const std::string_view run = text.substr(at, end - at);
    AddBase64Run(run, found);
    for (std::size_t part = 0; mixed && part < run.size();) {
      const std::size_t sign = run.find_first_of("+/-_", part);
      const std::size_t part_end = std::min(sign, run.size());
      AddBase64Run(run.substr(part, part_end - part), found);
      part = part_end + 1;
    }
    at = end;
  }
}

// Two hex digits at `at`, or -1.
int HexByte(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return -1;
  const int high = HexValue(text[at]);
  const int low = HexValue(text[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Length of a sign between two bytes: `61 63`, `61:63`, `61-63`, `61,63`, `61, 63`, `0x61,0x63`.
std::size_t HexSeparator(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at < 2 &&
         (text[end] == ' ' || text[end] == ':' || text[end] == '-' || text[end] == ',')) {
    ++end;
  }
  if (text.substr(end, 2) == "0x") end += 2;
  return end - at;
}

void FindHex(std::string_view text, std::vector<HiddenText>& found) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (HexByte(text, at) < 0) continue;
    std::string bytes;
    std::size_t end = at;
    while (true) {
      if (HexByte(text, end) >= 0) {
        bytes.push_back(static_cast<char>(HexByte(text, end)));
        end += 2;
        continue;
      }
      const std::size_t sign = bytes.empty() ? 0 : HexSeparator(text, end);
      if (sign == 0 || HexByte(text, end + sign) < 0) break;
      end += sign;
    }
    if (bytes.size() >= kHexBytesMin) {
      Add(bytes, "hex", found);
      // A digit glued on shifts the pairs.
      std::string shifted;
      for (std::size_t i = at + 1; HexByte(text, i) >= 0 && i < end; i += 2) {
        shifted.push_back(static_cast<char>(HexByte(text, i)));
      }
      if (shifted.size() >= kHexBytesMin) Add(shifted, "hex", found);
    }
    at = end;
  }
}

// A number of `digits_max` digits of `base` at `at`, moved behind it.
std::optional<char32_t> ReadCode(std::string_view text, std::size_t& at, int base,
                                 std::size_t digits_max) {
  char32_t code = 0;
  const std::size_t start = at;
  while (at < text.size() && at - start < digits_max) {
    const int digit = HexValue(text[at]);
    if (digit < 0 || digit >= base) break;
    code = code * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
    ++at;
  }
  if (at == start || code > 0x10ffff) return std::nullopt;
  return code;
}

// An escape at `at`: `%2e`, `\x2e`, `\u002e`, `%u002e`, `&#46;`, `&#x2e;`, `=2E`.  Appends what it
// means and answers its length; 0 if there is none.
std::size_t Unescape(std::string_view text, std::size_t at, std::string& out) {
  const std::string_view rest = text.substr(at);
  std::size_t end = 0;
  std::optional<char32_t> code;
  const auto read = [&](std::size_t skip, int base, std::size_t digits) {
    end = at + skip;
    code = ReadCode(text, end, base, digits);
  };
  if (rest.starts_with("%u") || rest.starts_with("\\u")) {
    read(2, 16, 4);
    if (end != at + 6) code.reset();
  } else if (rest.starts_with("&#x") || rest.starts_with("&#X")) {
    read(3, 16, 6);
  } else if (rest.starts_with("&#")) {
    read(2, 10, 7);
  }
  if (code && *code >= 0xd800 && *code <= 0xdfff) code = U'?';
  if (code) {
    AppendUtf8(*code, out);
    if (end < text.size() && text[end] == ';') ++end;
    return end - at;
  }
  const std::size_t skip = rest.starts_with("\\x") ? 2 : rest[0] == '%' || rest[0] == '=' ? 1 : 0;
  const int byte = skip > 0 ? HexByte(text, at + skip) : -1;
  if (byte < 0) return 0;
  out.push_back(static_cast<char>(byte));
  return skip + 2;
}

void FindEscaped(std::string_view text, std::vector<HiddenText>& found) {
  if (text.find_first_of("%\\&=") == std::string_view::npos) return;
  std::string out;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = Unescape(text, at, out);
    any = any || length > 0;
    if (length == 0) out.push_back(text[at]);
    at += length > 0 ? length : 1;
  }
  if (any) Add(out, "escaped", found);
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
  if (copied > 0) found.push_back({out + std::string(text.substr(copied)), "punycode", false});
}

// Lines joined, as after hard wrapping, and blanks beside dots and at signs taken out.
void FindJoined(std::string_view text, std::vector<HiddenText>& found) {
  if (text.find_first_of(" \t\r\n") == std::string_view::npos) return;
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  const auto is_sign = [](char c) { return c == '.' || c == '@' || c == '-'; };
  std::string joined;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    bool line = false;
    for (; end < text.size() && is_blank(text[end]); ++end) line = line || text[end] == '\n';
    const bool beside =
        (!joined.empty() && is_sign(joined.back())) || (end < text.size() && is_sign(text[end]));
    if (end > at && (line || beside)) {
      any = true;
      at = end;
      continue;
    }
    joined.append(text.substr(at, std::max<std::size_t>(end - at, 1)));
    at = std::max(end, at + 1);
  }
  if (any) found.push_back({std::move(joined), "joined", false});
}

}  // namespace

std::vector<ReadableText> ReadableTexts(std::string_view bytes) {
  std::vector<ReadableText> texts;
  if (bytes.size() < 3) return texts;
  if (IsText(bytes)) {
    texts.push_back({std::string(bytes), false});
    return texts;
  }
  for (const std::size_t skip : {std::size_t{0}, std::size_t{1}}) {
    if (bytes.size() < 8) break;
    for (const bool little : {true, false}) {
      const std::string_view units = bytes.substr(skip);
      if (LooksLikeUtf16(units, little)) texts.push_back({FromUtf16(units, little), false});
    }
  }
  AddRuns(bytes, texts);
  return texts;
}

std::vector<HiddenText> DecodeHidden(std::string_view text) {
  std::vector<HiddenText> found;
  FindEscaped(text, found);
  FindBase64(text, found);
  FindHex(text, found);
  FindPunycode(text, found);
  FindJoined(text, found);
  return found;
}

}  // namespace renkei::anonymize
