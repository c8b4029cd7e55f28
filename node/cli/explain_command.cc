#include <algorithm>
#include <ostream>

#include "node/app/explaining.h"
#include "node/base/file.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"
#include "node/cli/policy_applying.h"
#include "node/feed/policy_gate.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kExplainUsage =
    R"(Usage: renkei explain ID | --record FACTS | --file FILE
                      --peer P [--section S] [--policy FILE] [--dir DIR]
                      [--json]

Says what the peer P sees of a record: which rules gave and took it, what its
author's marks limit, and, for what is missing, the rules that would give it and
what they still need.  Nothing is sent.  `renkei why` says what has happened.

ID        a record that the node holds
--record  one that is only supposed, in the words of a policy's `test`
--file    one that could be published
--peer    a team's slug, `hub`, or facts: 'level=listed circles={ports}'
--policy  another policy than the one in force; without ID, and with facts of a
          peer, no node is asked

Exit status: 0 it sees the record (with --section, the section), 3 withheld,
1 failed, 2 wrong usage.

Example:
  $ renkei explain 000702bc5f1e --peer beta --section victim
)";

struct Asked {
  Target target{};
  std::string id{};
  std::string record{};
  std::string file{};
  std::string peer{};
  std::string section{};
  std::string policy{};
};

void PrintExplanation(Context& context, const Json& json) {
  if (json.value("expired", false)) {
    context.out << "the record has expired: nobody sees it any more; before:\n";
  }
  std::string_view text = json["text"].get_ref<const std::string&>();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    context.out << Safe(text.substr(0, end)) << "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// What a node would answer, of a policy file alone.
exchange::LocalReply ExplainOffline(const Asked& asked, const policy::Evaluator& evaluator,
                                    const std::string& file, Timestamp now) {
  const auto section = policy::SectionFromWord(asked.section);
  if (!asked.section.empty() && !section) {
    return {.exit_status = kWrongUsage,
            .json = {{"error", fmt::format("section `{}`: no such section", asked.section)}}};
  }
  const app::Question question{.record = asked.record, .file = file, .peer = asked.peer};
  const app::Explained explained = app::Explain(evaluator, question, {}, now);
  if (!explained.status.ok()) {
    return {.exit_status = kFailed, .json = {{"error", Message(explained.status)}}};
  }
  if (!explained.problems.empty()) {
    return {.exit_status = kWrongUsage, .json = app::ProblemsAnswer(explained.problems)};
  }
  const policy::Mask mask = explained.explanation.mask;
  const bool shown = section ? mask.Sees(*section) : mask.exist();
  Json json = app::ExplanationJson(explained.explanation, evaluator.policy().name(), "", section);
  json["peer"] = asked.peer;
  return {.exit_status = shown ? kDone : kRefused, .json = std::move(json)};
}

std::optional<policy::Evaluator> ExplainingEvaluator(Context& context, const std::string& path) {
  const auto file = ReadPolicy(context, path);
  if (!file) return std::nullopt;
  PrintProblems(context, file->parsed.problems);
  if (!file->parsed.policy) return std::nullopt;
  auto evaluator = feed::MakeEvaluator(file->parsed.policy);
  if (evaluator.ok()) return *std::move(evaluator);
  Fail(context, "explain: policy", evaluator.status());
  return std::nullopt;
}

// Nothing: what was to be read can't be; all is said.
std::optional<exchange::LocalReply> Answer(Context& context, const Asked& asked) {
  std::string file;
  if (!asked.file.empty()) {
    auto text = ReadInput(context, "explain", asked.file);
    if (!text) return std::nullopt;
    file = *std::move(text);
  }
  const bool offline = !asked.policy.empty() && asked.id.empty() && app::IsFacts(asked.peer);
  if (offline) {
    const auto evaluator = ExplainingEvaluator(context, asked.policy);
    if (!evaluator) return std::nullopt;
    return ExplainOffline(asked, *evaluator, file, context.clock.Now());
  }
  Json arguments = {
      {"id", asked.id}, {"record", asked.record}, {"peer", asked.peer}, {"section", asked.section}};
  if (!asked.policy.empty()) {
    auto text = ReadFile(asked.policy, policy::kFileBytesMax);
    if (!text.ok()) {
      Fail(context, "explain: read " + asked.policy, text.status());
      return std::nullopt;
    }
    arguments["policy_text"] = *std::move(text);
  }
  return CallNode(asked.target, "explain", arguments, file);
}

int RunExplain(Context& context) {
  Asked asked;
  ArgumentParser parser(context, kExplainCommand);
  parser.Positional("ID", asked.id, /*required=*/false);
  parser.Option("--record", asked.record);
  parser.Option("--file", asked.file);
  parser.Option("--peer", asked.peer, /*required=*/true);
  parser.Option("--section", asked.section);
  parser.Option("--policy", asked.policy);
  asked.target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const int given =
      (asked.id.empty() ? 0 : 1) + (asked.record.empty() ? 0 : 1) + (asked.file.empty() ? 0 : 1);
  if (given != 1) {
    PrintError(context, "explain: one record is explained: its ID, --record FACTS or --file FILE",
               "`renkei help explain` shows its usage");
    return kWrongUsage;
  }
  const auto reply = Answer(context, asked);
  if (!reply) return kFailed;
  const bool failed = reply->json.contains("error");
  if (asked.target.json) {
    context.out << ToPrettyText(reply->json);
  } else if (!failed) {
    PrintExplanation(context, reply->json);
  }
  PrintReplyError(context, "explain", reply->json);
  return reply->exit_status;
}

}  // namespace

const Command kExplainCommand = {
    .name = "explain",
    .summary = "what a peer sees of a record, and by which rule",
    .usage = kExplainUsage,
    .run = &RunExplain,
};

const Command kPolicyExplainCommand = {
    .name = "policy explain",
    .summary = "what a peer sees of a record, and by which rule",
    .usage = kExplainUsage,
    .run = &RunExplain,
};

}  // namespace renkei::cli
