// Times as text: RFC 3339 in UTC.  Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace renkei::formats {

// `2026-11-22T01:36:17Z`; nothing outside the years 0001 to 9999.
std::optional<std::string> SecondsToText(std::int64_t seconds);
// `2026-11-22T01:36:17.000250Z`: always six digits.
std::optional<std::string> MicrosToText(std::int64_t micros);
// `2026-11-22`.
std::optional<std::string> DayToText(std::int64_t seconds);

// RFC 3339 with any offset, and ISO 8601's `+0000`; a day alone is its midnight, UTC.  Fractions
// beyond a microsecond are cut off.  Nothing if it is no such time.
std::optional<std::int64_t> MicrosFromText(std::string_view text);

}  // namespace renkei::formats
