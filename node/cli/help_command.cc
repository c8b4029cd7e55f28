#include <ostream>

#include "node/base/encoding.h"
#include "node/cli/arguments.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kHelpUsage = R"(Usage: renkei help [COMMAND [ACTION]]

Lists the commands, or shows the usage of one; of `policy` also that of an
action.

Example:
  $ renkei help publish
)";

void PrintAll(Context& context) {
  context.out << "Usage: renkei COMMAND ..., such as `renkei help publish`\n";
  Table table({"", ""});
  for (const Command* command : Commands()) {
    table.Add({std::string(command->name), std::string(command->summary)});
  }
  context.out << table.ToText(2);
  context.out << "Most take --dir DIR, the node's folder (else $RENKEI_DIR, else `.`), and --json."
                 "\nExit status: 0 done, 1 failed, 2 wrong usage, 3 refused by policy or lint.\n";
}

int RunHelp(Context& context) {
  std::string name;
  std::string action;
  ArgumentParser parser(context, kHelpCommand);
  parser.Positional("COMMAND", name, /*required=*/false);
  parser.Positional("ACTION", action, /*required=*/false);
  if (const auto status = parser.Parse()) return *status;
  if (name.empty()) {
    PrintAll(context);
    return kDone;
  }
  const bool of_policy = name == kPolicyCommand.name && !action.empty();
  const Command* command = of_policy ? FindPolicyAction(action) : FindCommand(name);
  if (command != nullptr) {
    context.out << command->usage;
    return kDone;
  }
  if (of_policy) {
    PrintError(context, fmt::format("help: `policy` has no action `{}`", action),
               "`renkei help policy` lists them");
    return kWrongUsage;
  }
  std::vector<std::string_view> names;
  for (const Command* one : Commands()) names.push_back(one->name);
  const std::string nearest = NearestWord(name, names);
  PrintError(context, fmt::format("help: there is no command `{}`", name),
             nearest.empty() ? "`renkei help` lists the commands"
                             : fmt::format("did you mean `renkei help {}`?", nearest));
  return kWrongUsage;
}

}  // namespace

const Command kHelpCommand = {
    .name = "help",
    .summary = "this list, or the usage of one command",
    .usage = kHelpUsage,
    .run = &RunHelp,
};

}  // namespace renkei::cli
