// Shapes that identify someone or open something, whoever's they are: secrets, mail addresses,
// phone and account numbers, hardware addresses, mail headers, ticket numbers.
//
// Found in folded text in one pass over cue words and numbers.  Linear; thread-safe.  What is a
// finding where, and how grave, is decided in leak_lint.cc by the table of docs/anonymity.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/anonymize/digit_words.h"
#include "node/anonymize/stand_ins.h"

namespace renkei::anonymize {

enum class Sensitive : std::uint8_t {
  kPrivateKey,
  kJwt,
  kApiKey,
  kUrlPassword,
  kUrlToken,    // a parameter that is surely a credential
  kUrlSession,  // ... one that may be the adversary's session
  kMessageId,
  kMailHeader,  // Received and other lines that relays write
  kTicket,
  kMailVictim,  // a mail address after a word such as `To:`
  kMail,        // any other
  kMac,
  kPhone,
  kIban,
  kCard,
};
std::string_view RuleOf(Sensitive kind);

struct SensitiveHit {
  Span span{};  // in the folded text
  Sensitive kind = Sensitive::kMail;
};

inline constexpr std::size_t kSensitiveHitsMax = 1000;  // in one text

// `words` are those of the text.
std::vector<SensitiveHit> FindSensitive(std::string_view folded,
                                        const std::vector<DigitWord>& words);

// Phone, card and account numbers, hardware addresses: those that begin at a letter or digit.
void FindSensitiveNumbers(std::string_view folded, const std::vector<DigitWord>& words,
                          std::vector<SensitiveHit>& hits);

// The end of a phone number that begins at `at` (a digit, `+` or `(`); 0 if there is none. `named`:
// a word such as `tel` stands before it, so that the digits need no separators.
std::size_t PhoneEnd(std::string_view folded, std::size_t at, bool named);

}  // namespace renkei::anonymize
