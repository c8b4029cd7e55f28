#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kInviteUsage =
    R"(Usage: renkei invite SLUG [--circle C=LEVEL]... [--dir DIR] [--json]

Hub only.  Makes a one-time invitation for the team SLUG with these levels; it
is always a member of the community's own circle, `members`.  The token goes to
standard output and is never shown again: hand it over by a channel you trust.
A new invitation takes the place of an unused one for the same team.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei invite alpha --circle members=listed --dir hub > alpha.token
)";

int RunInvite(Context& context) {
  Target target;
  std::string slug;
  std::vector<std::string> circles;
  ArgumentParser parser(context, kInviteCommand);
  parser.Positional("SLUG", slug);
  parser.List("--circle", circles);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(
      context, target, "invite", {{"slug", slug}, {"levels", circles}}, [&](const Json& json) {
        // Only the token on standard output, so that it can be piped.
        context.out << Field(json, "token") << "\n";
        context.err << "invitation for " << Field(json, "slug") << ", good once, until "
                    << Field(json, "expires") << "\n"
                    << "the hub's team id, to be read to them: " << Field(json, "hub_team_id")
                    << "\n";
      });
}

}  // namespace

const Command kInviteCommand = {
    .name = "invite",
    .summary = "hub: a one-time invitation for a team",
    .usage = kInviteUsage,
    .run = &RunInvite,
};

}  // namespace renkei::cli
