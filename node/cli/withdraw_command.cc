#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/publishing.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kWithdrawUsage =
    R"(Usage: renkei withdraw ID --reason R [--dir DIR] [--json]

Takes a record of ours back: a signed withdrawal follows it wherever it went,
and each node that applies it says so (`renkei show ID` counts them).  What was
seen can't be unseen.

  --reason R   mistake, false-positive, superseded, legal, audience-narrowed

Exit status: 0, 1 failed, 2 wrong usage, 3 refused.

Example:
  $ renkei withdraw 000702bc5f1e --reason false-positive
)";

int RunWithdraw(Context& context) {
  Target target;
  std::string id;
  std::string reason;
  ArgumentParser parser(context, kWithdrawCommand);
  parser.Positional("ID", id);
  parser.Option("--reason", reason, /*required=*/true);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "withdraw", {{"id", id}, {"reason", reason}},
             [&](const Json& json) { PrintPublished(context, "", json); });
}

}  // namespace

const Command kWithdrawCommand = {
    .name = "withdraw",
    .summary = "take a record of ours back",
    .usage = kWithdrawUsage,
    .run = &RunWithdraw,
};

}  // namespace renkei::cli
