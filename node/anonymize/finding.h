// What keeps a draft from leaving, or is said before it does: where, which rule, what to do.  Never
// the value, so that a finding may be logged and sent to a terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "policy/marking.h"

namespace renkei::anonymize {

// Whether a draft may leave all the same.
enum class FindingSeverity : std::uint8_t { kRefuse, kWarn };

struct Finding {
  std::optional<policy::SectionId> section{};  // nothing: the header
  std::string place{};  // `indicators.indicators[3].comment.value`, `header.tags[0]`
  std::string rule{};   // `own-host`, `own-asset-as-indicator`, ...
  std::string suggestion{};
  FindingSeverity severity = FindingSeverity::kRefuse;

  bool operator==(const Finding&) const = default;
};

// `place: rule R: suggestion`.
std::string ToString(const Finding& finding);
inline std::ostream& operator<<(std::ostream& out, const Finding& finding) {
  return out << ToString(finding);
}

}  // namespace renkei::anonymize
