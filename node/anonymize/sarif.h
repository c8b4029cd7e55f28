// Findings as SARIF 2.1.0, for editors and pipelines.
//
// Places are logical locations (a field of a section), as a finding has no line in a file.  Holds
// no value, like the findings themselves.
#pragma once

#include <string>
#include <vector>

#include "node/anonymize/finding.h"
#include "node/base/json.h"

namespace renkei::anonymize {

// The findings of one draft of one file.
struct SarifInput {
  std::string file{};
  std::vector<Finding> findings{};
};

Json ToSarif(const std::vector<SarifInput>& inputs, const std::string& version);

}  // namespace renkei::anonymize
