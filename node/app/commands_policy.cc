// `policy apply` and `revert`.

#include "node/app/commands_parts.h"
#include "node/app/policy_log.h"
#include "node/app/running_node.h"
#include "node/base/encoding.h"

namespace renkei::app {
namespace {

constexpr std::size_t kAnswerWidth = 78;

Json ProblemList(const Problems& problems) {
  Json list = Json::array();
  for (const Problem& problem : problems) list.push_back(ToString(problem));
  return list;
}

Json PolicyJson(const feed::ActivePolicy& policy) {
  return {{"name", policy.evaluator.policy().name()},
          {"version", policy.evaluator.policy().version()},
          {"digest", HexEncode(policy.digest.view())}};
}

Json OutcomeJson(const PolicyOutcome& outcome, bool dry_run) {
  const feed::CheckedPolicy& checked = outcome.checked;
  Json json = {{"result", outcome.unchanged ? "unchanged"
                          : dry_run         ? "would be applied"
                                            : "applied"},
               {"policy", PolicyJson(*checked.policy)},
               {"before", PolicyJson(*outcome.before)},
               {"rules", checked.policy->evaluator.policy().file().rules.size()},
               {"tests", checked.tests},
               {"proved", checked.proved},
               {"warnings", ProblemList(checked.warnings)},
               {"changes", outcome.changes},
               {"diff", policy::ToJson(outcome.diff)},
               {"effects", EffectLines(outcome.diff, kAnswerWidth)},
               {"unapplied_edits", outcome.unapplied_edits}};
  return json;
}

absl::StatusOr<std::string> TextOf(Node& node, const std::string& number) {
  std::string text;
  RETURN_IF_ERROR(node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Json shown, PolicyShown(reader, number));
    text = shown["text"].get<std::string>();
    return absl::OkStatus();
  }));
  return text;
}

CommandResult Refused(const PolicyOutcome& outcome) {
  const std::size_t count = outcome.checked.problems.size();
  return exchange::LocalReply{
      .exit_status = 1,
      .json = {{"error", fmt::format("refused: {} problem{}; what was in force stays", count,
                                     count == 1 ? "" : "s")},
               {"hint", "mend the file and apply it again"},
               {"problems", ProblemList(outcome.checked.problems)},
               {"warnings", ProblemList(outcome.checked.warnings)}}};
}

}  // namespace

CommandResult PolicyApplyCommand(const CommandContext& context, Arguments& arguments,
                                 const std::string& payload) {
  PolicyRequest request{.text = payload,
                        .file = arguments.Text("file"),
                        .author = AuthorOf(context, arguments),
                        .note = arguments.Text("note"),
                        .base = arguments.Text("base"),
                        .dry_run = arguments.Flag("dry_run")};
  const std::string revert = arguments.Text("revert");
  RETURN_IF_ERROR(arguments.status());
  if (!revert.empty()) {
    ASSIGN_OR_RETURN(request.text, TextOf(context.node, revert));
    request.file = "change " + revert;
    request.how = feed::PolicyHow::kRevert;
    if (request.note.empty()) request.note = "to change " + revert;
  }
  const PolicyOutcome outcome = context.node.ChangePolicy(request);
  if (outcome.status.code() == absl::StatusCode::kFailedPrecondition) {
    return WithHint(outcome.status, "run the command again: it compares with what is in force now");
  }
  RETURN_IF_ERROR(outcome.status);
  if (outcome.checked.policy == nullptr) return Refused(outcome);
  return Done(OutcomeJson(outcome, request.dry_run));
}

}  // namespace renkei::app
