// What two persons decide: drafts, drafts-show, approve, reject.

#include "node/app/commands_drafts.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "node/app/commands_parts.h"
#include "node/app/previewing.h"
#include "node/base/encoding.h"
#include "node/base/fault.h"
#include "node/formats/import_any.h"

namespace renkei::app {
namespace {

constexpr int kExitNotPublished = 3;
constexpr std::size_t kDigestDigitsMin = 16;
constexpr std::size_t kSummaryBytesMax = 200;

// What a source brought is nobody's own, and what was only imported waits for a look: one person
// decides it.
bool OneDecides(const Node& node, const PendingDraft& draft) {
  return IsOfSource(draft) || !NeedsTwo(node, draft.command);
}

constexpr std::string_view kNeedAccounts =
    "`renkei account add NAME --role analyst`, and another with `--role approver`";

absl::Status CheckCircles(const Node& node, const std::vector<std::string>& circles) {
  std::vector<std::string> names;
  for (const policy::Membership& own : node.community().OwnCircles()) names.push_back(own.circle);
  for (const std::string& circle : circles) {
    if (std::find(names.begin(), names.end(), circle) != names.end()) continue;
    const std::string nearest = NearestWord(circle, names);
    return InvalidArgument(
        fmt::format("circle `{}`: this team has no level in it{}", circle,
                    nearest.empty() ? "" : fmt::format(" (did you mean `{}`?)", nearest)));
  }
  return absl::OkStatus();
}

std::string TitleOf(const Json& preview) {
  const auto summary = preview["sections"].find("summary");
  if (summary == preview["sections"].end() || !summary->contains("title")) return "";
  const Json& title = (*summary)["title"][0];
  return title.contains("value") ? title["value"].get<std::string>() : "";
}

absl::Status AddRecord(Node& node, const anonymize::Gate& gate, const policy::Evaluator& evaluator,
                       const formats::Imported& one, const feed::PublishOptions& options,
                       const std::optional<feed::Publisher::Revised>& revises, Outlook& outlook) {
  std::optional<record::RecordId> id;
  if (revises) id = revises->id;
  ASSIGN_OR_RETURN(
      const feed::Preview preview,
      feed::MakePreview(one.draft, options, gate, evaluator, *node.config(), node.clock().Now(),
                        {.crowd = feed::CrowdOf(node.community(), options.generalise).fits,
                         .names = node.publisher().Names(),
                         .said = node.publisher().SaidBefore(),
                         .revises = id}));
  RETURN_IF_ERROR(CheckCircles(node, preview.header.circles));
  Json json = {{"part", one.part}, {"parts", one.parts}};
  json.update(PreviewJson(preview));
  if (revises) json["revises"] = HexEncode(revises->leaf.view());
  if (one.part == 1) json["import"] = ReportJson(one.report);
  if (outlook.summary.empty()) {
    const std::string title = TitleOf(json);  // a list has none
    outlook.summary = fmt::format("{}{}{}", policy::ToWord(preview.header.kind),
                                  title.empty() ? "" : ": ", title);
  }
  outlook.refused = outlook.refused || preview.refused;
  outlook.records.push_back(std::move(json));
  return absl::OkStatus();
}

absl::Status LookAtFile(const CommandContext& context, const PendingDraft& draft,
                        Arguments& arguments, Outlook& outlook) {
  Node& node = context.node;
  const feed::PublishOptions options = PublishOptionsOf(arguments);
  ASSIGN_OR_RETURN(const formats::ImportOptions import, ImportOptionsOf(node, arguments));
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(auto imported, formats::ImportAny(draft.payload, import));
  MarkImported(node, arguments, imported);
  std::optional<feed::Publisher::Revised> revises;
  if (draft.command == "update") {
    if (imported.size() != 1) {
      return InvalidArgument(
          fmt::format("the file makes {} records; an update is one", imported.size()));
    }
    ASSIGN_OR_RETURN(const record::RecordId id, FullId(node, arguments.Required("id")));
    ASSIGN_OR_RETURN(revises, node.publisher().Inherit(id, options, imported.front().draft.header));
  }
  const auto gate = node.gate().gate;
  const auto policy = node.policies().Current();
  for (formats::Imported& one : imported) {
    if (draft.command == "publish") {
      ASSIGN_OR_RETURN(const bool same,
                       node.publisher().SaysTheSame(one.draft, options, one.part - 1));
      outlook.unchanged += same ? 1 : 0;
      ASSIGN_OR_RETURN(revises, node.publisher().InheritOfSource(one.draft, options, one.part - 1));
    }
    RETURN_IF_ERROR(AddRecord(node, *gate, policy->evaluator, one, options, revises, outlook));
  }
  if (imported.size() > 1) {
    outlook.summary += fmt::format(" (and {} more)", imported.size() - 1);
  }
  return absl::OkStatus();
}

absl::Status LookAtRecord(const CommandContext& context, Arguments& arguments, Outlook& outlook) {
  const std::string named = arguments.Required("id");
  const std::string reason = arguments.Required("reason");
  RETURN_IF_ERROR(arguments.status());
  if (!record::WithdrawalReasonFromWord(reason)) {
    return InvalidArgument(
        fmt::format("reason `{}`: expected mistake, false-positive, superseded, "
                    "legal or audience-narrowed",
                    Printable(reason, 40)));
  }
  Json json;
  RETURN_IF_ERROR(context.node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const store::RecordRow row, FindRecord(reader, named));
    if (!row.own) {
      return PermissionDenied(
          fmt::format("record {} is not ours: only its author may", record::ToString(row.id)));
    }
    ASSIGN_OR_RETURN(json, RecordLine(context.node, row));
    json["leaf"] = HexEncode(row.leaf.view());
    return absl::OkStatus();
  }));
  json["result"] = "would be withdrawn";
  json["reason"] = reason;
  outlook.summary = fmt::format("{} {}", reason, json["id"].get<std::string>());
  outlook.records.push_back(std::move(json));
  return absl::OkStatus();
}

