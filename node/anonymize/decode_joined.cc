// Words that something stands in the middle of: a line end, blanks beside a dot, quotes and a plus
// sign, a tag.

#include <algorithm>
#include <array>

#include "node/anonymize/byte_masks.h"
#include "node/anonymize/decode_parts.h"
#include "node/anonymize/fold.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kSideMax = 256;  // of a word without blanks, beside what is taken out
constexpr std::size_t kWideMax = 60;   // bytes of it that are not ASCII: twenty kanji
constexpr std::size_t kTagMax = 64;

constexpr std::array<bool, 256> MakeStarts() {
  std::array<bool, 256> starts{};
  for (const char c : {' ', '\t', '\r', '\n', '"', '\'', '<', '^', '`'}) {
    starts[static_cast<unsigned char>(c)] = true;
  }
  return starts;
}
constexpr std::array<bool, 256> kStarts = MakeStarts();

bool IsGap(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Length of `" + "`, `'.'`, `""`; 0 if there is none.
std::size_t QuotesAt(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && end - at < 12 &&
         (IsGap(text[end]) || text[end] == '+' || text[end] == '&' || text[end] == '.')) {
    ++end;
  }
  return end < text.size() && text[end] == text[at] ? end + 1 - at : 0;
}

// Length of the tags at `at`, one after the other.
std::size_t TagsAt(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end + 2 < text.size() && text[end] == '<') {
    const char first = text[end + 1];
    const bool tag = first == '/' || first == '!' || (first >= 'a' && first <= 'z') ||
                     (first >= 'A' && first <= 'Z');
    const std::size_t close = text.substr(0, std::min(text.size(), end + kTagMax)).find('>', end);
    if (!tag || close == std::string_view::npos) break;
    end = close + 1;
  }
  return end - at;
}

// Length of what is to be taken out at `at`; 0: nothing, and `skip` is how far to go on.
std::size_t BreakAt(std::string_view text, std::size_t at, std::size_t& skip) {
  skip = 1;
  const char c = text[at];
  if (c == '<') return TagsAt(text, at);
  if (c == '"' || c == '\'') return QuotesAt(text, at);
  const char before = at > 0 ? text[at - 1] : ' ';
  if (c == '^' || c == '`') {
    return IsAsciiAlnum(before) && at + 1 < text.size() && IsAsciiAlnum(text[at + 1]) ? 1 : 0;
  }
  std::size_t end = at;
  bool line = false;
  for (; end < text.size() && IsGap(text[end]); ++end) line = line || text[end] == '\n';
  skip = end - at;
  // `a l p h a`
  const bool spaced = (at == 1 || (at > 1 && !IsAsciiAlnum(text[at - 2]))) && end < text.size() &&
                      (end + 1 == text.size() || !IsAsciiAlnum(text[end + 1]));
  // `203.0. 113.7`; words that are broken so are found without their blanks.
  const char next = end < text.size() ? text[end] : ' ';
  const bool number = (before == '.' && IsDigit(next)) || (IsDigit(before) && next == '.');
  const bool beside = spaced || number;
  return at > 0 && end < text.size() && (line || beside) ? end - at : 0;
}

// Where a break may be, as long as one asks behind a gap and not in it.  A single blank between
// words is none: only beside a number's dot or a letter alone.
std::uint64_t StartsOf(const ByteBlock& block) {
  constexpr std::uint64_t kEdges = 0xc000000000000003;  // what is beside is not in the block
  const std::uint64_t blank = block.Of(' ');
  const std::uint64_t line = block.Between('\t', '\r');
  const std::uint64_t other =
      line | block.Of('"') | block.Of('\'') | block.Of('<') | block.Between('^', '`');
  if (blank == 0) return other;
  const std::uint64_t digit = block.Between('0', '9');
  const std::uint64_t alnum = digit | block.Letters('a', 'z');
  const std::uint64_t dot = block.Of('.');
  const std::uint64_t number = ((dot << 1) & (digit >> 1)) | ((digit << 1) & (dot >> 1));
  const std::uint64_t spaced = ~(alnum << 2) & ~(alnum >> 2);
  const std::uint64_t longer = (blank | line) >> 1;
  return other | (blank & (number | spaced | longer | kEdges));
}

// The words beside a break: one, or three where tags or quotes stand inside a name.
std::size_t LeftEnd(std::string_view text, std::size_t at, std::size_t floor, int blanks) {
  floor = std::max(floor, at > kSideMax ? at - kSideMax : 0);
  std::size_t wide = 0;
  for (; at > floor && wide < kWideMax; --at) {
    if (IsGap(text[at - 1]) && --blanks < 0) break;
    wide += static_cast<unsigned char>(text[at - 1]) >= 0x80 ? 1 : 0;
  }
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) ++at;
  return at;
}

std::size_t RightEnd(std::string_view text, std::size_t at, int blanks) {
  const std::size_t limit = std::min(text.size(), at + kSideMax);
  std::size_t wide = 0;
  for (; at < limit && wide < kWideMax; ++at) {
    if (IsGap(text[at]) && --blanks < 0) break;
    wide += static_cast<unsigned char>(text[at]) >= 0x80 ? 1 : 0;
  }
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) ++at;
  return at;
}

}  // namespace

// Only the words on both sides are read again, so prose costs little.
void FindJoined(std::string_view text, std::vector<HiddenText>& found) {
  std::string joined;
  MaskWalker starts(text, StartsOf);
  std::size_t copied = 0;  // up to here the text is in `joined`, or is not wanted
  for (std::size_t at = 0; at < text.size();) {
    if (!kStarts[static_cast<unsigned char>(text[at])]) {
      at = starts.Next(at + 1);
      continue;
    }
    std::size_t skip = 1;
    const std::size_t length = BreakAt(text, at, skip);
    if (length == 0) {
      at = starts.Next(at + skip);
      continue;
    }
    const int blanks = IsGap(text[at]) ? 0 : 2;
    if (at >= copied) {
      const std::size_t begin = LeftEnd(text, at, copied, blanks);
      if (!joined.empty() && begin > copied) joined.push_back('|');
      joined.append(text.substr(begin, at - begin));
    } else {
      // What was taken along already ends here.
      joined.resize(joined.size() - (copied - at));
    }
    const std::size_t next = at + length;
    copied = RightEnd(text, next, blanks);
    joined.append(text.substr(next, copied - next));
    at = next;
  }
  if (!joined.empty()) found.push_back({std::move(joined), "joined", false, false});
}

}  // namespace renkei::anonymize
