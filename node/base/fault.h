// Places where tests may end the process or make a write fail.
//
// The release binary links fault_none.cc, in which every call is empty; only `renkei-testing` links
// node/app/testing/fault_env.cc.
#pragma once

#include <string_view>

#include "node/base/status.h"

namespace renkei {

// Says that execution reached `point`; returns an error that the caller must treat as its own.
absl::Status FaultPoint(std::string_view point);

}  // namespace renkei
