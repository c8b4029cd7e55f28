#include "node/anonymize/finding.h"

#include <fmt/format.h>

namespace renkei::anonymize {

std::string ToString(const Finding& finding) {
  return fmt::format("{}: rule {}: {}", finding.place, finding.rule, finding.suggestion);
}

}  // namespace renkei::anonymize
