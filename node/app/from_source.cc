#include "node/app/from_source.h"

#include <algorithm>

#include "node/app/auditing.h"
#include "node/app/commands_drafts.h"
#include "node/app/commands_parts.h"
#include "node/base/encoding.h"
#include "node/crypto/digest.h"

namespace renkei::app {
namespace {

// A circle that is none is a mistake in node.toml, not in what came.
absl::Status CheckSourceCircles(const Node& node, const config::SourceConfig& source) {
  for (const std::string& circle : source.circles) {
    const auto own = node.community().OwnCircles();
    const bool is_own = std::any_of(own.begin(), own.end(), [&](const policy::Membership& one) {
      return one.circle == circle;
    });
    if (is_own) continue;
    return FailedPrecondition(
        fmt::format("circle `{}` in node.toml: this team has no level in it", circle));
  }
  return absl::OkStatus();
}

Json SourceArguments(const config::SourceConfig& source, const sources::Item& item) {
  Json json = {{"name", item.name},
               {"from_source", source.name},
               {"item", item.key},
               {"digest", HexEncode(crypto::Sha256(item.payload).view())}};
  if (!source.circles.empty()) json["circles"] = source.circles;
  if (!source.source_mode.empty()) json["source"] = source.source_mode;
  if (!source.tlp_least.empty()) json["tlp_least"] = source.tlp_least;
  if (!source.tags.empty()) json["tags"] = source.tags;
  if (source.exercise) json["exercise"] = true;
  if (!source.mapping.empty()) json["mapping"] = source.mapping;
  return json;
}

// Whether a look at an item failed because of the item.
bool IsOfTheItem(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kNotFound:
      return true;
    default:
      return false;
  }
}

// Which rule refused, and where; never what.
std::string WhyRefused(const Outlook& outlook) {
  for (const Json& record : outlook.records) {
    for (const Json& finding : record.value("findings", Json::array())) {
      return fmt::format("{} at {}", finding.value("rule", ""), finding.value("place", ""));
    }
  }
  return "by the policy";
}

// Anybody may write mails: what waits of them leaves room for others.
constexpr DraftShare kMailShare{.drafts = kDraftsMax / 4, .bytes = kDraftBytesMax / 4};

bool MustBeRead(const Outlook& outlook) {
  return std::any_of(outlook.records.begin(), outlook.records.end(), [](const Json& record) {
    const auto narratives = record.find("narratives");
    return narratives != record.end() && !narratives->empty();
  });
}

// The numbers of all records that can't leave: of a source in several parts none leaves alone.
std::vector<std::string> NumbersRefused(const Outlook& outlook) {
  std::vector<std::string> numbers;
  const Json& records = outlook.records;
  for (std::size_t from = 0; from < records.size();) {
    std::size_t to = from + 1;
    while (to < records.size() && records[to].value("part", 1) != 1) ++to;
    bool refused = false;
    for (std::size_t i = from; i < to; ++i) {
      refused = refused || records[i].value("result", "") == "refused";
    }
    for (; from < to; ++from) {
      if (refused) numbers.push_back(std::to_string(from));
    }
  }
  return numbers;
}

class SourceTaker {
 public:
  SourceTaker(Node& node, Drafts& drafts, const AuditLog& audit, const config::SourceConfig& source,
              const sources::Item& item)
      : audit_(audit),
        source_(source),
        caller_{.account = std::string(kSourceAuthor) + source.name, .role = Role::kAnalyst},
        context_{.node = node, .started = node.clock().Now(), .caller = caller_, .drafts = drafts},
        draft_{.command = "publish",
               .arguments = SourceArguments(source, item),
               .payload = item.payload,
               .author = caller_.account,
               .created = node.clock().Now()} {}

  absl::StatusOr<sources::Taken> Take() {
    RETURN_IF_ERROR(audit_.CheckWritable());
    RETURN_IF_ERROR(CheckSourceCircles(context_.node, source_));
    if (draft_.payload.size() > kDraftPayloadBytesMax) {
      return Said(sources::Outcome::kUnreadable,
                  fmt::format("{} bytes, and a draft may have {}", draft_.payload.size(),
                              kDraftPayloadBytesMax));
    }
    absl::StatusOr<Outlook> outlook = LookAhead(context_, draft_);
    if (outlook.ok() && outlook->refused && !by_mail()) outlook = LeaveOut(*std::move(outlook));
    if (!outlook.ok() && !IsOfTheItem(outlook.status())) return outlook.status();
    if (!outlook.ok()) return Said(sources::Outcome::kUnreadable, Message(outlook.status()));
    if (outlook->records.empty()) return Said(sources::Outcome::kUnreadable, "nothing in it");
    // A person's report is never dropped: what of it may leave, and in which words, a person says.
    if (outlook->refused && !by_mail()) return Said(sources::Outcome::kRefused, why_refused_);
    if (outlook->unchanged == outlook->records.size()) {
      return Said(sources::Outcome::kUnchanged);
    }
    const bool publish = source_.automatic && !by_mail() && !NeedsTwo(context_.node, "publish") &&
                         !MustBeRead(*outlook);
    return publish ? Publish() : Keep(*outlook);
  }

 private:
  bool by_mail() const { return source_.kind == config::SourceKind::kImap; }

  sources::Taken Said(sources::Outcome outcome, const std::string& why = "") const {
    return {.outcome = outcome, .why = why.empty() ? why_refused_ : why, .left_out = left_out_};
  }

