#include <ostream>

#include "node/cli/output.h"
#include "node/cli/policy_actions.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyTestUsage =
    R"(Usage: renkei policy test [FILE] [--dir DIR] [--json]

Runs the tests in FILE (else in trust.policy of the node's folder).  Needs no
running node.

Exit status: 0 all pass, 1 a test fails or the file has mistakes, 2 wrong usage.

Example:
  $ renkei policy test trust.policy
)";

int Test(Context& context, const PolicyFile& file, bool as_json) {
  PrintProblems(context, file.parsed.problems);
  if (!file.parsed.policy) return kFailed;
  const auto evaluator = policy::Evaluator::Make(file.parsed.policy);
  if (!evaluator.ok()) return Fail(context, "policy test", evaluator.status());
  Json tests = Json::array();
  int failed = 0;
  for (const policy::TestResult& result : evaluator->RunTests()) {
    if (!result.passed) ++failed;
    tests.push_back({{"name", result.name},
                     {"line", result.line},
                     {"passed", result.passed},
                     {"text", result.text}});
    if (result.passed || as_json) continue;
    context.out << Safe(file.path) << ":" << result.line << ": FAILED: " << Safe(result.name)
                << "\n";
    for (const std::string& line : Wrap(Safe(result.text), kScreenWidth - 4)) {
      context.out << "    " << line << "\n";
    }
  }
  const std::size_t count = tests.size();
  if (as_json) {
    context.out << ToPrettyText(
        {{"file", file.path}, {"ok", failed == 0}, {"tests", std::move(tests)}});
  } else {
    context.out << Safe(file.path) << ": " << count << " tests, " << failed << " failed\n";
  }
  return failed == 0 ? kDone : kFailed;
}

int RunPolicyTest(Context& context) {
  FileArgument given;
  ArgumentParser parser(context, kPolicyTestCommand);
  given.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  given.FillIn();
  const auto file = ReadPolicy(context, given.path);
  return file ? Test(context, *file, given.target.json) : kFailed;
}

}  // namespace

const Command kPolicyTestCommand = {
    .name = "policy test",
    .summary = "run the tests in a policy file",
    .usage = kPolicyTestUsage,
    .run = &RunPolicyTest,
};

}  // namespace renkei::cli
