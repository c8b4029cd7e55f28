#include <algorithm>
#include <array>
#include <ostream>

#include "node/app/node.h"
#include "node/base/encoding.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyUsage = R"(Usage: renkei policy ACTION ... [--dir DIR] [--json]

new      prints a policy to begin with
check    says every mistake of a policy file and proves its lines
format   prints a policy file in canonical layout
test     runs the tests in a policy file
diff     says who would gain and lose what under another policy
apply    puts a policy file in force on the running node
log      lists every policy that came into force, and who put it there
show     prints one of them
revert   puts one of them in force again
explain  says what a peer sees of a record, and by which rule

`renkei policy ACTION --help` shows the usage of one.

Exit status: 0, 1 failed or refused, 2 wrong usage; explain also 3.

Example:
  $ renkei policy check new.policy && renkei policy apply new.policy
)";

constexpr std::string_view kActionPrefix = "policy ";

constexpr auto kActions = std::to_array<const Command*>(
    {&kPolicyNewCommand, &kPolicyCheckCommand, &kPolicyFormatCommand, &kPolicyTestCommand,
     &kPolicyDiffCommand, &kPolicyApplyCommand, &kPolicyLogCommand, &kPolicyShowCommand,
     &kPolicyRevertCommand, &kPolicyExplainCommand});

std::string_view ActionWord(const Command& action) {
  return action.name.substr(kActionPrefix.size());
}

int RefuseAction(Context& context, std::string_view given) {
  std::vector<std::string_view> words;
  for (const Command* action : kActions) words.push_back(ActionWord(*action));
  const std::string nearest = NearestWord(given, words);
  PrintError(context,
             given.empty() ? "policy: no action given"
                           : fmt::format("policy: there is no action `{}`", given),
             nearest.empty() ? "`renkei help policy` lists the actions"
                             : fmt::format("did you mean `renkei policy {}`?", nearest));
  return kWrongUsage;
}

int RunPolicy(Context& context) {
  if (context.arguments.empty()) return RefuseAction(context, "");
  const std::string word = context.arguments.front();
  if (word == "--help" || word == "-h") {
    context.out << kPolicyUsage;
    return kDone;
  }
  const Command* action = FindPolicyAction(word);
  if (action == nullptr) return RefuseAction(context, word);
  context.arguments.erase(context.arguments.begin());
  return action->run(context);
}

}  // namespace

std::span<const Command* const> PolicyActions() { return kActions; }

const Command* FindPolicyAction(std::string_view word) {
  const auto it = std::find_if(kActions.begin(), kActions.end(),
                               [&](const Command* action) { return ActionWord(*action) == word; });
  return it == kActions.end() ? nullptr : *it;
}

Json ProblemsJson(const Problems& problems) {
  Json list = Json::array();
  for (const Problem& problem : problems) {
    list.push_back({{"file", problem.file},
                    {"line", problem.line},
                    {"column", problem.column},
                    {"message", problem.message},
                    {"hint", problem.hint}});
  }
  return list;
}

void FileArgument::AddTo(ArgumentParser& parser, bool json) {
  parser.Positional("FILE", path, /*required=*/false);
  target.AddTo(parser, json);
}

void FileArgument::FillIn() {
  if (path.empty()) path = fmt::format("{}/{}", target.Folder(), app::kPolicyFile);
}

const Command kPolicyCommand = {
    .name = "policy",
    .summary = "write, check, apply and explain the trust policy",
    .usage = kPolicyUsage,
    .run = &RunPolicy,
};

}  // namespace renkei::cli
