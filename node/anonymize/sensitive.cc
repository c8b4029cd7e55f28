#include "node/anonymize/sensitive.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "node/anonymize/fold.h"
#include "node/anonymize/keywords.h"
#include "node/anonymize/sensitive_cues.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;
constexpr std::size_t kTokenMin = 16;      // bytes of a value that is taken for a token
constexpr std::size_t kDistinctMin = 9;    // different signs in it
constexpr std::size_t kPemBodyMin = 40;    // base64 signs behind the line that begins a key
constexpr std::size_t kContextBytes = 40;  // looked at before a mail address
constexpr std::size_t kMailBytesMax = 254;

// Right before a mail address: whoever stands here was written to, hit or asked.
constexpr auto kVictimWords = std::to_array<std::string_view>(
    {"reported by", "contact",  "recipient", "victim", "customer", "employee",
     "colleague",   "write to", "reply to",  "ask",    "宛",       "宛先",
     "連絡先",      "担当",     "担当者",    "受信者", "被害者",   "社員",
     "職員",        "利用者",   "報告者",    "お客様"});
// ... with a colon between.
constexpr auto kVictimLabels = std::to_array<std::string_view>(
    {"to", "cc", "bcc", "user", "account", "mailbox", "mail", "email", "e-mail", "メール"});
constexpr std::array<std::string_view, 15> kCredentialKeys = {
    "token",    "access_token",    "id_token",      "refresh_token", "auth_token",
    "api_key",  "apikey",          "api-key",       "sig",           "signature",
    "password", "x-amz-signature", "client_secret", "jwt",           "secret"};
constexpr std::array<std::string_view, 8> kSessionKeys = {
    "session", "sessionid", "session_id", "sid", "phpsessid", "auth", "code", "key"};

