#include "node/app/explaining.h"

#include <algorithm>

#include "node/app/commands_parts.h"
#include "node/feed/publisher.h"
#include "node/formats/import_any.h"

namespace renkei::app {
namespace {

constexpr std::size_t kExplainWidth = 80;

// The header of the first record in the file.
absl::StatusOr<record::DraftHeader> HeaderIn(const std::string& file) {
  ASSIGN_OR_RETURN(const auto imported, formats::ImportAny(file));
  if (imported.empty()) return InvalidArgument("the file holds no record");
  return imported.front().draft.header;
}

}  // namespace

bool IsFacts(std::string_view peer) { return peer.find_first_of("= {") != std::string_view::npos; }

Explained Explain(const policy::Evaluator& evaluator, const Question& question,
                  const config::NodeConfig& config, Timestamp now) {
  Explained explained;
  std::optional<policy::Marking> marking;
  std::optional<record::DraftHeader> header;
  if (question.file.empty()) {
    marking = evaluator.RecordFrom(question.record, question.circles, explained.problems);
  } else {
    auto read = HeaderIn(question.file);
    explained.status = read.status();
    if (!read.ok()) return explained;
    header = *std::move(read);
    marking = feed::DraftMarking(*header, {}, evaluator.policy().levels(), config, now);
  }
  std::optional<policy::Peer> peer;
  if (question.known) {
    peer = question.known->facts;
    peer->recipient = header && std::count(header->recipients.begin(), header->recipients.end(),
                                           question.known->team) > 0;
  } else {
    // Facts of a record may be wrong as well: both lists are said.
    Problems problems;
    peer = evaluator.PeerFrom(question.peer, question.circles, problems);
    explained.problems.insert(explained.problems.end(), problems.begin(), problems.end());
  }
  if (!marking || !peer) return explained;
  if (question.known && header) {
    explained.explanation = evaluator.Explain(*peer, *marking);
  } else {
    explained.explanation = evaluator.ExplainSupposed(
        *peer, *marking, header ? policy::HeaderLimits::kApplied : policy::HeaderLimits::kIgnored);
  }
  return explained;
}

Json ExplanationJson(const policy::Explanation& explanation, const std::string& policy,
                     const std::string& digest, std::optional<policy::SectionId> section) {
  const policy::Mask mask = explanation.mask;
  Json about = {{"name", policy}};
  if (!digest.empty()) about["digest"] = digest;
  return {{"policy", std::move(about)},
          {"exists", mask.exist()},
          {"sees", SectionWords(mask.see())},
          {"may_pass_on", SectionWords(mask.relay())},
          {"explanation", policy::ToJson(explanation)},
          {"text", policy::ToText(explanation, kExplainWidth, section)}};
}

Json ProblemsAnswer(const Problems& problems) {
  Json list = Json::array();
  for (const Problem& problem : problems) list.push_back(ToString(problem));
  return {{"error", fmt::format("{} problem{}", problems.size(), problems.size() == 1 ? "" : "s")},
          {"problems", std::move(list)}};
}

}  // namespace renkei::app
