// Exact times, amounts and counts in free text, and what is written in their place.
//
// A time to the second, an amount of four or more significant digits, a count of machines, people
// or accounts of three or more tell which incident it was.  Linear; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/anonymize/stand_ins.h"
#include "policy/marking.h"

namespace renkei::anonymize {

enum class Exact : std::uint8_t { kTime, kAmount, kCount };
std::string_view RuleOf(Exact kind);

struct ExactHit {
  Span span{};  // in the folded text
  Exact kind = Exact::kTime;
  std::string general{};
};

// In order, not overlapping.  `source`: a time loses its seconds in an attributed record, its
// minutes in a pseudonymous one, all in an anonymous one.
std::vector<ExactHit> FindExact(std::string_view folded, policy::SourceMode source);

}  // namespace renkei::anonymize
