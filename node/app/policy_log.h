// The history of a node's policy as JSON (docs/commands.md).
#pragma once

#include <string>

#include "node/base/json.h"
#include "node/base/status.h"
#include "node/store/store.h"

namespace renkei::app {

// {"changes": [...]}, newest first.
absl::StatusOr<Json> PolicyLog(const store::Reader& reader);
// One change by its number, with `text` exactly as it was in force.  INVALID_ARGUMENT: no number;
// NOT_FOUND.
absl::StatusOr<Json> PolicyShown(const store::Reader& reader, const std::string& number);

}  // namespace renkei::app
