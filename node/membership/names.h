// Names in a community: slugs, circles and communities, and the SPIFFE URIs made of them.
//
// Pure; thread-safe.  Errors: INVALID_ARGUMENT naming what is wrong.
#pragma once

#include <string>
#include <string_view>

#include "node/base/status.h"

namespace renkei::membership {

// [a-z0-9.-]{1,64}
bool IsCommunity(std::string_view text);
// [a-z0-9-]{1,32}
bool IsSlug(std::string_view text);
// host:port with a port of 1..65535: `hub.example.org:7441`, `192.0.2.1:7441`,
// `[2001:db8::1]:7441`.
bool IsAddress(std::string_view text);
// [a-z0-9-]{1,64}, or empty.
bool IsSector(std::string_view text);
// Two lower-case letters, or empty.
bool IsCountry(std::string_view text);
// UTF-8 without control characters, at most 128 bytes.
bool IsOrg(std::string_view text);

// spiffe://<community>/org/<slug>/node/1, and spiffe://<community>/hub for the slug `hub`.
std::string SpiffeUri(std::string_view community, std::string_view slug);

// The community and slug (`hub` for the hub) of a URI of exactly that form.
struct SpiffeName {
  std::string community{};
  std::string slug{};

  bool operator==(const SpiffeName&) const = default;
};
absl::StatusOr<SpiffeName> ParseSpiffeUri(std::string_view uri);

}  // namespace renkei::membership
