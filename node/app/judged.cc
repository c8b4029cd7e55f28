#include "node/app/judged.h"

#include "node/app/commands_parts.h"
#include "node/app/explaining.h"
#include "node/base/encoding.h"
#include "node/feed/outbox.h"

namespace renkei::app {
namespace {

absl::StatusOr<Judged> Begin(Node& node, const feed::ActivePolicy& active,
                             const store::RecordRow& row) {
  ASSIGN_OR_RETURN(feed::Subject subject, feed::MakeSubject(row.header, row.circles, row.author,
                                                            row.own, node.community()));
  return Judged{.subject = std::move(subject),
                .policy = active.evaluator.policy().name(),
                .digest = HexEncode(active.digest.view())};
}

policy::Marking MarkingNow(const Node& node, const Judged& judged) {
  return record::ToMarking(judged.subject.header, judged.subject.circles, node.clock().Now());
}

}  // namespace

absl::StatusOr<feed::PeerContext> KnownPeer(const Node& node, const std::string& slug) {
  if (auto peer = node.FindPeer(slug)) return *std::move(peer);
  const std::string name = Printable(slug, 40);
  if (node.community().is_hub()) {
    return WithHint(NotFound(fmt::format("peer `{}`: no team of that name in good standing", name)),
                    "`renkei roster` lists the teams; a peer that is only supposed is given by "
                    "facts, as `level=listed circles={members}`");
  }
  return WithHint(NotFound(fmt::format("peer `{}`: this node has no link to such a team", name)),
                  "a member knows its hub (`--peer hub`) and its direct links; what other members "
                  "see is asked on the hub");
}

absl::StatusOr<Judged> Judge(Node& node, const feed::ActivePolicy& active,
                             const store::RecordRow& row, const feed::PeerContext& peer) {
  ASSIGN_OR_RETURN(Judged judged, Begin(node, active, row));
  feed::PeerContext asked = peer;
  // Towards the author's own hub the header's levels don't apply, as when it was published.
  const bool to_hub = !node.community().is_hub() && peer.team == feed::kHubLink;
  if (to_hub && row.own) asked.facts.author_hub = true;
  judged.explanation =
      active.evaluator.Explain(feed::FactsTowards(asked, judged.subject), MarkingNow(node, judged));
  judged.mask = feed::MaskFor(active.evaluator, asked, judged.subject, node.clock().Now());
  return judged;
}

absl::StatusOr<Judged> JudgeSupposed(Node& node, const feed::ActivePolicy& active,
                                     const store::RecordRow& row, const policy::Peer& peer) {
  ASSIGN_OR_RETURN(Judged judged, Begin(node, active, row));
  judged.explanation = active.evaluator.ExplainSupposed(peer, MarkingNow(node, judged),
                                                        policy::HeaderLimits::kApplied);
  judged.mask = judged.explanation.mask;
  return judged;
}

Json ExplainJson(const Judged& judged, const store::RecordRow& row,
                 std::optional<policy::SectionId> section) {
  Json json = {{"id", record::ToString(row.id)}};
  json.update(ExplanationJson(judged.explanation, judged.policy, judged.digest, section));
  json["exists"] = judged.mask.exist();  // once expired: nothing
  json["sees"] = SectionWords(judged.mask.see());
  json["may_pass_on"] = SectionWords(judged.mask.relay());
  return json;
}

}  // namespace renkei::app
