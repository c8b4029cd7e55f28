#include <ostream>

#include "node/app/node.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyUsage = R"(Usage: renkei policy check [FILE] [--dir DIR] [--json]
       renkei policy test [FILE] [--dir DIR] [--json]
       renkei policy explain ID --peer P [--section S] [--dir DIR] [--json]

check    reads FILE (else trust.policy of the node's folder), resolves its
         names, and says every mistake with its place; lists the never, always
         and narrower lines, which this version does not prove
test     runs the tests in the file
explain  see `renkei help explain`

check and test need no running node.  A changed policy is in force after
`renkei reload`.

Exit status: 0, 1 mistakes or a failed test, 2 wrong usage; explain also 3.

Example:
  $ renkei policy check trust.policy && renkei policy test trust.policy
)";

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

int Check(Context& context, const PolicyFile& file, bool as_json) {
  const auto& parsed = file.parsed;
  PrintProblems(context, parsed.problems);
  for (const Problem& warning : parsed.warnings) {
    context.err << "warning: " << Safe(ToString(warning)) << "\n";
  }
  Json unproved = Json::array();
  if (parsed.policy) {
    for (const policy::Unproved& line : parsed.policy->unproved()) {
      unproved.push_back({{"line", line.line}, {"text", line.text}});
    }
  }
  if (as_json) {
    Json json = {{"file", file.path}, {"ok", parsed.policy != nullptr}};
    if (parsed.policy) {
      json["name"] = parsed.policy->name();
      json["version"] = parsed.policy->version();
    }
    json["problems"] = ProblemsJson(parsed.problems);
    json["warnings"] = ProblemsJson(parsed.warnings);
    json["unproved"] = unproved;
    context.out << ToPrettyText(json);
    return parsed.policy ? kDone : kFailed;
  }
  if (!parsed.policy) return kFailed;
  for (const Json& line : unproved) {
    context.out << Safe(file.path) << ":" << Field(line, "line") << ": " << Field(line, "text")
                << ": not proved by this version\n";
  }
  const policy::PolicyFile& content = parsed.policy->file();
  context.out << Safe(file.path) << ": policy `" << Safe(parsed.policy->name()) << "` version "
              << parsed.policy->version() << ": " << content.rules.size() << " rules, "
              << content.tests.size() << " tests, no mistakes\n";
  return kDone;
}

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

int RunPolicy(Context& context) {
  const std::string action = context.arguments.empty() ? "" : context.arguments.front();
  if (action == "explain") {
    context.arguments.erase(context.arguments.begin());
    return kExplainCommand.run(context);
  }
  Target target;
  std::string given;
  std::string path;
  ArgumentParser parser(context, kPolicyCommand);
  parser.Positional("ACTION", given);
  parser.Positional("FILE", path, /*required=*/false);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (given != "check" && given != "test") {
    PrintError(context, fmt::format("policy: there is no `{}`", given),
               "it is `policy check`, `policy test` or `policy explain`");
    return kWrongUsage;
  }
  if (path.empty()) path = fmt::format("{}/{}", target.Folder(), app::kPolicyFile);
  const auto file = ReadPolicy(context, path);
  if (!file) return kFailed;
  return given == "check" ? Check(context, *file, target.json) : Test(context, *file, target.json);
}

}  // namespace

const Command kPolicyCommand = {
    .name = "policy",
    .summary = "check, test and explain the trust policy",
    .usage = kPolicyUsage,
    .run = &RunPolicy,
};

}  // namespace renkei::cli
