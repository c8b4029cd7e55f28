// The canonical layout of a policy file: one way to write it down, so that two files differ only
// where they say different things.  Comments stay where they are.
#pragma once

#include <string>
#include <string_view>

namespace renkei::policy {

inline constexpr std::size_t kFormatOneLine = 80;  // columns of a statement that stays in one line
inline constexpr std::size_t kFormatWidth = 100;   // of any line; a longer word stands alone

// `text` in canonical layout: one space between words, short statements in one line, others broken
// where they have parts; at most one empty line between statements.  Pure and idempotent;
// parsing the result gives an equal policy.
// REQUIRES: `text` parses without problems.
std::string Format(std::string_view text);

}  // namespace renkei::policy
