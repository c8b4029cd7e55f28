// Why a peer has a record or not: the policy's answer, and what has happened since.

#include <algorithm>

#include "node/app/commands_parts.h"
#include "node/base/encoding.h"
#include "node/feed/outbox.h"

namespace renkei::app {
namespace {

constexpr int kExitWithheld = 3;
constexpr int kOutboxBatch = 1000;
constexpr std::size_t kDigestDigits = 12;

absl::StatusOr<feed::PeerContext> KnownPeer(const Node& node, const std::string& slug) {
  if (auto peer = node.FindPeer(slug)) return *std::move(peer);
  const std::string name = Printable(slug, 40);
  if (node.community().is_hub()) {
    return WithHint(NotFound(fmt::format("peer `{}`: no team of that name in good standing", name)),
                    "`renkei roster` lists the teams");
  }
  return WithHint(NotFound(fmt::format("peer `{}`: this node has no link to such a team", name)),
                  "a member knows its hub (`--peer hub`) and its direct links; what other members "
                  "see is asked on the hub");
}

// What the policy in force answers, by the very functions that serve the peer.
struct Judged {
  feed::Subject subject{};
  policy::Explanation explanation{};
  policy::Mask mask{};  // nothing once expired
  std::string policy{};
  std::string digest{};
};

absl::StatusOr<Judged> Judge(Node& node, const store::RecordRow& row,
                             const feed::PeerContext& peer) {
  ASSIGN_OR_RETURN(feed::Subject subject, feed::MakeSubject(row.header, row.circles, row.author,
                                                            row.own, node.community()));
  const auto active = node.policies().Current();
  const Timestamp now = node.clock().Now();
  feed::PeerContext asked = peer;
  // Towards the author's own hub the header's levels don't apply, as when it was published.
  const bool to_hub = !node.community().is_hub() && peer.team == feed::kHubLink;
  if (to_hub && row.own) asked.facts.author_hub = true;
  Judged judged{.subject = std::move(subject)};
  judged.explanation = active->evaluator.Explain(
      feed::FactsTowards(asked, judged.subject),
      record::ToMarking(judged.subject.header, judged.subject.circles, now));
  judged.mask = feed::MaskFor(active->evaluator, asked, judged.subject, now);
  judged.policy = active->evaluator.policy().name();
  judged.digest = HexEncode(active->digest.view());
  return judged;
}

Json ExplainJson(const Judged& judged, const store::RecordRow& row,
                 std::optional<policy::SectionId> section) {
  return {{"id", record::ToString(row.id)},
          {"policy", {{"name", judged.policy}, {"digest", judged.digest}}},
          {"exists", judged.mask.exist()},
          {"sees", SectionWords(judged.mask.see())},
          {"may_pass_on", SectionWords(judged.mask.relay())},
          {"explanation", policy::ToJson(judged.explanation)},
          {"text", policy::ToText(judged.explanation, 80, section)}};
}

// What happened, as lines for people and one word for scripts.
struct Story {
  std::string state{};
  Json because = Json::array();