Json DraftHead(const PendingDraft& draft) {
  Json json = {{"draft", draft.number},
               {"command", draft.command},
               {"author", draft.author},
               {"created", TimeText(draft.created)},
               {"summary", draft.summary}};
  if (draft.arguments.contains("id")) json["of"] = draft.arguments["id"];
  if (draft.begun) json["begun"] = true;
  if (draft.begun && !draft.begun_by.empty()) json["begun_by"] = draft.begun_by;
  return json;
}

absl::StatusOr<std::uint64_t> NumberOf(Arguments& arguments) {
  const std::string text = arguments.Required("draft");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    arguments.Refuse(fmt::format("`{}` is no number of a draft", Printable(text, 40)));
  }
  RETURN_IF_ERROR(arguments.status());
  return number;
}

// Why this caller may not approve it now; empty: nothing stands in the way.
std::string Obstacle(const PendingDraft& draft, const Outlook& now, const std::string& account,
                     const std::string& digest) {
  if (!digest.empty()) {
    return digest.size() >= kDigestDigitsMin && now.shown.draft.starts_with(digest)
               ? ""
               : "it is not, or no longer, the draft of that digest";
  }
  const auto seen = draft.shown.find(account);
  if (seen == draft.shown.end()) {
    return account.empty() ? "nobody has looked at it"
                           : fmt::format("`{}` has not looked at it", account);
  }
  if (seen->second == now.shown) return "";
  if (seen->second.policy != now.shown.policy) return "the policy has changed since it was shown";
  if (seen->second.assets != now.shown.assets) {
    return "assets.toml has changed since it was shown";
  }
  return "what would leave, or who would read it, has changed since it was shown";
}

exchange::LocalReply RefusedApproval(std::uint64_t number, const std::string& why) {
  return {.exit_status = kExitNotPublished,
          .json = {{"error", fmt::format("draft {}: refused: {}", number, why)},
                   {"hint", fmt::format("look at it with `renkei drafts show {}`, then approve it",
                                        number)},
                   {"draft", number},
                   {"result", "refused"}}};
}

CommandResult RunDraft(const CommandContext& context, const PendingDraft& draft) {
  Json with = draft.arguments;
  with["reviewed"] = true;  // the approver has read it
  Arguments arguments(with);
  CommandContext once = context;
  once.once = draft.once;
  if (draft.command == "publish") return PublishCommand(once, arguments, draft.payload);
  if (draft.command == "update") return UpdateCommand(once, arguments, draft.payload);
  return WithdrawCommand(once, arguments, draft.payload);
}

Json ApprovalJson(const PendingDraft& draft, const Outlook& now, exchange::LocalReply published) {
  Json json = DraftHead(draft);
  json.erase("begun");
  json.erase("begun_by");
  json["digest"] = now.shown.draft;
  json["result"] = published.exit_status == 0 ? "approved" : "failed";
  if (published.json.contains("error")) json["error"] = published.json["error"];
  if (published.json.contains("hint")) json["hint"] = published.json["hint"];
  json["answer"] = std::move(published.json);
  return json;
}

