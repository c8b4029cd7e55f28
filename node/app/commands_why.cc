// Why a peer has a record or not: the policy's answer, and what has happened since.

#include <algorithm>

#include "node/app/commands_parts.h"
#include "node/app/judged.h"
#include "node/base/encoding.h"
#include "node/feed/access.h"
#include "node/feed/link.h"
#include "node/feed/outbox.h"

namespace renkei::app {
namespace {

constexpr int kOutboxBatch = 1000;
constexpr std::size_t kDigestDigits = 12;

// What happened, as lines for people and one word for scripts.
struct Story {
  std::string state{};
  Json because = Json::array();
  Json periods = Json::array();  // under which policy it could see what, oldest first

  void Say(std::string line) { because.push_back(std::move(line)); }
};

void TellHowItCame(const Node& node, const store::RecordRow& row, Story& story) {
  if (row.own) {
    story.Say(fmt::format("sealed here {}, revision {}", TimeText(row.received), row.revision));
    return;
  }
  story.Say(fmt::format("held here since {}, revision {}, from {}", TimeText(row.received),
                        row.revision, row.author.empty() ? "an unnamed author" : row.author));
  if (row.accepted_by.empty()) return;
  const auto circles = CircleNames(feed::SplitCircles(row.circles), node.community());
  story.Say(fmt::format("accepted in {} by policy {}", fmt::join(circles, ", "),
                        HexEncode(row.accepted_by).substr(0, kDigestDigits)));
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
      return "refused it: malformed, against a rule, or one revision too many";
    case absl::StatusCode::kFailedPrecondition:
      return "can't vouch for it without a name: fewer than five teams at your level or below to "
             "hide among, or no escrow officers for pseudonyms";
    default:
      return fmt::format("refused it (code {})", code);
  }
}

// Who decided, and what.
std::string Decided(std::uint32_t code) {
  if (code == static_cast<std::uint32_t>(feed::kHeldBack)) {
    return "our own policy, tightened since it was published, kept it back from the hub";
  }
  return "the hub " + AnswerText(code);
}

bool IsTaken(std::uint32_t code) {
  return code == static_cast<std::uint32_t>(absl::StatusCode::kOk) ||
         code == static_cast<std::uint32_t>(absl::StatusCode::kAlreadyExists);
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
  story.state = IsTaken(code) ? "delivered" : "refused";
  story.Say(fmt::format("{} at {}", Decided(code), TimeText(at)));
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
  // A receipt of a live record says that sections were taken back.
  if (receipt && (withdrawn || !judged.mask.exist())) {
    story.state = "taken-back";
    story.Say(peer + (withdrawn ? " has said that it applied the withdrawal"
                                : " has said that it gave up what it had"));
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

std::string MayText(const Json& sees, policy::Mask mask) {
  if (!mask.exist()) return "it may not know of it";
  std::string words;
  for (const Json& word : sees) words += " " + word.get<std::string>();
  return words.empty() ? "it may know of it, and see no section" : "it may see" + words;
}

// Since the record is here: each change of what the peer could see, when, and by which policy.
absl::Status TellPeriods(const Node& node, feed::PolicyHolder& policies,
                         const store::Reader& reader, const store::RecordRow& row,
                         const std::string& peer, const Judged& judged, Story& story) {
  ASSIGN_OR_RETURN(const auto rows, reader.Access(peer));
  ASSIGN_OR_RETURN(const auto history, feed::AccessHistory::Load(reader, policies, peer));
  std::optional<policy::Mask> before;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    // Over before the record came.
    if (i + 1 < rows.size() && rows[i + 1].since < row.offset) continue;
    const feed::Generation* period = history.Find(rows[i].generation);
    if (period == nullptr) continue;
    const policy::Mask mask =
        feed::MaskFor(period->policy->evaluator, period->peer, judged.subject, node.clock().Now());
    if (before == mask) continue;
    before = mask;
    const Json sees = SectionWords(mask.see());
    const std::string from = TimeText(std::max(rows[i].began, row.received));
    const policy::Policy& policy = period->policy->evaluator.policy();
    story.periods.push_back({{"from", from},
                             {"policy", HexEncode(rows[i].policy)},
                             {"version", policy.version()},
                             {"exists", mask.exist()},
                             {"sees", sees}});
    story.Say(fmt::format("from {} by policy {} (version {}): {}", from,
                          HexEncode(rows[i].policy).substr(0, kDigestDigits), policy.version(),
                          MayText(sees, mask)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> HubRefusal(const store::Reader& reader, const record::RecordId& id) {
  ASSIGN_OR_RETURN(const auto delivered, reader.FindObject("delivered", id.view()));
  if (!delivered) return std::string();
  const std::uint32_t code = ByteReader(*delivered).U32();
  return IsTaken(code) ? std::string() : Decided(code);
}

CommandResult WhyCommand(const CommandContext& context, Arguments& arguments, const std::string&) {
  const std::string id = arguments.Required("id");
  const std::string slug = arguments.Required("peer");
  RETURN_IF_ERROR(arguments.status());
  Node& node = context.node;
  ASSIGN_OR_RETURN(const feed::PeerContext peer, KnownPeer(node, slug));
  const auto active = node.policies().Current();
  Json json;
  const absl::Status told = node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const store::RecordRow row, FindRecord(reader, id));
    ASSIGN_OR_RETURN(const Judged judged, Judge(node, *active, row, peer));
    Story story;
    TellHowItCame(node, row, story);
    if (row.state == store::RecordState::kWithdrawn) {
      story.Say(
          fmt::format("withdrawn by its author: {}", record::ToWord(judged.subject.header.reason)));
    }
    const bool to_hub = !node.community().is_hub() && peer.team == feed::kHubLink;
    RETURN_IF_ERROR(to_hub ? TellOfUplink(node, reader, row, story)
                           : TellOfFeed(node, reader, row, peer.team, judged, story));
    if (!to_hub) {
      RETURN_IF_ERROR(TellPeriods(node, node.policies(), reader, row, peer.team, judged, story));
    }
    json = {{"id", record::ToString(row.id)},
            {"peer", slug},
            {"state", story.state},
            {"because", std::move(story.because)},
            {"periods", std::move(story.periods)},
            {"explain", ExplainJson(judged, row, std::nullopt)}};
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(told);
  return Done(std::move(json));
}

}  // namespace renkei::app
