// The actions of `renkei policy`: each a command of its own, in node/cli/policy_ACTION.cc, named
// `policy ACTION`.
#pragma once

#include <span>
#include <string>

#include "node/base/json.h"
#include "node/base/problem.h"
#include "node/cli/arguments.h"
#include "node/cli/command.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"

namespace renkei::cli {

// In the order of `renkei policy --help`.
std::span<const Command* const> PolicyActions();
const Command* FindPolicyAction(std::string_view word);  // null if there is none

// {"file", "line", "column", "message", "hint"} each.
Json ProblemsJson(const Problems& problems);

// The arguments `[FILE] [--dir DIR] [--json]` that several actions take.
struct FileArgument {
  Target target{};
  std::string path{};  // of the file; the node's trust.policy if none was given

  void AddTo(ArgumentParser& parser, bool json = true);
  void FillIn();  // once parsed
};

extern const Command kPolicyApplyCommand;
extern const Command kPolicyCheckCommand;
extern const Command kPolicyDiffCommand;
extern const Command kPolicyExplainCommand;
extern const Command kPolicyFormatCommand;
extern const Command kPolicyLogCommand;
extern const Command kPolicyNewCommand;
extern const Command kPolicyRevertCommand;
extern const Command kPolicyShowCommand;
extern const Command kPolicyTestCommand;

}  // namespace renkei::cli
