#include "node/app/local_commands.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "node/app/auditing.h"
#include "node/app/commands_cursor.h"
#include "node/app/commands_drafts.h"
#include "node/app/commands_parts.h"
#include "node/app/from_source.h"
#include "node/base/encoding.h"
#include "node/base/log.h"

namespace renkei::app {
namespace {

// How long a follower that has nothing to say waits before it says just that.
constexpr std::chrono::seconds kSignOfLife{1};
constexpr int kFollowBatch = 256;
constexpr std::size_t kExportChunkBytes = 1024 * 1024;

struct CommandEntry {
  std::string_view name{};
  Role role = Role::kReader;  // the least that may
  Command run = nullptr;
};

// docs/accounts.md shows the same table.
constexpr auto kCommands = std::to_array<CommandEntry>({
    {"status", Role::kReader, &StatusCommand},
    {"circles", Role::kReader, &CirclesCommand},
    {"roster", Role::kReader, &RosterCommand},
    {"peers", Role::kReader, &PeersCommand},
    {"show", Role::kReader, &ShowCommand},
    {"search", Role::kReader, &SearchCommand},
    {"search-list", Role::kReader, &SearchListCommand},
    {"search-save", Role::kAnalyst, &SearchSaveCommand},
    {"search-remove", Role::kAnalyst, &SearchRemoveCommand},
    {"export", Role::kReader, &ExportCommand},
    {"explain", Role::kReader, &ExplainCommand},
    {"why", Role::kReader, &WhyCommand},
    {"stats", Role::kReader, &StatsCommand},
    {"crowd", Role::kReader, &CrowdCommand},
    {"doctor", Role::kReader, &DoctorCommand},
    {"source-list", Role::kReader, &SourceListCommand},
    {"source-run", Role::kAnalyst, &SourceRunCommand},
    {"publish", Role::kAnalyst, &PublishCommand},
    {"import", Role::kAnalyst, &ImportCommand},
    {"update", Role::kAnalyst, &UpdateCommand},
    {"withdraw", Role::kAnalyst, &WithdrawCommand},
    {"sight", Role::kAnalyst, &SightCommand},
    {"drafts", Role::kAnalyst, &DraftsCommand},
    {"drafts-show", Role::kAnalyst, &DraftsShowCommand},
    {"reject", Role::kAnalyst, &RejectCommand},
    {"approve", Role::kApprover, &ApproveCommand},
    {"policy-apply", Role::kApprover, &PolicyApplyCommand},
    {"reload", Role::kApprover, &ReloadCommand},
    {"circles-add", Role::kApprover, &CirclesAddCommand},
    {"circles-set", Role::kApprover, &CirclesSetCommand},
    {"escrow-open", Role::kApprover, &EscrowOpenCommand},
    {"escrow-log", Role::kReader, &EscrowLogCommand},
    {"roster-set", Role::kApprover, &RosterSetCommand},
    {"roster-crowd", Role::kApprover, &RosterCrowdCommand},
    {"invite", Role::kApprover, &InviteCommand},
    {"revoke", Role::kApprover, &RevokeCommand},
    {"suspend", Role::kApprover, &SuspendCommand},
    {"ack", Role::kReader, &AckCommand},
    {"push-list", Role::kReader, &PushListCommand},
    {"push-test", Role::kAnalyst, &PushTestCommand},
    {"token-new", Role::kApprover, &TokenNewCommand},
    {"token-list", Role::kReader, &TokenListCommand},
    {"token-revoke", Role::kApprover, &TokenRevokeCommand},
});

constexpr std::string_view kTokenHint =
    "put the token into a file with mode 0600 and name the file in RENKEI_TOKEN_FILE";

exchange::LocalReply NotLetIn(const absl::Status& status) {
  LogEvent(LogLevel::kWarn, "caller.refused", {});
  exchange::LocalReply reply = Failed(WithHint(status, kTokenHint));
  reply.json["let_in"] = false;
  return reply;
}

absl::Status CheckRole(const Caller& caller, std::string_view command, Role least) {
  if (caller.role >= least) return absl::OkStatus();
  return WithHint(PermissionDenied(fmt::format("`{}` is for the role {}; `{}` is {}", command,
                                               ToWord(least), caller.account, ToWord(caller.role))),
                  "ask who has that role, or the owner of the node (`renkei account list`)");
}

// The end of the first chunk of `text`: no character of UTF-8 is cut.
std::size_t ChunkEnd(std::string_view text) {
  if (text.size() <= kExportChunkBytes) return text.size();
  std::size_t end = kExportChunkBytes;
  while (end > kExportChunkBytes - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return end;
}

// An export may be larger than one answer: its text goes in pieces, the counts last.
void EmitInPieces(exchange::LocalReply reply,
                  const std::function<bool(const exchange::LocalReply&)>& emit) {
  if (reply.exit_status == 0 && reply.json.contains("text")) {
    const std::string text = reply.json["text"].get<std::string>();
    reply.json.erase("text");
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t end = ChunkEnd(rest);
      if (!emit(Done({{"piece", std::string(rest.substr(0, end))}}))) return;
      rest.remove_prefix(end);
    }
  }
  emit(reply);
}

}  // namespace

NodeCommands::NodeCommands(Node& node)
    : node_(node), started_(node.clock().Now()), drafts_(node.folder()), audit_(node.folder()) {
  const absl::Status settled = SettleBegunDrafts(node_, drafts_, audit_);
  if (settled.ok()) return;
  LogEvent(LogLevel::kError, "drafts.failed", {{"why", LogSafe(Message(settled))}});
}

exchange::LocalReply NodeCommands::Call(const exchange::LocalCall& call) {
  const auto entry = std::find_if(kCommands.begin(), kCommands.end(),
                                  [&](const CommandEntry& e) { return e.name == call.command; });
  if (entry == kCommands.end()) {
    return Failed(WithHint(InvalidArgument(fmt::format("this node knows no command `{}`",
                                                       Printable(call.command, 32))),
                           "is the node of another version than the command line?"),
                  2);
  }
  const absl::StatusOr<Caller> caller = IdentifyCaller(node_.folder(), call.token);
  if (!caller.ok()) return NotLetIn(caller.status());
  const bool audited = IsAudited(call.command);
  if (const absl::Status allowed = CheckRole(*caller, call.command, entry->role); !allowed.ok()) {
    exchange::LocalReply denied = Failed(allowed);
    const absl::Status noted = audited
                                   ? Record(*caller, {{.action = call.command, .result = "denied"}})
                                   : absl::OkStatus();
    if (!noted.ok()) SayUnrecorded(noted, denied);
    return denied;
  }
  // What can't be recorded isn't done.
  if (const absl::Status ready = audited ? audit_.CheckWritable() : absl::OkStatus(); !ready.ok()) {
    return Failed(ready);
  }
  std::optional<absl::Status> recorded;
  const auto record = [&](const exchange::LocalReply& reply) {
    recorded =
        Record(*caller, AuditEntries(node_, call.command, call.arguments, call.payload, reply));
  };
  const CommandContext context{
      .node = node_, .started = started_, .caller = *caller, .drafts = drafts_, .record = record};
  Arguments given(call.arguments);
  CommandResult result = NeedsTwo(node_, call.command)
                             ? SubmitDraft(context, call.command, call.arguments, call.payload)
                             : entry->run(context, given, call.payload);
  if (!given.status().ok()) return Failed(given.status(), 2);
  exchange::LocalReply reply = result.ok() ? *std::move(result) : Failed(result.status());
  if (audited && !recorded) record(reply);
  if (recorded && !recorded->ok()) SayUnrecorded(*recorded, reply);
  return reply;
}

absl::StatusOr<sources::Taken> NodeCommands::Take(const config::SourceConfig& source,
                                                  const sources::Item& item) {
  return TakeFromSource(node_, drafts_, audit_, source, item);
}

absl::Status NodeCommands::Record(const Caller& caller, const std::vector<AuditEntry>& entries) {
  absl::Status first = absl::OkStatus();
  for (const AuditEntry& entry : entries) {
    const absl::Status recorded = audit_.Append(caller, entry, node_.clock().Now());
    if (recorded.ok()) continue;
    LogEvent(LogLevel::kError, "audit.failed", {{"why", LogSafe(Message(recorded))}});
    first.Update(recorded);
  }
  return first;
}

void NodeCommands::NotifyNewEntries(store::Offset newest) {
  MutexLock lock(mutex_);
  newest_ = std::max(newest_, newest);
  changed_.NotifyAll();
}

void NodeCommands::Stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
  changed_.NotifyAll();
}

