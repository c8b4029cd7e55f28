#include <ostream>

#include "node/app/local_commands.h"
#include "node/cli/arguments.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kVersionUsage = R"(Usage: renkei version

Prints the version of this program.

Example:
  $ renkei version
)";

int RunVersion(Context& context) {
  ArgumentParser parser(context, kVersionCommand);
  if (const auto status = parser.Parse()) return *status;
  context.out << "renkei " << app::kVersion << "\n";
  return kDone;
}

}  // namespace

const Command kVersionCommand = {
    .name = "version",
    .summary = "the version of this program",
    .usage = kVersionUsage,
    .run = &RunVersion,
};

}  // namespace renkei::cli
