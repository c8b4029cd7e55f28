#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kRevokeUsage = R"(Usage: renkei revoke SLUG [--dir DIR] [--json]

Hub only.  Ends trust in the team SLUG for good: its connections are cut, its
keys are denied, and every member hears of it within moments.  It can't be
undone; the team can only be invited anew, with new keys.  To pause a team, use
`renkei suspend`.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei revoke old-pier --dir hub
)";

int RunRevoke(Context& context) {
  Target target;
  std::string slug;
  ArgumentParser parser(context, kRevokeCommand);
  parser.Positional("SLUG", slug);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "revoke", {{"slug", slug}},
             [&](const Json& json) { context.out << "revoked " << Field(json, "slug") << "\n"; });
}

}  // namespace

const Command kRevokeCommand = {
    .name = "revoke",
    .summary = "hub: end trust in a team for good",
    .usage = kRevokeUsage,
    .run = &RunRevoke,
};

}  // namespace renkei::cli
