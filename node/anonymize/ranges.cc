#include "node/anonymize/ranges.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "node/anonymize/fold.h"

namespace renkei::anonymize {
namespace {

struct Range {
  std::string_view word;
  std::uint64_t from;
};
constexpr std::array<Range, 5> kRanges = {
    {{"1000+", 1000}, {"250-999", 250}, {"50-249", 50}, {"10-49", 10}, {"1-9", 1}}};
constexpr std::array<std::string_view, 5> kFields = {
    "renkei.v1.Sighting.count", "renkei.v1.Asset.count", "renkei.v1.Victim.size",
    "renkei.v1.Impact.money", "renkei.v1.Impact.records"};

std::string_view RangeOf(std::uint64_t number) {
  for (const Range& range : kRanges) {
    if (number >= range.from) return range.word;
  }
  return "0";
}

// The one run of digits with separators, from its first to behind its last digit.
struct NumberText {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t value = 0;
};

bool IsSeparator(std::string_view text, std::size_t at) {
  return (text[at] == ',' || text[at] == '.' || text[at] == '_' || text[at] == '\'') &&
         at + 1 < text.size() && IsDigit(text[at + 1]);
}

NumberText ReadNumberText(std::string_view text) {
  NumberText number;
  number.begin =
      static_cast<std::size_t>(std::find_if(text.begin(), text.end(), IsDigit) - text.begin());
  bool fraction = false;
  std::size_t at = number.begin;
  for (; at < text.size() && (IsDigit(text[at]) || IsSeparator(text, at)); ++at) {
    // A dot or comma with other than three digits behind it begins a fraction.
    if (!IsDigit(text[at])) {
      std::size_t digits = 0;
      while (at + 1 + digits < text.size() && IsDigit(text[at + 1 + digits])) ++digits;
      fraction = fraction || digits != 3;
      continue;
    }
    if (fraction) continue;
    number.value = std::min<std::uint64_t>(
        number.value * 10 + static_cast<std::uint64_t>(text[at] - '0'), 1'000'000'000'000);
  }
  number.end = at;
  return number;
}

bool HasDigit(std::string_view text) { return std::any_of(text.begin(), text.end(), IsDigit); }

// What may stand beside a number without changing its size: a currency, a unit of one.
bool IsUnit(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  static constexpr std::array<std::string_view, 9> kSigns = {"",   "$",  "€",  "£", "¥",
                                                             "￥", "円", "件", "人"};
  const bool code = text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                    });
  return code || std::find(kSigns.begin(), kSigns.end(), text) != kSigns.end();
}

// Full-width digits as ASCII; all else stays, so that currencies keep their case.
std::string AsciiDigits(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = DecodeUtf8(text, at);
    if (c.length == 0) return std::string(text);
    const bool digit = c.code >= 0xff10 && c.code <= 0xff19;
    AppendUtf8(digit ? c.code - 0xff10 + U'0' : c.code == 0xff0c ? U',' : c.code, result);
    at += c.length;
  }
  return result;
}

bool IsRange(std::string_view text) {
  for (const Range& range : kRanges) {
    const std::size_t at = text.find(range.word);
    if (at == std::string_view::npos) continue;
    const std::string_view before = text.substr(0, at);
    const std::string_view after = text.substr(at + range.word.size());
    if (IsUnit(before) && IsUnit(after)) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> Generalise(std::string_view text) {
  const std::string ascii = AsciiDigits(text);
  if (!HasDigit(ascii) || IsRange(ascii)) return std::string(text);
  const NumberText number = ReadNumberText(ascii);
  const std::string_view before = std::string_view(ascii).substr(0, number.begin);
  const std::string_view after = std::string_view(ascii).substr(number.end);
  if (!IsUnit(before) || !IsUnit(after)) return std::nullopt;
  return std::string(before) + std::string(RangeOf(number.value)) + std::string(after);
}

bool IsRangeField(std::string_view full_name) {
  return std::find(kFields.begin(), kFields.end(), full_name) != kFields.end();
}

}  // namespace renkei::anonymize
