// Indicators on a screen: values cut to a column, what all records say of each.
#pragma once

#include <string>
#include <string_view>

#include "node/base/json.h"
#include "node/cli/output.h"

namespace renkei::cli {

// `text`, which is Safe(), in at most `columns`: its middle is left out.
std::string Brief(std::string_view text, std::size_t columns);

// `3 (+2)`: teams by name, and records without one; of a hit or tally.
std::string ToldBy(const Json& tally);
// `2`, `2 out` once it is in no list any more; `-` if nobody does.
std::string FalsePositiveBy(const Json& tally);
// The day of a time; `-` if there is none.
std::string Day(const Json& json, std::string_view key);

// One line per tally of `show`.
Table TallyTable(const Json& tallies);

}  // namespace renkei::cli
