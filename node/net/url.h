// URLs that this node calls: http, https, and for mail smtp(s) and imap(s).  Never with a name or
// a password in them: those stand in a file.
//
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "node/base/status.h"

namespace renkei::net {

inline constexpr std::size_t kUrlBytesMax = 4096;

struct Url {
  std::string scheme{};  // lower case
  std::string host{};    // lower case; IPv6 in brackets
  std::string port{};    // digits, always there
  std::string path{};    // begins with `/`
  std::string query{};   // without `?`; may be empty

  std::string ToText() const;
  // Without the query: for messages.
  std::string Shown() const;

  bool operator==(const Url&) const = default;
};

// INVALID_ARGUMENT saying what is wrong: a scheme that is none of those, user information, no host,
// a fragment, a control character or space, more than kUrlBytesMax.
absl::StatusOr<Url> ParseUrl(std::string_view text);
// What `reference` means in a document at `base`: absolute, or a path.  Errors as ParseUrl.
absl::StatusOr<Url> ResolveUrl(const Url& base, std::string_view reference);

// The same scheme, host and port: what was said to one may be said to the other.
bool SameOrigin(const Url& a, const Url& b);
// Whether the host can only be this machine: 127.0.0.0/8, [::1], `localhost`.
bool IsLoopbackHost(std::string_view host);

// Percent-encodes all but letters, digits and `-._~`: one segment of a path, one value of a query.
std::string UrlEscape(std::string_view text);

}  // namespace renkei::net
