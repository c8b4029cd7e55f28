// Escapes of URLs, programs, HTML and mail; lists of character numbers.

#include <algorithm>
#include <array>
#include <optional>

#include "node/anonymize/byte_masks.h"
#include "node/anonymize/decode_parts.h"
#include "node/anonymize/fold.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kGapMax = 12;  // signs between two numbers of a list: `)&chr(`

struct Entity {
  std::string_view name;
  std::string_view means;
};
constexpr std::array<Entity, 12> kEntities = {{{"&amp;", "&"},
                                               {"&lt;", "<"},
                                               {"&gt;", ">"},
                                               {"&quot;", "\""},
                                               {"&apos;", "'"},
                                               {"&period;", "."},
                                               {"&commat;", "@"},
                                               {"&colon;", ":"},
                                               {"&sol;", "/"},
                                               {"&lowbar;", "_"},
                                               {"&hyphen;", "-"},
                                               {"&nbsp;", " "}}};

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

// `%u002e`, `\u002e`, `\u{2e}`, `&#46;`, `&#x2e;`: length, or 0.
std::size_t UnescapeCode(std::string_view text, std::size_t at, std::string& out) {
  const std::string_view rest = text.substr(at);
  std::size_t end = 0;
  char32_t code = 0;
  bool valid = false;
  const auto read = [&](std::size_t skip, int base, std::size_t digits) {
    end = at + skip;
    const std::optional<char32_t> value = ReadCode(text, end, base, digits);
    valid = value.has_value();
    code = value.value_or(0);
  };
  if (rest.starts_with("\\u{") || rest.starts_with("\\x{")) {
    read(3, 16, 6);
    valid = valid && end < text.size() && text[end] == '}';
    ++end;
  } else if (rest.starts_with("%u") || rest.starts_with("\\u") || rest.starts_with("\\U")) {
    const bool wide = rest[1] == 'U';
    read(2, 16, wide ? 8 : 4);
    valid = valid && end == at + (wide ? 10U : 6U);
  } else if (rest.starts_with("&#x") || rest.starts_with("&#X")) {
    read(3, 16, 6);
  } else if (rest.starts_with("&#")) {
    read(2, 10, 7);
  }
  if (!valid) return 0;
  // Two halves of one character, as JSON writes them.
  if (code >= 0xd800 && code <= 0xdbff && text.substr(end, 2) == "\\u") {
    std::size_t second = end + 2;
    const auto low = ReadCode(text, second, 16, 4);
    if (low && *low >= 0xdc00 && *low <= 0xdfff) {
      code = 0x10000 + ((code - 0xd800) << 10) + (*low - 0xdc00);
      end = second;
    }
  }
  if (code >= 0xd800 && code <= 0xdfff) code = U'?';
  AppendUtf8(code, out);
  if (end < text.size() && text[end] == ';') ++end;
  return end - at;
}

// An escape at `at`: also `%2e`, `\x2e`, `\056`, `=2E`, `=` at the end of a line, `&period;`.
// Appends what it means and answers its length; 0 if there is none.
std::size_t Unescape(std::string_view text, std::size_t at, std::string& out) {
  const std::string_view rest = text.substr(at);
  const char second = rest.size() > 1 ? rest[1] : '\0';
  if (second == '#' || second == 'u' || second == 'U' || second == 'x') {
    if (const std::size_t length = UnescapeCode(text, at, out); length > 0) return length;
  }
  if (rest[0] == '&') {
    for (const Entity& entity : kEntities) {
      if (entity.name[1] != second || !rest.starts_with(entity.name)) continue;
      out += entity.means;
      return entity.name.size();
    }
    return 0;
  }
  if (rest.starts_with("=\n")) return 2;
  if (rest.starts_with("=\r\n")) return 3;
  if (rest[0] == '\\' && rest.size() >= 4 && rest[1] >= '0' && rest[1] <= '3') {
    std::size_t end = at + 1;
    const auto code = ReadCode(text, end, 8, 3);
    if (code && end == at + 4) {
      out.push_back(static_cast<char>(*code));
      return 4;
    }
  }
  const bool hex_escape = rest.starts_with("\\x") || rest.starts_with("\\X");
  const std::size_t skip = hex_escape ? 2 : rest[0] == '%' || rest[0] == '=' ? 1 : 0;
  const int byte = skip > 0 ? HexByte(text, at + skip) : -1;
  if (byte < 0) return 0;
  // `id=12` is no mail.
  if (rest[0] == '=' && (byte < 0x20 || byte == 0x7f) && byte != 0x0a && byte != 0x0d &&
      byte != 0x09) {
    return 0;
  }
  out.push_back(static_cast<char>(byte));
  return skip + 2;
}

