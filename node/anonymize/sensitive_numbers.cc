#include <algorithm>
#include <array>

#include "node/anonymize/fold.h"
#include "node/anonymize/sensitive.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kPhoneDigitsMin = 8;
constexpr std::size_t kPhoneDigitsMax = 15;  // E.164
constexpr std::size_t kPhoneCharsMax = 26;
constexpr std::size_t kIbanMin = 15;
constexpr std::size_t kIbanMax = 34;

// Country and length, of the IBAN registry.
struct IbanCountry {
  std::string_view code;
  std::size_t length;
};
constexpr std::array<IbanCountry, 60> kIbanCountries = {
    {{"ad", 24}, {"ae", 23}, {"al", 28}, {"at", 20}, {"az", 28}, {"ba", 20}, {"be", 16}, {"bg", 22},
     {"bh", 22}, {"br", 29}, {"by", 28}, {"ch", 21}, {"cr", 22}, {"cy", 28}, {"cz", 24}, {"de", 22},
     {"dk", 18}, {"do", 28}, {"ee", 20}, {"eg", 29}, {"es", 24}, {"fi", 18}, {"fo", 18}, {"fr", 27},
     {"gb", 22}, {"ge", 22}, {"gi", 23}, {"gl", 18}, {"gr", 27}, {"gt", 28}, {"hr", 21}, {"hu", 28},
     {"ie", 22}, {"il", 23}, {"iq", 23}, {"is", 26}, {"it", 27}, {"jo", 30}, {"kw", 30}, {"kz", 20},
     {"lb", 28}, {"li", 21}, {"lt", 20}, {"lu", 20}, {"lv", 21}, {"mc", 27}, {"md", 24}, {"me", 22},
     {"mk", 19}, {"mt", 31}, {"nl", 18}, {"no", 15}, {"pl", 28}, {"pt", 25}, {"qa", 29}, {"ro", 24},
     {"rs", 22}, {"sa", 24}, {"se", 24}, {"sk", 24}}};
constexpr std::array<IbanCountry, 4> kMoreIbanCountries = {
    {{"si", 19}, {"sm", 27}, {"tr", 26}, {"ua", 29}}};

char At(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }
bool IsHex(std::string_view text, std::size_t at) {
  return at < text.size() && HexValue(text[at]) >= 0;
}

std::size_t IbanLength(std::string_view code) {
  for (const IbanCountry& country : kIbanCountries) {
    if (country.code == code) return country.length;
  }
  for (const IbanCountry& country : kMoreIbanCountries) {
    if (country.code == code) return country.length;
  }
  return 0;
}

