// Standing sources on a screen: for `status` and `source`.
#pragma once

#include <string>

#include "node/base/json.h"

namespace renkei::cli {

// The sources as the node answers them, with the last error of each on a line of its own.
std::string SourceTable(const Json& sources);
// What a run did: `18 listed: 17 published, 1 refused`.
std::string SourceCounts(const Json& counts);

}  // namespace renkei::cli