bool IsMark(char c) { return c == '%' || c == '\\' || c == '&' || c == '='; }
std::uint64_t MarksOf(const ByteBlock& block) {
  // `%` and `&` are neighbours.
  return block.Between('%', '&') | block.Of('\\') | block.Of('=');
}

// Where a word ends, also one that another decoder put beside the next.
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '|'; }

// Where the word before the one that holds `at` begins, not before `floor`.
std::size_t WordsBefore(std::string_view text, std::size_t at, std::size_t floor) {
  constexpr std::size_t kBackMax = 256;
  floor = std::max(floor, at > kBackMax ? at - kBackMax : 0);
  int blanks = 0;
  while (at > floor) {
    if (IsBlank(text[at - 1]) && ++blanks == 2) break;
    --at;
  }
  return at;
}

}  // namespace

// Only words with escapes, and one beside them, are read again.
void FindEscaped(std::string_view text, std::vector<HiddenText>& found) {
  std::string out;
  MaskWalker marks(text, MarksOf);
  std::size_t done = 0;    // all before is in `out` or needs not be
  std::size_t wanted = 0;  // up to here plain text is taken along
  int blanks = 0;          // that may still follow an escape
  for (std::size_t at = 0; at < text.size();) {
    if (at >= wanted && !IsMark(text[at])) {
      at = marks.Next(at);
      continue;
    }
    if (!IsMark(text[at])) {
      out.push_back(text[at]);
      if (IsBlank(text[at]) && ++blanks == 2) wanted = at;
      done = ++at;
      continue;
    }
    std::string means;
    const std::size_t length = Unescape(text, at, means);
    if (length == 0) {
      if (at < wanted) {
        out.push_back(text[at]);
        done = at + 1;
      }
      ++at;
      continue;
    }
    if (at >= wanted) {
      const std::size_t begin = WordsBefore(text, at, done);
      if (begin > done && !out.empty()) out.push_back('|');
      out.append(text.substr(begin, at - begin));
    }
    out.append(means);
    at += length;
    done = at;
    blanks = 0;
    wanted = text.size();
  }
  if (!out.empty()) AddReadable(out, "escaped", found);
}

void FindNumbers(std::string_view text, std::vector<HiddenText>& found) {
  std::string bytes;
  std::string_view gap;
  std::size_t last_end = 0;
  const auto flush = [&] {
    if (bytes.size() >= kNumbersMin) AddReadable(bytes, "numbers", found);
    bytes.clear();
  };
  const auto add = [&](std::size_t at, std::size_t end) {
    unsigned value = 0;
    for (std::size_t i = at; i < end && i < at + 4; ++i) {
      value = value * 10 + static_cast<unsigned>(text[i] - '0');
    }
    const bool fits = end - at <= 3 && value >= 9 && value <= 255;
    if (!fits && bytes.empty()) {
      last_end = end;
      return;
    }
    const std::string_view between = text.substr(last_end, at - last_end);
    const bool near = !bytes.empty() && !between.empty() && between.size() <= kGapMax;
    if (!near) {
      flush();
    } else if (bytes.size() > 1 && between != gap) {
      // Another list, which may begin with the last number.
      const char last = bytes.back();
      flush();
      bytes.push_back(last);
    }
    if (fits) {
      if (bytes.size() == 1) gap = between;
      bytes.push_back(static_cast<char>(value));
    } else {
      flush();
    }
    last_end = end;
  };
  ForEachRun(
      text, [](const ByteBlock& block) { return block.Between('0', '9'); }, add);
  flush();
}

}  // namespace renkei::anonymize
