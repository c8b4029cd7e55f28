#include "node/base/file.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"
#include "node/cli/policy_applying.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyApplyUsage =
    R"(Usage: renkei policy apply FILE [--yes] [--dry-run] [--author NAME]
                           [--note TEXT] [--dir DIR] [--json]

Puts the policy in FILE in force on the running node: checks it, runs its tests,
proves its lines, shows what would change, asks, then swaps it in one step and
writes it to trust.policy of the node's folder.  Peers get at once what they
gain, and what they lose is taken back.  Any failure leaves what was in force.

--yes      don't ask (without a terminal it must be given)
--dry-run  say what would change, change nothing
--author   who did it, for `renkei policy log`; else the local user's name
--note     why, for the log; at most 200 bytes

Exit status: 0 in force, 1 refused or failed, 2 wrong usage.

Example:
  $ renkei policy apply new.policy --note "ports join"
)";

int RunPolicyApply(Context& context) {
  Applying applying;
  std::string path;
  ArgumentParser parser(context, kPolicyApplyCommand);
  parser.Positional("FILE", path);
  applying.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const auto text = ReadFile(path, policy::kFileBytesMax);
  if (!text.ok()) return Fail(context, "policy apply: read " + path, text.status());
  return ApplyPolicy(context, applying, "policy apply", {{"file", path}}, *text);
}

}  // namespace

const Command kPolicyApplyCommand = {
    .name = "policy apply",
    .summary = "put another policy in force",
    .usage = kPolicyApplyUsage,
    .run = &RunPolicyApply,
};

}  // namespace renkei::cli
