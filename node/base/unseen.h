// Characters that a screen doesn't show as themselves: what moves the cursor, hides text or turns
// its order around.  Whatever others wrote goes to people and their terminals without them.
//
// Pure, linear, thread-safe.  Sources: ISO 6429 (C0, C1), Unicode 15 chapters 9.2 and 23.
#pragma once

#include <cstddef>
#include <string_view>

namespace renkei {

// Bytes of the well-formed UTF-8 sequence at the start of `text` (RFC 3629); 0 if malformed.
// REQUIRES: not empty.
std::size_t Utf8Length(std::string_view text);

// Of one such sequence.
char32_t CodePoint(std::string_view character);

// Whether `character` (one sequence of Utf8Length) is C0, DEL, C1, sets a direction of writing,
// ends a line, has no width, or is a tag.  Joiners (U+200C, U+200D) are letters' own and are not.
bool IsUnseen(std::string_view character);

// Whether IsUnseen may be true of any character above 0x7F in it: quick, and seldom true.
bool MayHoldUnseen(std::string_view text);

}  // namespace renkei