// `de89 3704 0044 0532 0130 00`, `de89370400440532013000`.
std::size_t IbanEnd(std::string_view text, std::size_t at) {
  const std::size_t length = IbanLength(text.substr(at, 2));
  if (length < kIbanMin || length > kIbanMax) return 0;
  std::string digits;
  std::size_t end = at;
  while (digits.size() < length && end < text.size()) {
    if (IsAsciiAlnum(text[end])) {
      digits.push_back(text[end]);
    } else if ((text[end] != ' ' && text[end] != '-') || digits.size() % 4 != 0) {
      return 0;
    }
    ++end;
  }
  if (digits.size() != length || IsAsciiAlnum(At(text, end))) return 0;
  std::rotate(digits.begin(), digits.begin() + 4, digits.end());
  unsigned rest = 0;
  for (const char c : digits) {
    const auto value = static_cast<unsigned>(IsDigit(c) ? c - '0' : c - 'a' + 10);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest == 1 ? end : 0;
}

// Groups of four with one sign between, and the check digit of Luhn.
std::size_t CardEnd(std::string_view text, std::size_t at) {
  const char sign = At(text, at + 4);
  if (sign != ' ' && sign != '-') return 0;
  unsigned sum = 0;
  bool same = true;
  for (std::size_t i = 0; i < 19; ++i) {
    const char c = At(text, at + i);
    if (i % 5 == 4) {
      if (c != sign) return 0;
      continue;
    }
    if (!IsDigit(c)) return 0;
    const std::size_t position = i - i / 5;
    auto digit = static_cast<unsigned>(c - '0');
    if (position % 2 == 0) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    same = same && c == text[at];
  }
  const bool known = text[at] >= '2' && text[at] <= '6';
  const bool goes_on =
      IsAsciiAlnum(At(text, at + 19)) || (At(text, at + 19) == sign && IsDigit(At(text, at + 20)));
  return sum % 10 == 0 && known && !same && !goes_on ? at + 19 : 0;
}

// `02:1a:...` and `02-1a-...` of six pairs, `021a.2b3c.4d5e`.  Broadcast, zero and longer rows
// (fingerprints) are none.
std::size_t MacEnd(std::string_view text, std::size_t at) {
  const bool dotted = At(text, at + 4) == '.';
  const std::size_t group = dotted ? 4 : 2;
  const std::size_t groups = dotted ? 3 : 6;
  const char sign = At(text, at + group);
  if (sign != ':' && sign != '-' && sign != '.') return 0;
  std::size_t end = at;
  bool same = true;
  bool digit = false;
  for (std::size_t g = 0; g < groups; ++g) {
    if (g > 0 && At(text, end++) != sign) return 0;
    for (std::size_t i = 0; i < group; ++i, ++end) {
      if (!IsHex(text, end)) return 0;
      same = same && text[end] == text[at];
      digit = digit || IsDigit(text[end]);
    }
  }
  const bool longer =
      IsAsciiAlnum(At(text, end)) || (At(text, end) == sign && IsHex(text, end + 1));
  return same || !digit || longer ? 0 : end;
}

// The lengths of the groups of digits of a number, and its end.
struct Grouped {
  std::array<std::size_t, 6> lengths{};
  std::size_t groups = 0;
  std::size_t digits = 0;
  std::size_t end = 0;
  bool dots = false;
};

Grouped ReadGroups(std::string_view text, std::size_t at) {
  Grouped number;
  const std::size_t limit = std::min(text.size(), at + kPhoneCharsMax);
  bool open = false;
  for (std::size_t i = at; i < limit && number.groups <= number.lengths.size();) {
    std::size_t digits = 0;
    while (i + digits < text.size() && IsDigit(text[i + digits])) ++digits;
    if (digits == 0 || number.groups == number.lengths.size()) break;
    number.lengths[number.groups++] = digits;
    number.digits += digits;
    i += digits;
    number.end = i;
    // One sign, or `) `, ` (`.
    std::size_t signs = 0;
    while (
        signs < 2 && i < limit &&
        (text[i] == '-' || text[i] == ' ' || text[i] == '.' || text[i] == '(' || text[i] == ')')) {
      number.dots = number.dots || text[i] == '.';
      open = open || text[i] == '(';
      ++i;
      ++signs;
    }
    if (signs == 0) break;
  }
  return number;
}

bool PhoneLike(std::string_view text, std::size_t first, const Grouped& n, bool plus, bool paren) {
  const auto& g = n.lengths;
  if (plus) return n.digits >= kPhoneDigitsMin && n.digits <= kPhoneDigitsMax;
  if (n.dots) return false;
  if (text[first] == '0' && At(text, first + 1) != '0') {
    // Japan: ten digits, eleven of mobile telephones; the last group has four.
    if (n.groups == 3) return (n.digits == 10 || n.digits == 11) && g[2] == 4;
    const bool mobile =
        n.groups == 1 && n.digits == 11 && text[first + 2] == '0' && text[first + 1] >= '5';
    return mobile || (paren && n.groups == 2 && n.digits == 10 && g[1] == 4);
  }
  // North America.
  const bool american = n.groups == 3 && g[0] == 3 && g[1] == 3 && g[2] == 4 && text[first] >= '2';
  return american && (paren || At(text, first + 3) == '-');
}

bool IsPhoneSign(char c) { return c == '+' || c == '('; }

}  // namespace

