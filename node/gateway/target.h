// The target of a request: a path and a query, taken apart (RFC 3986).
//
// Percent-encoded bytes are decoded once; `+` stands for itself.  Refused (INVALID_ARGUMENT): more
// than kTargetBytesMax bytes or kQueryPairsMax pairs, a key said twice, a broken escape, control
// characters, bytes that are not UTF-8, and a path that does not begin with `/` or holds an empty
// or dotted segment other than the last.  Pure; linear; thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/status.h"

namespace renkei::gateway {

struct Target {
  std::vector<std::string> segments{};  // `/lists/rpz` has two
  bool slash = false;                   // the path ends with `/`
  std::map<std::string, std::string> query{};

  bool operator==(const Target&) const = default;
};

absl::StatusOr<Target> ParseTarget(std::string_view text);

// A target that reads back as `target`.
std::string ToText(const Target& target);

}  // namespace renkei::gateway
