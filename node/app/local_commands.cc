#include "node/app/local_commands.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "node/app/commands_cursor.h"
#include "node/app/commands_parts.h"
#include "node/base/encoding.h"

namespace renkei::app {
namespace {

// How long a follower that has nothing to say waits before it says just that.
constexpr std::chrono::seconds kSignOfLife{1};
constexpr int kFollowBatch = 256;
constexpr std::size_t kExportChunkBytes = 1024 * 1024;

struct CommandEntry {
  std::string_view name{};
  Command run = nullptr;
};

constexpr auto kCommands = std::to_array<CommandEntry>({
    {"status", &StatusCommand},
    {"circles", &CirclesCommand},
    {"circles-add", &CirclesAddCommand},
    {"roster", &RosterCommand},
    {"roster-set", &RosterSetCommand},
    {"peers", &PeersCommand},
    {"invite", &InviteCommand},
    {"revoke", &RevokeCommand},
    {"suspend", &SuspendCommand},
    {"publish", &PublishCommand},
    {"show", &ShowCommand},
    {"sight", &SightCommand},
    {"update", &UpdateCommand},
    {"withdraw", &WithdrawCommand},
    {"export", &ExportCommand},
    {"explain", &ExplainCommand},
    {"why", &WhyCommand},
    {"policy-apply", &PolicyApplyCommand},
    {"reload", &ReloadCommand},
    {"doctor", &DoctorCommand},
});

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

NodeCommands::NodeCommands(Node& node) : node_(node), started_(node.clock().Now()) {}

exchange::LocalReply NodeCommands::Call(const std::string& command, const Json& arguments,
                                        const std::string& payload) {
  const auto entry = std::find_if(kCommands.begin(), kCommands.end(),
                                  [&](const CommandEntry& e) { return e.name == command; });
  if (entry == kCommands.end()) {
    return Failed(WithHint(InvalidArgument(fmt::format("this node knows no command `{}`",
                                                       Printable(command, 32))),
                           "is the node of another version than the command line?"),
                  2);
  }
  const Json none = Json::object();
  Arguments given(arguments.is_object() ? arguments : none);
  CommandResult result = entry->run({.node = node_, .started = started_}, given, payload);
  if (!given.status().ok()) return Failed(given.status(), 2);
  if (!result.ok()) return Failed(result.status());
  return *std::move(result);
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

void NodeCommands::Follow(const std::string& command, const Json& arguments,
                          const std::function<bool(const exchange::LocalReply&)>& emit) {
  if (command == "export") {
    EmitInPieces(Call(command, arguments, ""), emit);
    return;
  }
  if (command != "subscribe") {
    emit(Failed(InvalidArgument(fmt::format("`{}` can't be followed", Printable(command, 32))), 2));
    return;
  }
  const absl::Status ended = Subscribe(arguments, emit);
  if (ended.ok()) return;
  emit(Failed(ended, ended.code() == absl::StatusCode::kInvalidArgument ? 2 : 1));
}

absl::Status NodeCommands::Subscribe(const Json& arguments, const Emit& emit) {
  const Json none = Json::object();
  Arguments given(arguments.is_object() ? arguments : none);
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
    std::vector<Json> lines;
    bool more = false;
    RETURN_IF_ERROR(node_.store().Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(const store::Offset newest, reader.Newest());
      ASSIGN_OR_RETURN(const auto entries, reader.Entries(position, newest, kFollowBatch));
      more = entries.size() == static_cast<std::size_t>(kFollowBatch);
      for (const store::EntryRow& entry : entries) {
        if (entry.type != store::EntryType::kRecord) continue;
        ASSIGN_OR_RETURN(const auto row, reader.FindRecord(entry.id));
        if (!row) continue;
        if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), row->kind) == kinds.end()) {
          continue;
        }
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
