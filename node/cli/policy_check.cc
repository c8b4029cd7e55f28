#include <ostream>

#include "node/cli/output.h"
#include "node/cli/policy_actions.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyCheckUsage =
    R"(Usage: renkei policy check [FILE] [--dir DIR] [--json]

Reads FILE (else trust.policy of the node's folder), resolves its names, and
says every mistake with its place; lists the never, always and narrower lines,
which this version does not prove.  Needs no running node.

Exit status: 0 no mistakes, 1 mistakes, 2 wrong usage.

Example:
  $ renkei policy check trust.policy
)";

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

int RunPolicyCheck(Context& context) {
  FileArgument given;
  ArgumentParser parser(context, kPolicyCheckCommand);
  given.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  given.FillIn();
  const auto file = ReadPolicy(context, given.path);
  return file ? Check(context, *file, given.target.json) : kFailed;
}

}  // namespace

const Command kPolicyCheckCommand = {
    .name = "policy check",
    .summary = "every mistake of a policy file, with its place",
    .usage = kPolicyCheckUsage,
    .run = &RunPolicyCheck,
};

}  // namespace renkei::cli
