#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kSuspendUsage =
    R"(Usage: renkei suspend SLUG [--until TIME | --end] [--dir DIR] [--json]

Hub only.  Pauses trust in the team SLUG: its connections are cut and it
neither gets nor gives anything, until TIME (RFC 3339) or until --end.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei suspend alpha --dir hub
  $ renkei suspend alpha --end --dir hub
)";

int RunSuspend(Context& context) {
  Target target;
  std::string slug;
  std::string until;
  bool end = false;
  ArgumentParser parser(context, kSuspendCommand);
  parser.Positional("SLUG", slug);
  parser.Option("--until", until);
  parser.Flag("--end", end);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "suspend", {{"slug", slug}, {"until", until}, {"end", end}},
             [&](const Json& json) {
               const std::string time = Field(json, "until");
               context.out << Field(json, "slug") << " is " << Field(json, "standing")
                           << (time.empty() ? "" : " until " + time) << "\n";
             });
}

}  // namespace

const Command kSuspendCommand = {
    .name = "suspend",
    .summary = "hub: pause trust in a team, or end the pause",
    .usage = kSuspendUsage,
    .run = &RunSuspend,
};

}  // namespace renkei::cli