  void Say(std::string line) { because.push_back(std::move(line)); }
};

absl::Status TellHowItCame(const Node& node, const store::Reader& reader,
                           const store::RecordRow& row, Story& story) {
  if (row.own) {
    story.Say(fmt::format("sealed here {}, revision {}", TimeText(row.received), row.revision));
    return absl::OkStatus();
  }
  story.Say(fmt::format("held here since {}, revision {}, from {}", TimeText(row.received),
                        row.revision, row.author.empty() ? "an unnamed author" : row.author));
  if (row.accepted_by.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto policy, reader.FindPolicy(row.accepted_by));
  const auto circles = CircleNames(feed::SplitCircles(row.circles), node.community());
  story.Say(fmt::format("accepted in {} by policy {}{}", fmt::join(circles, ", "),
                        HexEncode(row.accepted_by).substr(0, kDigestDigits),
                        policy ? ", applied " + TimeText(policy->applied) : ""));
  return absl::OkStatus();
}

absl::StatusOr<bool> IsWaiting(const store::Reader& reader, const record::RecordId& id) {
  std::int64_t after = 0;
  while (true) {
    ASSIGN_OR_RETURN(const auto rows, reader.Outbox(feed::kHubLink, after, kOutboxBatch));
    for (const store::OutboxRow& row : rows) {
      if (row.id == id) return true;
    }
    if (rows.size() < static_cast<std::size_t>(kOutboxBatch)) return false;
    after = rows.back().sequence;
  }
}

std::string AnswerText(std::uint32_t code) {
  switch (static_cast<absl::StatusCode>(code)) {
    case absl::StatusCode::kOk:
      return "committed it";
    case absl::StatusCode::kAlreadyExists:
      return "had it already";
    case absl::StatusCode::kPermissionDenied:
      return "refused it: not allowed (level, circle, or its policy's accept rules)";
    case absl::StatusCode::kInvalidArgument:
      return "refused it: malformed, or against a rule";
    default:
      return fmt::format("refused it (code {})", code);
  }
}

void TellLink(const Node& node, std::string_view team, Story& story) {
  for (const PeerState& peer : node.peers()) {
    if (peer.team != team) continue;
    if (peer.connected) {
      story.Say(fmt::format("{} is connected", team));
    } else {
      story.Say(fmt::format("{} is not connected{}{}", team,
                            peer.last_seen ? ", last seen " + TimeText(*peer.last_seen) : "",
                            peer.last_error.empty() ? "" : ": " + peer.last_error));
    }
    return;
  }
  story.Say(fmt::format("{} has not connected since this node was started", team));
}

absl::Status TellOfUplink(const Node& node, const store::Reader& reader,
                          const store::RecordRow& row, Story& story) {
  ASSIGN_OR_RETURN(const bool waiting, IsWaiting(reader, row.id));
  if (waiting) {
    story.state = "waiting";
    story.Say("it waits in the outbox for the hub");
    TellLink(node, feed::kHubLink, story);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto delivered, reader.FindObject("delivered", row.id.view()));
  if (!delivered) {
    story.state = row.own ? "not-sent" : "not-ours";
    story.Say(row.own ? "it was never sent to the hub"
                      : "it came from the hub or a link; only its author hands it in");
    return absl::OkStatus();
  }
  ByteReader in(*delivered);
  const std::uint32_t code = in.U32();
  const Timestamp at = FromUnixSeconds(in.I64());
  const bool taken = code == static_cast<std::uint32_t>(absl::StatusCode::kOk) ||
                     code == static_cast<std::uint32_t>(absl::StatusCode::kAlreadyExists);
  story.state = taken ? "delivered" : "refused";
  story.Say(fmt::format("the hub {} at {}", AnswerText(code), TimeText(at)));
  ASSIGN_OR_RETURN(const auto confirmed, reader.FindObject("confirmed", row.id.view()));
  if (confirmed && row.state == store::RecordState::kWithdrawn) {
    ByteReader counts(*confirmed);
    const std::uint32_t said = counts.U32();
    const std::uint32_t sent = counts.U32();
    story.Say(
        fmt::format("its withdrawal: {} of {} peers that may hold it have said so", said, sent));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> HasReceipt(const store::Reader& reader, const store::RecordRow& row,
                                const std::string& peer) {
  ASSIGN_OR_RETURN(const auto receipts, reader.Receipts(row.id));
  return std::any_of(receipts.begin(), receipts.end(), [&](const store::ReceiptRow& one) {
    return one.peer == peer && one.leaf == row.leaf;
  });
}

absl::Status TellOfFeed(Node& node, const store::Reader& reader, const store::RecordRow& row,
                        const std::string& peer, const Judged& judged, Story& story) {
  const bool withdrawn = row.state == store::RecordState::kWithdrawn;
  if (row.author == peer) {
    story.state = "author";
    story.Say(peer + " is its author");
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto sent, node.egress().SentTo(reader, row, {peer}));
  ASSIGN_OR_RETURN(const bool receipt, HasReceipt(reader, row, peer));
  if (receipt) {
    story.state = "taken-back";
    story.Say(peer + " has said that it applied the withdrawal");
    return absl::OkStatus();
  }
  if (!judged.mask.exist() && !withdrawn) {
    story.state = row.expires <= node.clock().Now() ? "expired" : "withheld";
    story.Say(story.state == "expired"
                  ? "it expired at " + TimeText(row.expires)
                  : "the policy in force does not let " + peer + " know that it exists");
    if (!sent.empty()) {
      story.Say("an earlier policy or level did: what it got is taken back as it connects");
    }
    return absl::OkStatus();
  }
  if (withdrawn && sent.empty()) {
    story.state = "withheld";
    story.Say(peer + " never got it, so it gets no withdrawal either");
    return absl::OkStatus();
  }
  for (const PeerState& one : node.peers()) {
    if (one.team != peer || one.position < row.offset) continue;
    story.state = "delivered";
    story.Say(
        fmt::format("{} was served up to place {}; this is at {}", peer, one.position, row.offset));
    return absl::OkStatus();
  }
  story.state = "waiting";
  story.Say(fmt::format("{} has not been served up to its place {} yet", peer, row.offset));
  TellLink(node, peer, story);
  return absl::OkStatus();
}

}  // namespace

CommandResult ExplainCommand(const CommandContext& context, Arguments& arguments,
                             const std::string&) {
  const std::string id = arguments.Required("id");
  const std::string slug = arguments.Required("peer");
  const std::string word = arguments.Text("section");
  const auto section = policy::SectionFromWord(word);
  if (!word.empty() && !section) {
    arguments.Refuse(fmt::format("section `{}`: no such section", Printable(word, 40)));
  }
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(const feed::PeerContext peer, KnownPeer(context.node, slug));
  Json json;
  bool shown = false;
  RETURN_IF_ERROR(context.node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const store::RecordRow row, FindRecord(reader, id));
    ASSIGN_OR_RETURN(const Judged judged, Judge(context.node, row, peer));
    ASSIGN_OR_RETURN(const record::Record record, record::Record::FromStored(row.stored));
    shown = section ? judged.mask.Sees(*section) : judged.mask.exist();
    json = ExplainJson(judged, row, section);
    json["peer"] = slug;
    json["held"] = SectionWords(record.held());
    if (row.expires <= context.node.clock().Now()) json["expired"] = true;
    return absl::OkStatus();
  }));
  return exchange::LocalReply{.exit_status = shown ? 0 : kExitWithheld, .json = std::move(json)};
}

