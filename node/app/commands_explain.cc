// What a peer sees of a record, and by which rule: both may be real or supposed.

#include "node/app/commands_parts.h"
#include "node/app/explaining.h"
#include "node/app/judged.h"
#include "node/base/encoding.h"

namespace renkei::app {
namespace {

constexpr int kExitWithheld = 3;

struct Asked {
  std::string id{};
  std::string record{};
  std::string file{};
  std::string peer{};
  std::optional<policy::SectionId> section{};
  std::shared_ptr<const feed::ActivePolicy> policy{};
};

int ExitFor(const Asked& asked, policy::Mask mask) {
  const bool shown = asked.section ? mask.Sees(*asked.section) : mask.exist();
  return shown ? 0 : kExitWithheld;
}

std::vector<std::string> CirclesOf(const Node& node) {
  std::vector<std::string> names;
  for (const policy::Membership& own : node.community().OwnCircles()) names.push_back(own.circle);
  return names;
}

exchange::LocalReply WithProblems(const Problems& problems) {
  return {.exit_status = 2, .json = ProblemsAnswer(problems)};
}

CommandResult ExplainStored(Node& node, const Asked& asked) {
  std::optional<policy::Peer> supposed;
  std::optional<feed::PeerContext> known;
  if (IsFacts(asked.peer)) {
    Problems problems;
    supposed = asked.policy->evaluator.PeerFrom(asked.peer, CirclesOf(node), problems);
    if (!supposed) return WithProblems(problems);
  } else {
    ASSIGN_OR_RETURN(known, KnownPeer(node, asked.peer));
  }
  Json json;
  int exit_status = kExitWithheld;
  RETURN_IF_ERROR(node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const store::RecordRow row, FindRecord(reader, asked.id));
    ASSIGN_OR_RETURN(const Judged judged, known
                                              ? Judge(node, *asked.policy, row, *known)
                                              : JudgeSupposed(node, *asked.policy, row, *supposed));
    ASSIGN_OR_RETURN(const record::Record record, record::Record::FromStored(row.stored));
    exit_status = ExitFor(asked, judged.mask);
    json = ExplainJson(judged, row, asked.section);
    json["held"] = SectionWords(record.held());
    if (row.expires <= node.clock().Now()) json["expired"] = true;
    return absl::OkStatus();
  }));
  json["peer"] = asked.peer;
  return exchange::LocalReply{.exit_status = exit_status, .json = std::move(json)};
}

CommandResult ExplainSupposed(Node& node, const Asked& asked) {
  Question question{.record = asked.record, .file = asked.file, .circles = CirclesOf(node)};
  if (IsFacts(asked.peer)) {
    question.peer = asked.peer;
  } else {
    ASSIGN_OR_RETURN(question.known, KnownPeer(node, asked.peer));
  }
  const Explained explained =
      Explain(asked.policy->evaluator, question, *node.config(), node.clock().Now());
  RETURN_IF_ERROR(explained.status);
  if (!explained.problems.empty()) return WithProblems(explained.problems);
  Json json = ExplanationJson(explained.explanation, asked.policy->evaluator.policy().name(),
                              HexEncode(asked.policy->digest.view()), asked.section);
  json["peer"] = asked.peer;
  return exchange::LocalReply{.exit_status = ExitFor(asked, explained.explanation.mask),
                              .json = std::move(json)};
}

}  // namespace

CommandResult ExplainCommand(const CommandContext& context, Arguments& arguments,
                             const std::string& payload) {
  Node& node = context.node;
  Asked asked{.id = arguments.Text("id"),
              .record = arguments.Text("record"),
              .file = payload,
              .peer = arguments.Required("peer"),
              .policy = node.policies().Current()};
  const std::string word = arguments.Text("section");
  const std::string policy_text = arguments.Text("policy_text");
  asked.section = policy::SectionFromWord(word);
  if (!word.empty() && !asked.section) {
    arguments.Refuse(fmt::format("section `{}`: no such section", Printable(word, 40)));
  }
  if (asked.id.empty() && asked.record.empty() && asked.file.empty()) {
    arguments.Refuse("which record: its id, --record or --file");
  }
  RETURN_IF_ERROR(arguments.status());
  if (!policy_text.empty()) {
    // Neither in force nor to be: its tests and proofs are for those who apply it.
    const policy::ParseResult parsed = policy::Parse(policy_text, "policy");
    if (parsed.policy == nullptr) return WithProblems(parsed.problems);
    ASSIGN_OR_RETURN(asked.policy, feed::CompilePolicy(parsed.policy, crypto::Sha256(policy_text)));
  }
  return asked.id.empty() ? ExplainSupposed(node, asked) : ExplainStored(node, asked);
}

}  // namespace renkei::app
