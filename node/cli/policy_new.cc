#include <ostream>

#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"
#include "node/membership/names.h"
#include "policy/models.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyNewUsage =
    R"(Usage: renkei policy new [MODEL] [--community NAME] [-o FILE]

Prints a commented policy to begin with, with tests, and with never and always
lines that hold.  Without MODEL it lists the models.

--community  the policy's name; else `my-community`
-o           write it to FILE, which must not exist

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei policy new council --community council.example -o new.policy
)";

int List(Context& context) {
  Table table({"", ""});
  for (const policy::Model& model : policy::Models()) {
    table.Add({std::string(model.name), std::string(model.summary)});
  }
  context.out << table.ToText();
  return kDone;
}

int RefuseModel(Context& context, const std::string& model) {
  std::vector<std::string_view> names;
  for (const policy::Model& one : policy::Models()) names.push_back(one.name);
  const std::string nearest = NearestWord(model, names);
  PrintError(context, fmt::format("policy new: there is no model `{}`", model),
             nearest.empty() ? "`renkei policy new` lists them"
                             : fmt::format("did you mean `{}`?", nearest));
  return kWrongUsage;
}

int RunPolicyNew(Context& context) {
  std::string model;
  std::string community = "my-community";
  std::string path;
  ArgumentParser parser(context, kPolicyNewCommand);
  parser.Positional("MODEL", model, /*required=*/false);
  parser.Option("--community", community);
  parser.Option("-o,--output", path);
  if (const auto status = parser.Parse()) return *status;
  if (model.empty()) return List(context);
  if (!membership::IsCommunity(community)) {
    PrintError(context, fmt::format("policy new: community `{}`: lower-case letters, digits, `.` "
                                    "and `-`, at most 64",
                                    community));
    return kWrongUsage;
  }
  const std::string text = policy::ModelText(model, community);
  if (text.empty()) return RefuseModel(context, model);
  if (path.empty()) {
    context.out << text;
    return kDone;
  }
  if (ReadFile(path, 0).status().code() != absl::StatusCode::kNotFound) {
    PrintError(context, fmt::format("policy new: `{}` exists", path), "name a new file");
    return kFailed;
  }
  const absl::Status written = WriteFile(path, text, FileMode::kSecret);
  return written.ok() ? kDone : Fail(context, "policy new: write " + path, written);
}

}  // namespace

const Command kPolicyNewCommand = {
    .name = "policy new",
    .summary = "a policy to begin with",
    .usage = kPolicyNewUsage,
    .run = &RunPolicyNew,
};

}  // namespace renkei::cli