CommandResult WhyCommand(const CommandContext& context, Arguments& arguments, const std::string&) {
  const std::string id = arguments.Required("id");
  const std::string slug = arguments.Required("peer");
  RETURN_IF_ERROR(arguments.status());
  Node& node = context.node;
  ASSIGN_OR_RETURN(const feed::PeerContext peer, KnownPeer(node, slug));
  Json json;
  const absl::Status told = node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const store::RecordRow row, FindRecord(reader, id));
    ASSIGN_OR_RETURN(const Judged judged, Judge(node, row, peer));
    Story story;
    RETURN_IF_ERROR(TellHowItCame(node, reader, row, story));
    if (row.state == store::RecordState::kWithdrawn) {
      story.Say(
          fmt::format("withdrawn by its author: {}", record::ToWord(judged.subject.header.reason)));
    }
    const bool to_hub = !node.community().is_hub() && peer.team == feed::kHubLink;
    RETURN_IF_ERROR(to_hub ? TellOfUplink(node, reader, row, story)
                           : TellOfFeed(node, reader, row, peer.team, judged, story));
    json = {{"id", record::ToString(row.id)},
            {"peer", slug},
            {"state", story.state},
            {"because", std::move(story.because)},
            {"explain", ExplainJson(judged, row, std::nullopt)}};
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(told);
  return Done(std::move(json));
}

}  // namespace renkei::app
