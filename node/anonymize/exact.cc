#include "node/anonymize/exact.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "node/anonymize/byte_masks.h"
#include "node/anonymize/fold.h"
#include "node/anonymize/ranges.h"

namespace renkei::anonymize {
namespace {

using policy::SourceMode;

constexpr std::size_t kAmountDigits = 4;  // significant ones, from which an amount is exact
constexpr std::size_t kCountDigits = 3;
constexpr std::size_t kUnitGap = 1;  // blanks between a number and its unit
constexpr std::size_t kNumberCharsMax = 24;

constexpr std::array<std::string_view, 15> kCurrencyBefore = {
    "$", "€", "£", "¥", "₩", "₹", "jpy", "usd", "eur", "gbp", "cny", "krw", "chf", "aud", "sgd"};
constexpr std::array<std::string_view, 18> kCurrencyAfter = {
    "円",  "ドル", "ユーロ", "元",  "yen", "dollar", "euro", "pound", "jpy",
    "usd", "eur",  "gbp",    "cny", "krw", "chf",    "aud",  "sgd",   "€"};
// What is counted where a team was hit.
constexpr std::array<std::string_view, 42> kCounted = {
    "customer", "user",     "account",  "employee",    "workstation", "host",       "server",
    "machine",  "computer", "endpoint", "pc",          "device",      "record",     "patient",
    "mailbox",  "client",   "people",   "person",      "staff",       "student",    "member",
    "laptop",   "terminal", "branch",   "citizen",     "resident",    "card",       "transaction",
    "台",       "件",       "名",       "人",          "社",          "アカウント", "端末",
    "口座",     "世帯",     "店舗",     "compromised", "affected",    "infected",   "stolen"};

// Before a number that is part of something else.
constexpr std::array<bool, 256> kNoStart = [] {
  std::array<bool, 256> table{};
  for (const char c : {'.', ',', '-', '/', '#', '_', '%', '@', '+', '\\'}) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

char CharIn(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }

bool TwoDigits(std::string_view text, std::size_t at, int max) {
  return IsDigit(CharIn(text, at)) && IsDigit(CharIn(text, at + 1)) &&
         (text[at] - '0') * 10 + (text[at + 1] - '0') <= max;
}

std::string Rounded(std::string_view hour, std::string_view minute, SourceMode source) {
  if (source == SourceMode::kAnonymous) return "00:00";
  const std::string_view kept = source == SourceMode::kPseudonymous ? "00" : minute;
  return fmt::format("{}:{}", hour, kept);
}

// `12:33:44`, `12:33:44.567`, also after a date and a `T`.
bool ReadClock(std::string_view text, std::size_t at, SourceMode source, ExactHit& hit) {
  if (CharIn(text, at + 2) != ':') return false;
  const char before = at > 0 ? text[at - 1] : ' ';
  const bool after_date = before == 't' || before == ':' || before == '-';
  // In a row of pairs (`00:11:22:33:44:55`) it is no time; `03/Mar/2026:12:33:44` is one.
  if (IsAsciiAlnum(before) && before != 't') return false;
  if (after_date && (at < 3 || !IsDigit(text[at - 2]) || !IsDigit(text[at - 3]))) return false;
  if (before == ':' && (at < 5 || !IsDigit(text[at - 4]) || !IsDigit(text[at - 5]))) return false;
  if (!TwoDigits(text, at, 23) || !TwoDigits(text, at + 3, 59) || CharIn(text, at + 5) != ':' ||
      !TwoDigits(text, at + 6, 60)) {
    return false;
  }
  std::size_t end = at + 8;
  const char after = CharIn(text, end);
  if (IsDigit(after) || (after == ':' && HexValue(CharIn(text, end + 1)) >= 0)) return false;
  if ((after == '.' || after == ',') && IsDigit(CharIn(text, end + 1))) {
    std::size_t fraction = end + 1;
    while (IsDigit(CharIn(text, fraction)) && fraction - end < 10) ++fraction;
    end = fraction;
  }
  hit = {{at, end}, Exact::kTime, Rounded(text.substr(at, 2), text.substr(at + 3, 2), source)};
  return true;
}

// `12時33分44秒`.
bool ReadJapaneseClock(std::string_view text, std::size_t at, SourceMode source, ExactHit& hit) {
  constexpr std::array<std::string_view, 3> kUnits = {"時", "分", "秒"};
  const std::size_t hour = IsDigit(CharIn(text, at + 1)) ? at + 2 : at + 1;
  if (CharIn(text, hour) != kUnits[0].front()) return false;
  std::array<std::string_view, 3> parts;
  std::size_t end = at;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t start = end;
    while (IsDigit(CharIn(text, end)) && end - start < 3) ++end;
    parts[i] = text.substr(start, end - start);
    if (parts[i].empty() || parts[i].size() > 2) return false;
    if (text.substr(end, kUnits[i].size()) != kUnits[i]) return false;
    end += kUnits[i].size();
  }
  const std::string general = source == SourceMode::kAnonymous ? "0時"
                              : source == SourceMode::kPseudonymous
                                  ? fmt::format("{}時", parts[0])
                                  : fmt::format("{}時{}分", parts[0], parts[1]);
  hit = {{at, end}, Exact::kTime, general};
  return true;
}

struct Number {
  std::size_t end = 0;
  std::size_t significant = 0;
  std::string_view text{};
};

// `1234`, `1,234,567`, `4,217.35`.
Number ReadQuantityNumber(std::string_view text, std::size_t at) {
  Number number;
  std::size_t end = at;
  std::size_t zeros = 0;
  bool fraction = false;
  const std::size_t limit = std::min(text.size(), at + kNumberCharsMax);
  for (; end < limit; ++end) {
    if (IsDigit(text[end])) {
      ++number.significant;
      zeros = text[end] == '0' ? zeros + 1 : 0;
      continue;
    }
    const bool grouped = text[end] == ',' && IsDigit(CharIn(text, end + 1)) &&
                         IsDigit(CharIn(text, end + 2)) && IsDigit(CharIn(text, end + 3));
    const bool point = text[end] == '.' && !fraction && IsDigit(CharIn(text, end + 1));
    if (!grouped && !point) break;
    fraction = fraction || point;
  }
  number.end = end;
  number.significant -= zeros;
  number.text = text.substr(at, end - at);
  return number;
}

// What may follow fewer than kCountDigits digits: `12:`, `1,2`, `1.2`, `1時`.
bool GoesOnAsNumber(char c) { return c == ':' || c == ',' || c == '.' || c == '\xe6'; }

template <class List>
bool StartsWithAny(std::string_view text, const List& list) {
  return !text.empty() && std::any_of(list.begin(), list.end(), [&](std::string_view word) {
    return text.front() == word.front() && text.starts_with(word);
  });
}

bool HasCurrencyBefore(std::string_view text, std::size_t at) {
  std::string_view before = text.substr(0, at);
  if (before.ends_with(' ')) before.remove_suffix(1);
  if (before.empty()) return false;
  return std::any_of(kCurrencyBefore.begin(), kCurrencyBefore.end(), [&](std::string_view word) {
    if (before.back() != word.back() || !before.ends_with(word)) return false;
    const std::size_t start = before.size() - word.size();
    return word.size() != 3 || start == 0 || !IsAsciiAlnum(before[start - 1]);
  });
}

// `workstations`, `user accounts`; two words at most stand between.
bool IsCounted(std::string_view after) {
  for (int words = 0; words < 3; ++words) {
    if (StartsWithAny(after, kCounted)) return true;
    const std::size_t blank = after.find(' ');
    const bool word = blank != std::string_view::npos && blank > 0 && blank < 16 &&
                      std::all_of(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(blank),
                                  [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
    if (!word) return false;
    after.remove_prefix(blank + 1);
  }
  return false;
}

bool ReadQuantity(std::string_view text, std::size_t at, ExactHit& hit) {
  const char before = at > 0 ? text[at - 1] : ' ';
  if (kNoStart[static_cast<unsigned char>(before)]) return false;
  const Number number = ReadQuantityNumber(text, at);
  if (number.significant < kCountDigits || CharIn(text, number.end) == '+' ||
      (CharIn(text, number.end) == '-' && IsDigit(CharIn(text, number.end + 1)))) {
    return false;
  }
  const bool currency_before = HasCurrencyBefore(text, at);
  if (!currency_before && before >= 'a' && before <= 'z') return false;
  std::string_view after = text.substr(number.end);
  std::size_t tail = 0;
  for (const std::string_view scale : {"千", "万", "億", "兆"}) {
    if (after.starts_with(scale)) tail = scale.size();
  }
  after.remove_prefix(tail);
  for (std::size_t i = 0; i < kUnitGap && after.starts_with(' '); ++i) after.remove_prefix(1);
  const bool amount = currency_before || StartsWithAny(after, kCurrencyAfter);
  if (amount ? number.significant < kAmountDigits : !IsCounted(after)) return false;
  const std::optional<std::string> range = Generalise(number.text);
  if (!range) return false;
  hit = {{at, number.end + tail},
         amount ? Exact::kAmount : Exact::kCount,
         tail > 0 ? "1000+" : *range};
  return true;
}

}  // namespace

std::string_view RuleOf(Exact kind) {
  switch (kind) {
    case Exact::kTime:
      return "exact-time";
    case Exact::kAmount:
      return "exact-amount";
    case Exact::kCount:
      return "exact-count";
  }
  return "exact";
}

std::vector<ExactHit> FindExact(std::string_view folded, SourceMode source) {
  std::vector<ExactHit> hits;
  std::size_t free = 0;  // of what the last one took
  const auto read = [&](std::size_t begin, std::size_t end) {
    for (std::size_t at = std::max(begin, free); at < end;) {
      // A clock or a number of three digits goes on; most digits are of words such as `3f1a`.
      if (end - at < kCountDigits && !GoesOnAsNumber(CharIn(folded, end))) return;
      ExactHit hit;
      const bool found = ReadClock(folded, at, source, hit) ||
                         ReadJapaneseClock(folded, at, source, hit) ||
                         ReadQuantity(folded, at, hit);
      if (!found) return;
      at = free = hit.span.end;
      hits.push_back(std::move(hit));
    }
  };
  ForEachRun(
      folded, [](const ByteBlock& block) { return block.Between('0', '9'); }, read);
  return hits;
}

}  // namespace renkei::anonymize
