// Places where tests may end the process, make a write fail, or shorten a wait.
//
// The release binary links fault_none.cc, in which every call is empty; only `renkei-testing` links
// node/app/testing/fault_env.cc.
#pragma once

#include <chrono>
#include <string_view>

#include "node/base/status.h"

namespace renkei {

// Says that execution reached `point`; returns an error that the caller must treat as its own.
absl::Status FaultPoint(std::string_view point);

// How long a hub gathers anonymous records before it releases them together: an hour, unless a test
// says less (RENKEI_TEST_RELEASE_SECONDS).
std::chrono::seconds ReleasePeriod();

}  // namespace renkei