  // What would leave without the records that can't; as it was if none can.
  absl::StatusOr<Outlook> LeaveOut(Outlook outlook) {
    why_refused_ = WhyRefused(outlook);
    const std::vector<std::string> numbers = NumbersRefused(outlook);
    if (numbers.empty() || numbers.size() == outlook.records.size()) return outlook;
    draft_.arguments["leave_out"] = numbers;
    left_out_ = numbers.size();
    return LookAhead(context_, draft_);
  }

  absl::Status Record(const exchange::LocalReply& reply) const {
    for (const AuditEntry& entry :
         AuditEntries(context_.node, "publish", draft_.arguments, draft_.payload, reply)) {
      RETURN_IF_ERROR(audit_.Append(caller_, entry, context_.node.clock().Now()));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<sources::Taken> Publish() {
    Arguments arguments(draft_.arguments);
    ASSIGN_OR_RETURN(const exchange::LocalReply reply,
                     PublishCommand(context_, arguments, draft_.payload));
    RETURN_IF_ERROR(Record(reply));
    if (reply.exit_status != 0) {
      // It looked well a moment ago: another policy, a full disk.  The same is tried again.
      return Unavailable(reply.json.value("error", "not published"));
    }
    auto outcome = sources::Outcome::kUnchanged;
    for (const Json& one : reply.json.value("drafts", Json::array())) {
      const std::string result = one.value("result", "");
      if (result == "published") outcome = sources::Outcome::kPublished;
      if (result == "revised" && outcome == sources::Outcome::kUnchanged) {
        outcome = sources::Outcome::kRevised;
      }
    }
    return Said(outcome);
  }

  // What waits already of the same item; 0: nothing.
  absl::StatusOr<std::uint64_t> FindWaiting(bool& same) const {
    ASSIGN_OR_RETURN(const std::vector<PendingDraft> waiting, context_.drafts.List());
    for (const PendingDraft& one : waiting) {
      if (one.author != draft_.author || one.begun) continue;
      if (one.arguments.value("item", "") != draft_.arguments["item"]) continue;
      // With the same marking: what stands in node.toml may have changed.  Of mails the first
      // stays: who knows the id of one that waits must not be able to replace it.
      same = one.arguments == draft_.arguments || by_mail();
      return one.number;
    }
    return std::uint64_t{0};
  }

  absl::StatusOr<sources::Taken> Keep(const Outlook& outlook) {
    draft_.summary = outlook.summary;
    MutexLock lock(context_.drafts.deciding());
    bool same = false;
    ASSIGN_OR_RETURN(const std::uint64_t before, FindWaiting(same));
    if (same) return Waits(sources::Outcome::kWaiting, before);
    // The new one first: killed between the two, both wait, and none is lost.
    ASSIGN_OR_RETURN(const std::uint64_t number,
                     context_.drafts.Add(draft_, by_mail() ? kMailShare : DraftShare()));
    if (before != 0) RETURN_IF_ERROR(DropDraft(context_.node, context_.drafts, before));
    RETURN_IF_ERROR(
        Record(Done({{"draft", number}, {"digest", outlook.shown.draft}, {"result", "pending"}})));
    return Waits(sources::Outcome::kDraft, number);
  }

  sources::Taken Waits(sources::Outcome outcome, std::uint64_t number) const {
    sources::Taken taken = Said(outcome);
    taken.draft = number;
    return taken;
  }

  const AuditLog& audit_;
  const config::SourceConfig& source_;
  const Caller caller_;
  const CommandContext context_;
  PendingDraft draft_;
  std::string why_refused_{};
  std::size_t left_out_ = 0;
};

void EraseLeftOut(const std::vector<std::string>& numbers,
                  std::vector<formats::Imported>& imported) {
  std::vector<formats::Imported> kept;
  for (std::size_t i = 0; i < imported.size(); ++i) {
    if (std::find(numbers.begin(), numbers.end(), std::to_string(i)) != numbers.end()) continue;
    kept.push_back(std::move(imported[i]));
  }
  imported = std::move(kept);
}

}  // namespace

absl::StatusOr<sources::Taken> TakeFromSource(Node& node, Drafts& drafts, const AuditLog& audit,
                                              const config::SourceConfig& source,
                                              const sources::Item& item) {
  return SourceTaker(node, drafts, audit, source, item).Take();
}

void MarkImported(const Node& node, Arguments& arguments,
                  std::vector<formats::Imported>& imported) {
  const auto least = arguments.Tlp("tlp_least");
  const std::vector<std::string> tags = arguments.List("tags");
  const bool exercise = arguments.Flag("exercise");
  const std::string source = arguments.Text("from_source");
  const std::vector<std::string> left_out = arguments.List("leave_out");
  if (!left_out.empty()) EraseLeftOut(left_out, imported);
  const auto usual = policy::TlpFromWord(node.config()->publish.default_tlp);
  for (formats::Imported& one : imported) {
    record::DraftHeader& header = one.draft.header;
    if (least) {
      if (header.tlp == policy::Tlp::kUnspecified) header.tlp = usual.value_or(policy::Tlp::kAmber);
      header.tlp = std::max(header.tlp, *least);
    }
    for (const std::string& tag : tags) {
      if (std::find(header.tags.begin(), header.tags.end(), tag) == header.tags.end()) {
        header.tags.push_back(tag);
      }
    }
    if (exercise) header.exercise = true;
    // A list without ids is one thing, whatever stands in it today.
    if (!source.empty() && one.draft.source_id.empty()) {
      one.draft.source_id = fmt::format("{}{}", kSourceAuthor, source);
    }
  }
}

}  // namespace renkei::app
