// Dates as HTTP writes them (RFC 9110, 5.6.7): `Sun, 22 Nov 2026 13:05:00 GMT`.  Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/base/clock.h"

namespace renkei::gateway {

std::string ToHttpDate(Timestamp time);
// The preferred form only; nothing for any other text.
std::optional<Timestamp> FromHttpDate(std::string_view text);

}  // namespace renkei::gateway
