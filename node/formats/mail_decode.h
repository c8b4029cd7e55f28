// What stands between a mail's bytes and its text: transfer encodings (RFC 2045) and character
// sets.
//
// Lenient as mail must be: what is wrong is left out or becomes U+FFFD, and `flawed` is set, never
// unset.  Only character sets of one table are known; no name of a stranger reaches libc's iconv.
// Linear; thread-safe.  Private to node/formats.
#pragma once

#include <string>
#include <string_view>

#include "node/base/bytes.h"

namespace renkei::formats {

Bytes DecodeMailBase64(std::string_view text, bool& flawed);
// `in_header`: of an encoded word (RFC 2047, 4.2), where `_` is a space.
Bytes DecodeQuotedPrintable(std::string_view text, bool in_header, bool& flawed);

// UTF-8 of `bytes` in `charset`, whatever its case; of one that is not known, and of none: UTF-8 if
// it is that, else Windows-1252, which is flawed.
std::string MailToUtf8(BytesView bytes, std::string_view charset, bool& flawed);

// Lines end with \n; no other control character than that and tab is left.
std::string CleanMailText(std::string_view utf8, bool& flawed);

// One line of a header: no line end, no control character, no white space at the ends.
std::string MailOnOneLine(std::string text);

// The words of an HTML text, without tags, scripts, styles and comments; nothing is fetched.
std::string TextOfHtml(std::string_view html);

}  // namespace renkei::formats