// Under the lock of decisions, with policy and assets held still.
CommandResult ApproveDraft(const CommandContext& context, std::uint64_t number,
                           const std::string& digest) {
  ASSIGN_OR_RETURN(PendingDraft draft, context.drafts.Find(number));
  const std::string& account = context.caller.account;
  if (account == draft.author && !OneDecides(context.node, draft)) {
    return WithHint(PermissionDenied(fmt::format("draft {} is by `{}`: another account approves",
                                                 number, account)),
                    "two persons decide (`approval` of [publish] in node.toml)");
  }
  if (draft.begun && draft.once.empty()) {
    return WithHint(FailedPrecondition(fmt::format(
                        "draft {}: the node stopped while it was being published", number)),
                    fmt::format("see with `renkei subscribe` whether it is out, then "
                                "`renkei reject {}`, and hand it in again if it is not",
                                number));
  }
  ASSIGN_OR_RETURN(const Outlook now, LookAhead(context, draft));
  const std::string obstacle = Obstacle(draft, now, account, digest);
  if (!obstacle.empty()) return RefusedApproval(number, obstacle);
  draft.begun = true;
  draft.begun_by = account;
  draft.records = now.records.size();
  RETURN_IF_ERROR(context.drafts.Keep(draft));
  RETURN_IF_ERROR(FaultPoint("draft.begun"));
  auto published = RunDraft(context, draft);
  if (!published.ok() || published->exit_status != 0) {
    draft.begun = false;
    RETURN_IF_ERROR(context.drafts.Keep(draft));
    RETURN_IF_ERROR(published.status());
    const int status = published->exit_status;
    return exchange::LocalReply{.exit_status = status,
                                .json = ApprovalJson(draft, now, *std::move(published))};
  }
  RETURN_IF_ERROR(FaultPoint("draft.published"));
  exchange::LocalReply reply = Done(ApprovalJson(draft, now, *std::move(published)));
  // The log first: a draft that is gone and was never decided would be a riddle.
  context.record(reply);
  RETURN_IF_ERROR(FaultPoint("draft.recorded"));
  RETURN_IF_ERROR(DropDraft(context.node, context.drafts, number));
  return reply;
}

}  // namespace

absl::StatusOr<Outlook> LookAhead(const CommandContext& context, const PendingDraft& draft) {
  Outlook outlook;
  Arguments arguments(draft.arguments);
  if (draft.command == "withdraw") {
    RETURN_IF_ERROR(LookAtRecord(context, arguments, outlook));
  } else {
    RETURN_IF_ERROR(LookAtFile(context, draft, arguments, outlook));
  }
  outlook.summary = Printable(outlook.summary, kSummaryBytesMax);
  outlook.shown.policy = HexEncode(context.node.policies().Current()->digest.view());
  outlook.shown.assets = HexEncode(context.node.gate().assets.view());
  ByteWriter bytes;
  for (const std::string& part :
       {draft.command, ToText(draft.arguments), draft.payload, draft.author,
        ToText(outlook.records), outlook.shown.policy, outlook.shown.assets,
        std::to_string(context.node.config()->publish.expiry_days)}) {
    bytes.U64(part.size()).Raw(part);
  }
  outlook.shown.draft =
      HexEncode(crypto::Sha256({crypto::Tag16("RNK1.draft"), bytes.bytes()}).view());
  return outlook;
}

bool IsOfSource(const PendingDraft& draft) { return draft.author.starts_with(kSourceAuthor); }

bool NeedsTwo(const Node& node, std::string_view command) {
  return node.config()->publish.two_persons &&
         (command == "publish" || command == "update" || command == "withdraw");
}

