// What keeps a draft from leaving, or is said before it does: where, which rule, what to do.  Never
// the value, so that a finding may be logged and sent to a terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/status.h"
#include "policy/marking.h"

namespace renkei::anonymize {

enum class FindingSeverity : std::uint8_t {
  kRefuse,  // nothing leaves, unless a person allows this finding
  kWarn,    // shown, no more
};
std::string_view ToWord(FindingSeverity severity);  // `refuse`, `warn`

struct Finding {
  std::optional<policy::SectionId> section{};  // nothing: the header
  std::string place{};  // `indicators.indicators[3].comment.value`, `header.tags[0]`
  std::string rule{};   // `own-host`, `own-asset-as-indicator`, ...
  std::string suggestion{};
  FindingSeverity severity = FindingSeverity::kRefuse;

  bool operator==(const Finding&) const = default;
};

// `place: rule R: suggestion`; a warning begins with `warning: `.
std::string ToString(const Finding& finding);
inline std::ostream& operator<<(std::ostream& out, const Finding& finding) {
  return out << ToString(finding);
}

// A finding that a person looked at and lets pass: this rule, at this place.
struct Override {
  std::string rule{};
  std::string place{};

  bool operator==(const Override&) const = default;
};

// `phone-number@summary.description[0].value`.  INVALID_ARGUMENT: not of that form, no rule of that
// name, or one that nobody may override (MayOverride).
absl::StatusOr<Override> ParseOverride(std::string_view text);
std::string ToString(const Override& one);

// Credentials open something for everybody who reads them, and what could not be searched was not
// looked at: those never leave.
bool MayOverride(std::string_view rule);

// Every rule, with what it says; the order is that of docs/anonymity.md.
struct RuleText {
  std::string_view rule;
  std::string_view text;
};
const std::vector<RuleText>& AllRules();

}  // namespace renkei::anonymize