template <class List>
bool Holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// find_first_of, which calls a function for every byte, took a tenth of the time.
constexpr std::array<bool, 256> TableOf(std::string_view signs) {
  std::array<bool, 256> table{};
  for (const char c : signs) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> kUrlEnds = [] {
  std::array<bool, 256> table = TableOf("\"'<>`|");
  for (std::size_t c = 0; c <= 0x20; ++c) table[c] = true;
  return table;
}();
constexpr std::array<bool, 256> kAuthorityEnds = TableOf("/?#");
constexpr std::array<bool, 256> kQueryStarts = TableOf("?#");
constexpr std::array<bool, 256> kPairEnds = TableOf("&;#");

// The first place from `at` where one of `table` stands; the end if there is none.
std::size_t FindAny(std::string_view text, std::size_t at, const std::array<bool, 256>& table) {
  while (at < text.size() && !table[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

char CharAt(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }
bool IsTokenChar(char c) {
  return IsAsciiAlnum(c) || c == '_' || c == '-' || c == '+' || c == '/' || c == '=' || c == '.' ||
         c == '~';
}
std::size_t TokenEnd(std::string_view text, std::size_t at) {
  while (at < text.size() && IsTokenChar(text[at])) ++at;
  return at;
}

// Letters and digits mixed, many of them different: nobody wrote it by hand.
bool IsRandom(std::string_view token) {
  std::bitset<256> seen;
  bool digit = false;
  bool letter = false;
  for (const char c : token) {
    seen.set(static_cast<unsigned char>(c));
    digit = digit || IsDigit(c);
    letter = letter || (c >= 'a' && c <= 'z');
  }
  return token.size() >= kTokenMin && seen.count() >= kDistinctMin && digit && letter;
}

// Hashes are published on purpose.
bool IsHash(std::string_view token) {
  const bool hex = std::all_of(token.begin(), token.end(), [](char c) { return HexValue(c) >= 0; });
  return hex &&
         (token.size() == 32 || token.size() == 40 || token.size() == 64 || token.size() == 128);
}

class Finder {
 public:
  Finder(std::string_view text, const std::vector<DigitWord>& words) : text_(text), words_(words) {}

  std::vector<SensitiveHit> Run() {
    Cues().Search(text_, [&](std::uint32_t index, std::size_t end) {
      if (hits_.size() >= kSensitiveHitsMax) return;
      const CueWord& word = kCues[index];
      Check(word, end - word.text.size(), end);
    });
    FindSensitiveNumbers(text_, words_, hits_);
    return std::move(hits_);
  }

 private:
  static const Keywords& Cues() {
    static const Keywords kKeywords([] {
      std::vector<std::string> words;
      for (const CueWord& cue : kCues) words.emplace_back(cue.text);
      return words;
    }());
    return kKeywords;
  }

  bool StartsWord(std::size_t at) const { return at == 0 || !IsAsciiAlnum(text_[at - 1]); }
  void Add(std::size_t begin, std::size_t end, Sensitive kind) {
    hits_.push_back({{begin, end}, kind});
  }
  std::size_t SkipAny(std::size_t at, std::string_view signs, std::size_t max) const {
    const std::size_t limit = std::min(text_.size(), at + max);
    while (at < limit && signs.find(text_[at]) != std::string_view::npos) ++at;
    return at;
  }

  void Check(const CueWord& word, std::size_t begin, std::size_t end) {
    switch (word.cue) {
      case Cue::kJwt:
        return CheckJwt(begin);
      case Cue::kPem:
        return CheckPem(begin, end);
      case Cue::kPrefix:
        return CheckPrefix(begin, end, word.tail_min);
      case Cue::kNamed:
        return CheckNamed(begin, end);
      case Cue::kUrl:
        return CheckUrl(begin, end);
      case Cue::kMessageId:
        return CheckMessageId(begin, end);
      case Cue::kHeader:
        return CheckHeader(begin, end);
      case Cue::kTicketCode:
        return CheckTicketCode(begin, end, word.tail_min);
      case Cue::kTicketWord:
        return CheckTicketWord(begin, end);
      case Cue::kPhone:
        return CheckPhone(begin, end);
      case Cue::kMail:
        return CheckMail(begin);
    }
  }

  // Three parts of base64url, the first and most often the second `{"`.
  void CheckJwt(std::size_t begin) {
    if (!StartsWord(begin)) return;
    std::size_t at = begin;
    for (int part = 0; part < 3; ++part) {
      if (part > 0 && CharAt(text_, at++) != '.') return;
      const std::size_t start = at;
      while (at < text_.size() &&
             (IsAsciiAlnum(text_[at]) || text_[at] == '-' || text_[at] == '_')) {
        ++at;
      }
      if (at - start < 8) return;
    }
    Add(begin, at, Sensitive::kJwt);
  }

  // A header alone is what detection rules look for; with a body it is a key.
  void CheckPem(std::size_t cue, std::size_t end) {
    const std::size_t window = cue > 40 ? cue - 40 : 0;
    const std::size_t begin = text_.substr(window, cue - window).rfind("-----begin");
    if (begin == std::string_view::npos) return;
    std::size_t body = 0;
    std::size_t at = end;
    for (; at < text_.size() && body < kPemBodyMin && text_[at] != '-'; ++at) {
      body += IsAsciiAlnum(text_[at]) || text_[at] == '+' || text_[at] == '/' ? 1 : 0;
    }
    if (body >= kPemBodyMin) Add(window + begin, at, Sensitive::kPrivateKey);
  }

  void CheckPrefix(std::size_t begin, std::size_t end, std::size_t tail_min) {
    if (!StartsWord(begin)) return;
    const std::size_t stop = TokenEnd(text_, end);
    const std::string_view tail = text_.substr(end, stop - end);
    // Its letters and digits are 32, so one key in thirty has no digit.
    const bool akia = text_.substr(begin, 4) == "akia" && tail.size() == tail_min;
    if (tail.size() < tail_min || (!akia && !IsRandom(tail))) return;
    // Words may follow `asia` too.
    if (tail_min == 16 && tail.size() != 16) return;
    Add(begin, stop, Sensitive::kApiKey);
  }

  // `api_key = "..."`, `Authorization: Bearer ...`.
  void CheckNamed(std::size_t begin, std::size_t end) {
    // Parameters of a URL are looked at with it.
    std::size_t word = begin;
    while (word > 0 && begin - word < kContextBytes &&
           (IsAsciiAlnum(text_[word - 1]) || text_[word - 1] == '_' || text_[word - 1] == '-')) {
      --word;
    }
    if (word > 0 && (text_[word - 1] == '?' || text_[word - 1] == '&')) return;
    std::size_t at = SkipAny(end, "_-skeyid", 8);
    const std::size_t signs = SkipAny(at, " :='\">", 6);
    if (signs == at) return;
    const std::size_t stop = TokenEnd(text_, signs);
    const std::string_view token = text_.substr(signs, stop - signs);
    if (IsRandom(token) && token.size() >= kTokenMin + 4 && !IsHash(token) &&
        token.find('.') == std::string_view::npos && token.front() != '/') {
      Add(signs, stop, Sensitive::kApiKey);
    }
  }

  void CheckUrl(std::size_t cue, std::size_t end) {
    if (cue == 0 || !IsAsciiAlnum(text_[cue - 1])) return;
    const std::size_t limit = std::min(text_.size(), end + kUrlBytesMax);
    const std::size_t stop = FindAny(text_.substr(0, limit), end, kUrlEnds);
    const std::string_view url = text_.substr(end, stop - end);
    const std::string_view authority = url.substr(0, FindAny(url, 0, kAuthorityEnds));
    const std::size_t at_sign = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    std::size_t begin = cue;
    while (begin > 0 && IsAsciiAlnum(text_[begin - 1])) --begin;
    if (at_sign != std::string_view::npos && colon != std::string_view::npos && colon > 0 &&
        colon + 1 < at_sign) {
      Add(begin, stop, Sensitive::kUrlPassword);
    }
    CheckQuery(begin, stop, url);
  }

  void CheckQuery(std::size_t begin, std::size_t stop, std::string_view url) {
    std::size_t at = FindAny(url, 0, kQueryStarts);
    while (at + 1 < url.size()) {
      const std::size_t next = FindAny(url, at + 1, kPairEnds);
      const std::string_view pair = url.substr(at + 1, next - at - 1);
      const std::size_t equal = pair.find('=');
      at = next;
      if (equal == std::string_view::npos || pair.size() - equal <= kTokenMin) continue;
      const std::string_view key = pair.substr(0, equal);
      const bool sure = Holds(kCredentialKeys, key);
      if (!sure && !Holds(kSessionKeys, key)) continue;
      Add(begin, stop, sure ? Sensitive::kUrlToken : Sensitive::kUrlSession);
      return;
    }
  }

  void CheckMessageId(std::size_t begin, std::size_t end) {
    const std::size_t open = SkipAny(end, " :\"=", 6);
    const std::size_t start = CharAt(text_, open) == '<' ? open + 1 : open;
    if (text_[end - 1] != '<' && start == end) return;
    const std::size_t limit = std::min(text_.size(), start + kMailBytesMax);
    std::size_t stop = start;
    bool at_sign = false;
    while (stop<limit&& static_cast<unsigned char>(text_[stop])> 0x20 && text_[stop] != '>' &&
           text_[stop] != '"') {
      at_sign = at_sign || text_[stop] == '@';
      ++stop;
    }
    if (at_sign && stop - start >= 8) Add(begin, stop, Sensitive::kMessageId);
  }

  void CheckHeader(std::size_t begin, std::size_t end) {
    if (!StartsWord(begin)) return;
    const std::size_t value = SkipAny(end, " ", 4);
    const std::string_view rest = text_.substr(value, 64);
    const bool received = text_.substr(begin, 2) == "re" && text_.substr(begin, 9) == "received:";
    if (received && !rest.starts_with("from ") && !rest.starts_with("by ")) return;
    if (!received && rest.find_first_of("@.") == std::string_view::npos) return;
    Add(begin, std::min(text_.size(), value + 64), Sensitive::kMailHeader);
  }

  // `INC0012345`, `TKT-12345`.
  void CheckTicketCode(std::size_t begin, std::size_t end, std::size_t digits_min) {
    if (!StartsWord(begin)) return;
    std::size_t at = SkipAny(end, "-#_", 2);
    if (text_.substr(at, 4) == "2024" || text_.substr(at, 3) == "202") {
      const std::size_t year = SkipAny(at + 4, "-", 1);
      if (year == at + 5) at = year;
    }
    const std::size_t stop = SkipAny(at, "0123456789", 20);
    if (stop - at >= digits_min && !IsAsciiAlnum(CharAt(text_, stop))) {
      Add(begin, stop, Sensitive::kTicket);
    }
  }

  // `ticket #12345`, `case no. 2026-12345`, `チケット番号:12345`.
  void CheckTicketWord(std::size_t begin, std::size_t end) {
    if (!StartsWord(begin)) return;
    std::size_t at = SkipAny(end, " ", 2);
    bool named = false;
    for (const std::string_view word : {"番号", "no.", "no", "number", "num", "id", "nr."}) {
      if (named || text_.substr(at, word.size()) != word) continue;
      named = true;
      at = SkipAny(at + word.size(), " ", 2);
    }
    const std::size_t signs = SkipAny(at, "#:= は", 6);
    named = named || text_.substr(at, signs - at).find('#') != std::string_view::npos;
    const bool ticket = text_.substr(begin, 6) == "ticket";
    if (!named && !ticket) return;
    std::size_t letters = signs;
    while (letters < text_.size() && letters - signs < 8 && text_[letters] >= 'a' &&
           text_[letters] <= 'z') {
      ++letters;
    }
    if (letters > signs && IsDigit(CharAt(text_, letters)) == false &&
        CharAt(text_, letters) != '-') {
      return;
    }
    const std::size_t stop = SkipAny(letters, "0123456789-/_", 24);
    const auto digits = std::count_if(text_.begin() + static_cast<std::ptrdiff_t>(letters),
                                      text_.begin() + static_cast<std::ptrdiff_t>(stop), IsDigit);
    if (text_.substr(signs, 4) == "cve-") return;
    if (digits >= 4) Add(begin, stop, Sensitive::kTicket);
  }

  void CheckPhone(std::size_t begin, std::size_t end) {
    if (!StartsWord(begin)) return;
    std::size_t at = end;
    for (const std::string_view word : {"ephone", " number", "番号", " no.", "電話"}) {
      if (text_.substr(at, word.size()) == word) at += word.size();
    }
    at = SkipAny(at, " :.=/は", 6);
    if (at == end && static_cast<unsigned char>(text_[end - 1]) < 0x80) return;
    const std::size_t stop = PhoneEnd(text_, at, true);
    if (stop > 0) Add(begin, stop, Sensitive::kPhone);
  }

  void CheckMail(std::size_t sign) {
    const auto is_local = [](char c) {
      return IsAsciiAlnum(c) || c == '.' || c == '_' || c == '-' || c == '+';
    };
    std::size_t begin = sign;
    while (begin > 0 && sign - begin < 64 && is_local(text_[begin - 1])) --begin;
    while (begin < sign && !IsAsciiAlnum(text_[begin])) ++begin;
    std::size_t end = sign + 1;
    std::size_t dot = 0;
    while (end < text_.size() && end - sign < kMailBytesMax &&
           (IsAsciiAlnum(text_[end]) || text_[end] == '-' || text_[end] == '.')) {
      if (text_[end] == '.' && end + 1 < text_.size() && text_[end + 1] >= 'a' &&
          text_[end + 1] <= 'z') {
        dot = end;
      }
      ++end;
    }
    while (end > sign && (text_[end - 1] == '.' || text_[end - 1] == '-')) --end;
    if (begin == sign || dot == 0 || dot == sign + 1 || end < dot + 3) return;
    if (text_.substr(dot, end - dot) == ".invalid") return;  // nobody's: a keyed name
    // The user of a URL.
    if (begin > 0 && text_[begin - 1] == '/') return;
    const std::size_t context = begin > kContextBytes ? begin - kContextBytes : 0;
    std::string_view before = text_.substr(context, begin - context);
    bool colon = false;
    while (!before.empty() &&
           std::string_view(" <\"'(:").find(before.back()) != std::string_view::npos) {
      colon = colon || before.back() == ':';
      before.remove_suffix(1);
    }
    const auto ends = [&](std::string_view word) {
      if (!before.ends_with(word)) return false;
      const std::size_t start = before.size() - word.size();
      return start == 0 || !IsAsciiAlnum(before[start - 1]);
    };
    const bool victim = std::any_of(kVictimWords.begin(), kVictimWords.end(), ends) ||
                        (colon && std::any_of(kVictimLabels.begin(), kVictimLabels.end(), ends));
    Add(begin, end, victim ? Sensitive::kMailVictim : Sensitive::kMail);
  }

  std::string_view text_;
  const std::vector<DigitWord>& words_;
  std::vector<SensitiveHit> hits_{};
};

}  // namespace

std::vector<SensitiveHit> FindSensitive(std::string_view folded,
                                        const std::vector<DigitWord>& words) {
  return Finder(folded, words).Run();
}

}  // namespace renkei::anonymize