bool NodeCommands::WaitBeyond(store::Offset position, const Emit& emit) {
  {
    MutexLock lock(mutex_);
    if (!stopping_ && newest_ <= position) changed_.WaitFor(mutex_, kSignOfLife);
    if (stopping_) return false;
    if (newest_ > position) return true;
  }
  return emit(Done(Json::object()));
}

void NodeCommands::Follow(const exchange::LocalCall& call,
                          const std::function<bool(const exchange::LocalReply&)>& emit) {
  if (call.command == "export") {
    EmitInPieces(Call(call), emit);
    return;
  }
  if (call.command != "subscribe") {
    emit(Failed(InvalidArgument(fmt::format("`{}` can't be followed", Printable(call.command, 32))),
                2));
    return;
  }
  // For readers: any account will do.
  const absl::StatusOr<Caller> caller = IdentifyCaller(node_.folder(), call.token);
  if (!caller.ok()) {
    emit(NotLetIn(caller.status()));
    return;
  }
  const absl::Status ended = Subscribe(call, emit);
  if (ended.ok()) return;
  if (ended.code() == absl::StatusCode::kUnauthenticated) {
    emit(NotLetIn(ended));
    return;
  }
  emit(Failed(ended, ended.code() == absl::StatusCode::kInvalidArgument ? 2 : 1));
}