CommandResult SubmitDraft(const CommandContext& context, const std::string& command,
                          const Json& arguments, const std::string& payload) {
  if (context.caller.is_owner() && NeedsTwo(context.node, command)) {
    return WithHint(FailedPrecondition("two persons must decide (`approval` of [publish] in "
                                       "node.toml), and this node has no accounts"),
                    kNeedAccounts);
  }
  PendingDraft draft{.command = command,
                     .arguments = arguments,
                     .payload = payload,
                     .author = context.caller.account,
                     .created = context.node.clock().Now()};
  ASSIGN_OR_RETURN(Outlook outlook, LookAhead(context, draft));
  if (outlook.refused) {
    // What an answer of publish holds of a refused record: nobody is asked to read it.
    for (Json& record : outlook.records) record.erase("narratives");
    Json json = {{"drafts", std::move(outlook.records)}};
    json["error"] = "refused";
    json["hint"] = "no draft was made; `renkei publish --dry-run` shows the same";
    return exchange::LocalReply{.exit_status = kExitNotPublished, .json = std::move(json)};
  }
  draft.summary = outlook.summary;
  ASSIGN_OR_RETURN(draft.number, context.drafts.Add(draft));
  Json json = DraftHead(draft);
  json["digest"] = outlook.shown.draft;
  json["result"] = "pending";
  for (const Json& record : outlook.records) {
    if (record.contains("import")) json["imports"].push_back(record["import"]);
  }
  if (command == "publish") json["records"] = outlook.records.size();
  return Done(std::move(json));
}

CommandResult DraftsCommand(const CommandContext& context, Arguments&, const std::string&) {
  ASSIGN_OR_RETURN(const std::vector<PendingDraft> drafts, context.drafts.List());
  Json list = Json::array();
  for (const PendingDraft& draft : drafts) list.push_back(DraftHead(draft));
  return Done({{"drafts", std::move(list)}});
}

CommandResult DraftsShowCommand(const CommandContext& context, Arguments& arguments,
                                const std::string&) {
  ASSIGN_OR_RETURN(const std::uint64_t number, NumberOf(arguments));
  const bool brief = arguments.Flag("brief");
  RETURN_IF_ERROR(arguments.status());
  MutexLock lock(context.drafts.deciding());
  ASSIGN_OR_RETURN(PendingDraft draft, context.drafts.Find(number));
  ASSIGN_OR_RETURN(Outlook outlook, LookAhead(context, draft));
  // In brief it was not shown: no text was, in full.
  if ((!context.caller.is_owner() || OneDecides(context.node, draft)) && !brief) {
    draft.shown[context.caller.account] = outlook.shown;
    RETURN_IF_ERROR(context.drafts.Keep(draft));
  }
  Json json = DraftHead(draft);
  json["digest"] = outlook.shown.draft;
  json["policy"] = outlook.shown.policy;
  json["assets"] = outlook.shown.assets;
  json["records"] = std::move(outlook.records);
  return Done(std::move(json));
}

CommandResult ApproveCommand(const CommandContext& context, Arguments& arguments,
                             const std::string&) {
  ASSIGN_OR_RETURN(const std::uint64_t number, NumberOf(arguments));
  const std::string digest = AsciiLower(arguments.Text("digest"));
  RETURN_IF_ERROR(arguments.status());
  MutexLock lock(context.drafts.deciding());
  if (context.caller.is_owner()) {
    ASSIGN_OR_RETURN(const PendingDraft draft, context.drafts.Find(number));
    if (!OneDecides(context.node, draft)) {
      return WithHint(
          FailedPrecondition("this node has no accounts: nobody could be another person"),
          kNeedAccounts);
    }
  }
  CommandResult result = Internal("nothing was done");
  context.node.WhileUnchanged([&] { result = ApproveDraft(context, number, digest); });
  return result;
}

CommandResult RejectCommand(const CommandContext& context, Arguments& arguments,
                            const std::string&) {
  ASSIGN_OR_RETURN(const std::uint64_t number, NumberOf(arguments));
  const std::string note = arguments.Text("note");
  RETURN_IF_ERROR(arguments.status());
  if (note.size() > kDraftNoteBytesMax) {
    return InvalidArgument(
        fmt::format("the note has {} bytes; {} are possible", note.size(), kDraftNoteBytesMax));
  }
  MutexLock lock(context.drafts.deciding());
  ASSIGN_OR_RETURN(const PendingDraft draft, context.drafts.Find(number));
  if (context.caller.role < Role::kApprover && context.caller.account != draft.author) {
    return PermissionDenied(
        fmt::format("draft {} is by `{}`: they or an approver reject it", number, draft.author));
  }
  ASSIGN_OR_RETURN(const auto out, AlreadyOut(context.node, draft));
  RETURN_IF_ERROR(DropDraft(context.node, context.drafts, number));
  Json json = DraftHead(draft);
  json["result"] = "rejected";
  if (!out.empty()) json["published"] = Json::array();
  for (const feed::PublishedOnce& one : out) {
    if (one.revision == feed::kUnchangedRevision) continue;
    json["published"].push_back(record::ToString(one.id));
  }
  if (!note.empty()) json["note"] = note;
  return Done(std::move(json));
}

}  // namespace renkei::app
