// The commands about what is sent on, and who took notice of it.
#pragma once

#include "node/cli/command.h"

namespace renkei::cli {

extern const Command kAckCommand;
extern const Command kPushCommand;

}  // namespace renkei::cli
