#include <filesystem>
#include <ostream>
#include <utility>

#include "node/app/node.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"
#include "node/feed/policy_holder.h"
#include "node/feed/stored_diff.h"
#include "node/store/sqlite/open.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyDiffUsage =
    R"(Usage: renkei policy diff NEW [--against OLD] [--dir DIR] [--json]

Says who would gain and who would lose what if the policy in the file NEW took
the place of the one in force (or of the file OLD): on how many of the records
that the node holds, by which rule, with some ids.  Nothing is changed; the node
may run or not.  Without a store, or while no peer has asked for records yet,
every sort of peer and record that the two policies tell apart is compared.

Exit status: 0, 1 failed or a policy has mistakes, 2 wrong usage.

Example:
  $ renkei policy diff new.policy
)";

// Nothing: said on stderr.
std::optional<policy::Evaluator> EvaluatorOf(Context& context, const policy::ParseResult& parsed) {
  PrintProblems(context, parsed.problems);
  if (parsed.policy == nullptr) return std::nullopt;
  auto evaluator = feed::MakeEvaluator(parsed.policy);
  if (evaluator.ok()) return *std::move(evaluator);
  Fail(context, "policy diff", evaluator.status());
  return std::nullopt;
}

std::optional<policy::Evaluator> FromFile(Context& context, const std::string& path) {
  const auto file = ReadPolicy(context, path);
  return file ? EvaluatorOf(context, file->parsed) : std::nullopt;
}

// What a comparison knows of the node; `view` is null without a store.
struct Ground {
  std::unique_ptr<store::StoreView> view{};
  std::vector<feed::PeerContext> peers{};
  std::string in_force{};  // text of the policy that was applied last
};

absl::StatusOr<Ground> LookInto(const std::string& path) {
  Ground ground;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return ground;
  ASSIGN_OR_RETURN(ground.view, store::ViewSqlite(path));
  const absl::Status read = ground.view->Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(ground.peers, feed::PeersServed(reader));
    ASSIGN_OR_RETURN(const auto policies, reader.Policies());
    if (!policies.empty()) ground.in_force = policies.front().text;
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read);
  return ground;
}

absl::StatusOr<policy::PolicyDiff> DiffOver(const Ground& ground, const policy::Evaluator& before,
                                            const policy::Evaluator& after, Timestamp now) {
  policy::PolicyDiff diff;
  const absl::Status read = ground.view->Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(diff, feed::DiffOverStored(reader, ground.view->community(), ground.peers,
                                                before, after, now));
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read);
  return diff;
}

// `against` may be empty: the policy in force in the node's store, else the node's file.
int DiffPolicies(Context& context, const Target& target, const std::string& path,
                 const std::string& against) {
  const auto after = FromFile(context, path);
  if (!after) return kFailed;
  auto ground = LookInto(fmt::format("{}/{}", target.Folder(), app::kStoreFile));
  if (!ground.ok()) return Fail(context, "policy diff", ground.status());
  const bool by_store = against.empty() && !ground->in_force.empty();
  const std::string other =
      against.empty() ? fmt::format("{}/{}", target.Folder(), app::kPolicyFile) : against;
  const auto before = by_store
                          ? EvaluatorOf(context, policy::Parse(ground->in_force, "policy in force"))
                          : FromFile(context, other);
  if (!before) return kFailed;
  absl::StatusOr<policy::PolicyDiff> diff = policy::PolicyDiff{};
  if (ground->peers.empty()) {
    diff = policy::Diff(*before, *after, policy::EveryPeerAndMarking(*before, *after));
  } else {
    diff = DiffOver(*ground, *before, *after, context.clock.Now());
  }
  if (!diff.ok()) return Fail(context, "policy diff", diff.status());
  context.out << (target.json ? ToPrettyText(policy::ToJson(*diff)) : policy::ToText(*diff));
  return kDone;
}

int RunPolicyDiff(Context& context) {
  Target target;
  std::string path;
  std::string against;
  ArgumentParser parser(context, kPolicyDiffCommand);
  parser.Positional("NEW", path);
  parser.Option("--against", against);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return DiffPolicies(context, target, path, against);
}

}  // namespace

const Command kPolicyDiffCommand = {
    .name = "policy diff",
    .summary = "what another policy would change, for whom and by which rule",
    .usage = kPolicyDiffUsage,
    .run = &RunPolicyDiff,
};

}  // namespace renkei::cli