std::size_t PhoneEnd(std::string_view text, std::size_t at, bool named) {
  std::size_t first = at;
  const bool plus = At(text, first) == '+';
  if (plus) ++first;
  const bool paren = At(text, first) == '(';
  if (paren) ++first;
  if (!IsDigit(At(text, first))) return 0;
  // `+44 (0)20 ...`: the zero is read as a group.
  const Grouped number = ReadGroups(text, first);
  const bool goes_on = IsAsciiAlnum(At(text, number.end)) ||
                       ((At(text, number.end) == '.' || At(text, number.end) == ':' ||
                         At(text, number.end) == '-' || At(text, number.end) == '/') &&
                        IsAsciiAlnum(At(text, number.end + 1)));
  if (goes_on) return 0;
  const bool enough = named && number.digits >= kPhoneDigitsMin && number.digits <= kPhoneDigitsMax;
  return enough || PhoneLike(text, first, number, plus, paren) ? number.end : 0;
}

namespace {

// The end of what begins at `at` (a letter, a digit, `+` or `(`), and what it is; 0: nothing.
std::size_t NumberEnd(std::string_view text, std::size_t at, Sensitive& kind) {
  const char c = text[at];
  const bool alnum = IsAsciiAlnum(c);
  const char before = at > 0 ? text[at - 1] : ' ';
  const char third = At(text, at + 2);
  std::size_t end = 0;
  if (alnum && before != ':' && before != '-' && before != '.' &&
      (third == ':' || third == '-' || At(text, at + 4) == '.') && IsHex(text, at)) {
    kind = Sensitive::kMac;
    end = MacEnd(text, at);
  }
  if (end == 0 && c >= 'a' && c <= 'z' && IsDigit(third) && IsDigit(At(text, at + 3))) {
    kind = Sensitive::kIban;
    end = IbanEnd(text, at);
  }
  const bool number = (IsDigit(c) || !alnum) && before != '.' && before != '-' && before != '+' &&
                      before != '/' && before != '_' && before != '%';
  if (end == 0 && number) {
    kind = Sensitive::kCard;
    end = IsDigit(c) ? CardEnd(text, at) : 0;
    if (end == 0) {
      kind = Sensitive::kPhone;
      end = PhoneEnd(text, at, false);
    }
  }
  return end;
}

}  // namespace

void FindSensitiveNumbers(std::string_view text, const std::vector<DigitWord>& words,
                          std::vector<SensitiveHit>& hits) {
  std::size_t free = 0;  // of what the last one took
  for (const DigitWord& word : words) {
    if (hits.size() >= kSensitiveHitsMax) return;
    if (word.begin == word.end || word.begin < free) continue;
    // `+81`, `(03)`, `+(81)`
    std::size_t at = word.begin;
    for (int signs = 0; signs < 2 && at > free && IsPhoneSign(text[at - 1]); ++signs) --at;
    for (; at <= word.begin; ++at) {
      if (at > 0 && IsAsciiAlnum(text[at - 1])) continue;
      Sensitive kind = Sensitive::kMac;
      const std::size_t end = NumberEnd(text, at, kind);
      if (end == 0) continue;
      hits.push_back({{at, end}, kind});
      free = end;
      break;
    }
  }
}

std::string_view RuleOf(Sensitive kind) {
  switch (kind) {
    case Sensitive::kPrivateKey:
      return "private-key";
    case Sensitive::kJwt:
      return "jwt";
    case Sensitive::kApiKey:
      return "api-key";
    case Sensitive::kUrlPassword:
      return "url-password";
    case Sensitive::kUrlToken:
    case Sensitive::kUrlSession:
      return "url-token";
    case Sensitive::kMessageId:
      return "message-id";
    case Sensitive::kMailHeader:
      return "mail-header";
    case Sensitive::kTicket:
      return "ticket-number";
    case Sensitive::kMailVictim:
    case Sensitive::kMail:
      return "mail-address";
    case Sensitive::kMac:
      return "mac-address";
    case Sensitive::kPhone:
      return "phone-number";
    case Sensitive::kIban:
      return "iban";
    case Sensitive::kCard:
      return "card-number";
  }
  return "shape";
}

}  // namespace renkei::anonymize
