#include "node/anonymize/stand_ins.h"

#include <algorithm>

#include <fmt/format.h>

#include "node/anonymize/fold.h"

namespace renkei::anonymize {
namespace {

constexpr std::array<std::string_view, 5> kPrefixes = {"HOST-", "NET-", "USER-", "PRODUCT-",
                                                       "SITE-"};
constexpr std::size_t kNumberDigitsMax = 6;

constexpr std::array<bool, 256> kFirstLetters = [] {
  std::array<bool, 256> letters{};
  for (const char c : {'H', 'N', 'U', 'P', 'S', 'O'}) letters[static_cast<unsigned char>(c)] = true;
  return letters;
}();

struct Counted {
  std::size_t end = 0;  // 0: no stand-in here
  std::size_t counter = 0;
  int number = 0;
};

// A counted stand-in at `at`.
Counted CountedAt(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  for (std::size_t p = 0; p < kPrefixes.size(); ++p) {
    if (!rest.starts_with(kPrefixes[p])) continue;
    std::size_t end = kPrefixes[p].size();
    int number = 0;
    while (end < rest.size() && IsDigit(rest[end]) &&
           end - kPrefixes[p].size() < kNumberDigitsMax) {
      number = number * 10 + (rest[end++] - '0');
    }
    const bool goes_on = end < rest.size() && IsAsciiAlnum(rest[end]);
    if (number > 0 && !goes_on) return {at + end, p, number};
  }
  return {};
}

constexpr std::size_t kKeyedDigits = 16;
constexpr std::string_view kKeyedEnd = ".invalid";

// The end of `h-<16 base32>` at `at`, or 0.
std::size_t KeyedEnd(std::string_view text, std::size_t at, char letter) {
  const std::size_t end = at + 2 + kKeyedDigits;
  if (end > text.size() || text[at] != letter || text[at + 1] != '-') return 0;
  const auto is_base32 = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); };
  const std::string_view digits = text.substr(at + 2, kKeyedDigits);
  return std::all_of(digits.begin(), digits.end(), is_base32) ? end : 0;
}

// The end of a keyed name at `at`, or 0.
std::size_t KeyedNameEnd(std::string_view text, std::size_t at) {
  std::size_t end = 0;
  if (text[at] == 'u') {
    end = KeyedEnd(text, at, 'u');
    if (end == 0) return 0;
    const bool mail = end < text.size() && text[end] == '@';
    const std::size_t domain = mail ? KeyedEnd(text, end + 1, 'o') : 0;
    if (domain != 0 && text.substr(domain).starts_with(kKeyedEnd)) end = domain + kKeyedEnd.size();
  } else {
    end = KeyedEnd(text, at, text[at] == 'n' ? 'n' : 'h');
    if (end == 0 || !text.substr(end).starts_with(kKeyedEnd)) return 0;
    end += kKeyedEnd.size();
  }
  const bool goes_on = end < text.size() && (IsAsciiAlnum(text[end]) || text[end] == '-');
  return goes_on ? 0 : end;
}

void AddKeyedNames(std::string_view text, std::vector<Span>& spans) {
  for (std::size_t dash = text.find('-'); dash != std::string_view::npos;
       dash = text.find('-', dash + 1)) {
    if (dash == 0) continue;
    const std::size_t at = dash - 1;
    const bool starts = at == 0 || !(IsAsciiAlnum(text[at - 1]) || text[at - 1] == '-');
    const std::size_t end = starts ? KeyedNameEnd(text, at) : 0;
    if (end != 0) spans.push_back({at, end});
  }
}

// Calls `found` for each stand-in: span and, if it is counted, which and its number.
template <class Found>
void ForEach(std::string_view text, Found found) {
  for (std::size_t at = 0; at < text.size();) {
    if (!kFirstLetters[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const bool starts = at == 0 || !IsAsciiAlnum(text[at - 1]);
    const bool org = starts && text.substr(at).starts_with("ORG") &&
                     (at + 3 >= text.size() || !IsAsciiAlnum(text[at + 3]));
    const Counted counted = starts && !org ? CountedAt(text, at) : Counted{};
    const std::size_t end = org ? at + 3 : counted.end;
    if (end == 0) {
      ++at;
      continue;
    }
    found(Span{at, end}, counted);
    at = end;
  }
}

}  // namespace

std::string_view RuleOf(EntityClass entity) {
  switch (entity) {
    case EntityClass::kAddress:
      return "own-address";
    case EntityClass::kNetwork:
      return "own-network";
    case EntityClass::kHost:
      return "own-host";
    case EntityClass::kMail:
      return "own-mail";
    case EntityClass::kUser:
      return "own-user";
    case EntityClass::kPerson:
      return "own-person";
    case EntityClass::kOrganization:
      return "own-organization";
    case EntityClass::kProduct:
      return "own-product";
    case EntityClass::kSite:
      return "own-site";
  }
  return "own-asset";
}

std::vector<Span> FindStandIns(std::string_view text) {
  std::vector<Span> spans;
  ForEach(text, [&](const Span& span, const Counted&) {
    // `USER-1@ORG` is one.
    const bool joined =
        !spans.empty() && spans.back().end + 1 == span.begin && text[spans.back().end] == '@';
    if (joined) {
      spans.back().end = span.end;
    } else {
      spans.push_back(span);
    }
  });
  AddKeyedNames(text, spans);
  return spans;
}

void StandIns::Reserve(std::string_view text) {
  ForEach(text, [&](const Span&, const Counted& counted) {
    if (counted.end != 0) last_[counted.counter] = std::max(last_[counted.counter], counted.number);
  });
}

std::string StandIns::NameOf(EntityClass entity, const std::string& key) {
  Counter counter = kHost;
  switch (entity) {
    case EntityClass::kOrganization:
      return "ORG";
    case EntityClass::kAddress:
    case EntityClass::kHost:
      counter = kHost;
      break;
    case EntityClass::kNetwork:
      counter = kNet;
      break;
    case EntityClass::kMail:
    case EntityClass::kUser:
    case EntityClass::kPerson:
      counter = kUser;
      break;
    case EntityClass::kProduct:
      counter = kProduct;
      break;
    case EntityClass::kSite:
      counter = kSite;
      break;
  }
  std::string& name = names_[fmt::format("{}:{}", static_cast<int>(counter), key)];
  if (name.empty()) name = fmt::format("{}{}", kPrefixes[counter], ++last_[counter]);
  return entity == EntityClass::kMail ? name + "@ORG" : name;
}

}  // namespace renkei::anonymize
