// The command line: finds the command, runs it, answers its exit status.
#pragma once

#include "node/cli/command.h"

namespace renkei::cli {

// For main(): standard streams.  `clock` outlives it.
int Main(int argc, const char* const* argv, const Clock& clock);

// `context.arguments` begins with the command's name.
int RunCommandLine(Context& context);

}  // namespace renkei::cli
