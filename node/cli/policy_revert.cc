#include "node/cli/policy_actions.h"
#include "node/cli/policy_applying.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyRevertUsage =
    R"(Usage: renkei policy revert N [--yes] [--dry-run] [--author NAME] [--note TEXT]
                            [--dir DIR] [--json]

Puts the policy of change N (see `renkei policy log`) in force again, by the
same way as `renkei policy apply`: checked, tested, shown, asked.  It becomes
a new change; nothing is taken out of the log.

Exit status: 0 in force, 1 refused or failed, 2 wrong usage.

Example:
  $ renkei policy revert 3 --dry-run
)";

int RunPolicyRevert(Context& context) {
  Applying applying;
  std::string number;
  ArgumentParser parser(context, kPolicyRevertCommand);
  parser.Positional("N", number);
  applying.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return ApplyPolicy(context, applying, "policy revert", {{"revert", number}}, "");
}

}  // namespace

const Command kPolicyRevertCommand = {
    .name = "policy revert",
    .summary = "put a policy of the log in force again",
    .usage = kPolicyRevertUsage,
    .run = &RunPolicyRevert,
};

}  // namespace renkei::cli
