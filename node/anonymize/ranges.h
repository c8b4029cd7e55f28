// The five ranges in which counts and amounts leave a team: 1-9, 10-49, 50-249, 250-999, 1000+.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace renkei::anonymize {

// `text` with a plain number made its range, the rest (a currency, a unit) kept: `1,234,567 JPY` ->
// `1000+ JPY`.  A text that is a range already, or holds no digit, stays as it is.  Nothing for any
// other text with digits: a person must say what is meant.
std::optional<std::string> Generalise(std::string_view text);

// True if the schema says that the field `full_name` (renkei.v1.Sighting.count) holds a range.
bool IsRangeField(std::string_view full_name);

}  // namespace renkei::anonymize
