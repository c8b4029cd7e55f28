// The crowd table on a screen: for `crowd` and `roster crowd`.
#pragma once

#include "node/base/json.h"
#include "node/cli/command.h"

namespace renkei::cli {

// A line for each profile of each circle.
void PrintCrowd(Context& context, const Json& json);

}  // namespace renkei::cli