absl::Status NodeCommands::Subscribe(const exchange::LocalCall& call, const Emit& emit) {
  const Json none = Json::object();
  Arguments given(call.arguments.is_object() ? call.arguments : none);
  const std::string from = given.Text("from");
  const bool follow = given.Flag("follow");
  std::vector<policy::Kind> kinds;
  for (const std::string& word : given.List("kinds")) {
    if (const auto kind = policy::KindFromWord(word)) {
      kinds.push_back(*kind);
    } else {
      given.Refuse(fmt::format("kind `{}`: no such kind", Printable(word, 40)));
    }
  }
  RETURN_IF_ERROR(given.status());
  const auto wanted = [&](policy::Kind kind) {
    return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  const Bytes& epoch = node_.store().epoch();
  store::Offset position = 0;
  if (!from.empty()) {
    const auto decoded = DecodeLocalCursor(from, epoch);
    if (!decoded.ok()) {
      return WithHint(decoded.status(), "leave out --from to begin with the oldest record");
    }
    position = *decoded;
  }
  while (true) {
    // A stream outlives no account: it may have been removed since the last lines.
    RETURN_IF_ERROR(IdentifyCaller(node_.folder(), call.token).status());
    std::vector<Json> lines;
    bool more = false;
    RETURN_IF_ERROR(node_.store().Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(const store::Offset newest, reader.Newest());
      ASSIGN_OR_RETURN(const auto entries, reader.Entries(position, newest, kFollowBatch));
      more = entries.size() == static_cast<std::size_t>(kFollowBatch);
      for (const store::EntryRow& entry : entries) {
        if (entry.type != store::EntryType::kRecord) continue;
        ASSIGN_OR_RETURN(const auto row, reader.FindRecord(entry.id));
        if (!row || !wanted(row->kind)) continue;
        Json line = {{"cursor", EncodeLocalCursor(epoch, entry.offset)}};
        ASSIGN_OR_RETURN(const Json record, RecordLine(node_, *row));
        line.update(record);
        lines.push_back(std::move(line));
      }
      position = more ? entries.back().offset : std::max(position, newest);
      return absl::OkStatus();
    }));
    for (Json& line : lines) {
      if (!emit(Done(std::move(line)))) return absl::OkStatus();
    }
    if (more) continue;
    if (!follow) return absl::OkStatus();
    if (!WaitBeyond(position, emit)) return absl::OkStatus();
  }
}

}  // namespace renkei::app
