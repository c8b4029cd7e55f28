// URIs as indicators hold them: normalized by syntax, so that equal ones are equal bytes.
//
// RFC 3986 section 6.2.2 (case, percent-encoding, dot segments) and 6.2.3 for http, https, ftp, ws,
// wss (empty path, default port).  Nothing is resolved or fetched.  Linear; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace renkei::record {

struct Uri {
  std::string scheme{};     // lower case
  std::string user_info{};  // without `@`
  std::string host{};       // canonical name or address; IPv6 without brackets; may be empty
  std::string port{};       // digits; empty: none, or the scheme's own
  std::string path{};
  std::string query{};     // with its `?`; empty: none
  std::string fragment{};  // with its `#`; empty: none
  bool has_authority = false;

  std::string Text() const;
};

// Nothing for what is no absolute URI, or holds control characters.  Others that RFC 3986 does not
// let stand are percent-encoded, as browsers do; `%` before anything but two hex digits too.
std::optional<Uri> ParseUri(std::string_view text);

}  // namespace renkei::record
