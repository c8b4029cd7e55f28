// Texts that no lint can judge, so that a person must read them before they leave.
//
// A name that is listed can be found; "the largest bank of the prefecture" can't.  Which fields
// count: docs/anonymity.md, "What a person must read".  Stateless, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "node/record/sections.h"

namespace renkei::anonymize {

// A title, a name or a comment up to this many characters and on one line is no narrative.
inline constexpr std::size_t kShortTextCharacters = 120;

struct Narrative {
  std::string place{};  // `summary.description[0].value`
  std::string text{};   // as it stands there; never logged

  bool operator==(const Narrative&) const = default;
};

// In the order of the sections.
std::vector<Narrative> FindNarratives(const record::v1::Sections& sections);

}  // namespace renkei::anonymize
