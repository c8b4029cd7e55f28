// Where words begin and end in folded text, and which names need that.
#pragma once

#include <string_view>

#include "node/anonymize/fold.h"
#include "node/anonymize/stand_ins.h"

namespace renkei::anonymize {

inline constexpr std::size_t kShortName = 3;   // characters; whole words only
inline constexpr std::size_t kMiddleName = 5;  // not inside words

// A letter or digit before `at` that is not the end of `%2f`.
bool IsWordBefore(std::string_view text, std::size_t at);

// True if a word of one alphabet goes on over `at`.
bool GoesOn(std::string_view text, std::size_t at, bool letters_only);

// True if a name of so many characters may be meant by `span`.
bool IsWhole(std::string_view text, const Span& span, std::size_t characters);

std::size_t CountCharacters(std::string_view text);

}  // namespace renkei::anonymize
