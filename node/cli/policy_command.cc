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

check    says every mistake of a policy file, with its place
test     runs the tests in a policy file
diff     says who would gain and lose what under another policy
explain  says what a peer sees of a record, and by which rule

`renkei policy ACTION --help` shows the usage of one.  A changed policy is in
force after `renkei reload`.

Exit status: 0, 1 mistakes or a failed test, 2 wrong usage; explain also 3.

Example:
  $ renkei policy check trust.policy && renkei policy test trust.policy
)";

constexpr std::string_view kActionPrefix = "policy ";

constexpr auto kActions = std::to_array<const Command*>(
    {&kPolicyCheckCommand, &kPolicyTestCommand, &kPolicyDiffCommand, &kPolicyExplainCommand});

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

std::optional<FileArgument> ReadFileArgument(Context& context, const Command& command,
                                             int& status) {
  FileArgument given;
  ArgumentParser parser(context, command);
  parser.Positional("FILE", given.path, /*required=*/false);
  given.target.AddTo(parser);
  if (const auto ended = parser.Parse()) {
    status = *ended;
    return std::nullopt;
  }
  if (given.path.empty()) {
    given.path = fmt::format("{}/{}", given.target.Folder(), app::kPolicyFile);
  }
  return given;
}

const Command kPolicyCommand = {
    .name = "policy",
    .summary = "write, check, apply and explain the trust policy",
    .usage = kPolicyUsage,
    .run = &RunPolicy,
};

}  // namespace renkei::cli
