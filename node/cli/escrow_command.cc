// Escrow officers: their keys, and the opening of a pseudonym by two of them.

#include <ostream>

#include <sys/stat.h>

#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"
#include "node/membership/escrow.h"
#include "node/membership/node_keys.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kEscrowUsage =
    R"(Usage: renkei escrow key FILE
       renkei escrow open ID --reason TEXT --key FILE [--key FILE | --half OUT]
                     [--hub KEY] [--dir DIR] [--json]
       renkei escrow open --from HALF --key FILE --hub KEY [--json]
       renkei escrow log [--dir DIR] [--json]

Which team a pseudonym is, any two of three officers can find out together.
`key` makes an officer's key file (keep it: mode 0600) and prints the public
key for [escrow] of the hub's node.toml.  `open`, at the hub, writes down that
the pseudonym of record ID is opened and why; with both officers' keys it names
the team, with one it writes to OUT what the second officer opens with --from,
on any machine.  A team is named only if the hub signed that: KEY is `hub_key`
of `renkei status --json` at any node of the community; --from needs it, for the
first officer could have made HALF up.  `log` lists all openings.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei escrow key officer-1.key
  $ renkei escrow open 000702bc --reason "false alarms" --key officer-1.key \
      --half for-officer-2 --dir hub
  $ renkei escrow open --from for-officer-2 --key officer-2.key --hub KEY
)";

constexpr std::size_t kHalfFileBytesMax = 64 * 1024;

struct Opening {
  std::string id{};
  std::string reason{};
  std::string from{};
  std::string half{};
  std::string hub{};
  std::vector<std::string> keys{};
};

int EscrowFailed(Context& context, const absl::Status& status) {
  PrintError(context, "escrow: " + Message(status));
  return kFailed;
}

absl::StatusOr<crypto::BoxKey> LoadOfficer(const std::string& file) {
  RETURN_IF_ERROR(membership::CheckPrivateKeyFile(file));
  return crypto::BoxKey::Load(file);
}

int MakeOfficer(Context& context, const std::string& file) {
  struct stat info {};
  if (lstat(file.c_str(), &info) == 0) {
    PrintError(context, fmt::format("escrow key: `{}` is there already", file),
               "a key file is never overwritten: give another name");
    return kFailed;
  }
  const crypto::BoxKey key = crypto::BoxKey::Generate();
  if (const absl::Status saved = key.Save(file); !saved.ok()) return EscrowFailed(context, saved);
  context.out << HexEncode(key.public_key().view()) << "\n";
  return kDone;
}

int Tell(Context& context, const Target& target, const Opening& opening,
         const absl::StatusOr<membership::SaidMapping>& said) {
  if (!said.ok()) return EscrowFailed(context, said.status());
  const std::string hub = HexEncode(said->hub.view());
  if (!opening.hub.empty() && hub != opening.hub) {
    return EscrowFailed(context, PermissionDenied(fmt::format(
                                     "the key {} signed this, not that of --hub: somebody made it "
                                     "up, do not act on it",
                                     hub)));
  }
  const membership::PseudonymMapping& mapping = said->mapping;
  const Json json = {{"pseudonym", HexEncode(mapping.pseudonym.view())},
                     {"team", mapping.slug},
                     {"circle_id", HexEncode(mapping.circle.view())},
                     {"epoch", mapping.epoch},
                     {"hub_key", hub}};
  if (target.json) {
    context.out << ToPrettyText(json);
    return kDone;
  }
  Table table({"", ""});
  for (const auto& [name, value] : json.items()) table.Add({name, Field(json, name)});
  context.out << table.ToText();
  return kDone;
}

absl::StatusOr<membership::SaidMapping> FinishHalf(const std::string& half,
                                                   const std::string& key_file) {
  ASSIGN_OR_RETURN(const crypto::BoxKey officer, LoadOfficer(key_file));
  return membership::OpenSecondHalf(half, officer);
}

int FinishFrom(Context& context, const Target& target, const Opening& opening) {
  auto text = ReadFile(opening.from, kHalfFileBytesMax);
  if (!text.ok()) return EscrowFailed(context, text.status());
  while (!text->empty() && text->back() == '\n') text->pop_back();
  const std::optional<Bytes> half = HexDecode(*text);
  if (!half) {
    return EscrowFailed(context, InvalidArgument(fmt::format(
                                     "`{}` is no half that an officer handed on", opening.from)));
  }
  return Tell(context, target, opening, FinishHalf(*half, opening.keys.front()));
}

int OpenAtHub(Context& context, const Target& target, const Opening& opening) {
  // Both keys are read before the hub is asked: an opening that can't go on is not begun.
  auto first = LoadOfficer(opening.keys.front());
  if (!first.ok()) return EscrowFailed(context, first.status());
  if (opening.keys.size() == 2) {
    if (auto second = LoadOfficer(opening.keys[1]); !second.ok()) {
      return EscrowFailed(context, second.status());
    }
  }
  const exchange::LocalReply reply =
      CallNode(target, "escrow-open", {{"id", opening.id}, {"reason", opening.reason}});
  if (reply.exit_status != kDone) {
    PrintReplyError(context, "escrow open", reply.json);
    return reply.exit_status;
  }
  // As it is: Field is for people, and shortens.
  const Json text = reply.json.is_object() ? reply.json.value("sealed", Json()) : Json();
  const std::optional<Bytes> sealed =
      text.is_string() ? HexDecode(text.get_ref<const std::string&>()) : std::nullopt;
  const auto pseudonym = sealed ? membership::PseudonymOf(*sealed)
                                : InvalidArgument("the hub's answer holds nothing sealed");
  if (!pseudonym.ok()) return EscrowFailed(context, pseudonym.status());
  if (HexEncode(pseudonym->view()) != Field(reply.json, "pseudonym")) {
    return EscrowFailed(context, InvalidArgument("the hub's answer is of another pseudonym"));
  }
  auto half = membership::OpenFirstHalf(*sealed, *first);
  if (!half.ok()) return EscrowFailed(context, half.status());
  if (opening.keys.size() == 2) {
    return Tell(context, target, opening, FinishHalf(*half, opening.keys[1]));
  }
  const absl::Status written = WriteFile(opening.half, HexEncode(*half) + "\n", FileMode::kSecret);
  if (!written.ok()) return EscrowFailed(context, written);
  if (target.json) {
    context.out << ToPrettyText({{"half", opening.half}});
  } else {
    context.out << "the second officer opens " << Safe(opening.half)
                << " with `renkei escrow open --from --hub KEY`; it is about pseudonym "
                << HexEncode(pseudonym->view()) << "\n";
  }
  return kDone;
}

int ListOpenings(Context& context, const Target& target) {
  return Ask(context, target, "escrow-log", Json::object(), [&](const Json& json) {
    if (json["openings"].empty()) {
      context.out << "No pseudonym was ever opened.\n";
      return;
    }
    Table table({"TIME", "RECORD", "REASON"});
    for (const Json& one : json["openings"]) {
      table.Add({Field(one, "time"), Field(one, "record"), Field(one, "reason")});
    }
    context.out << table.ToText();
  });
}

int EscrowMisused(Context& context, std::string_view what) {
  PrintError(context, fmt::format("escrow: {}", what), "`renkei help escrow` shows its usage");
  return kWrongUsage;
}

int RunEscrow(Context& context) {
  Target target;
  std::string action;
  Opening opening;
  ArgumentParser parser(context, kEscrowCommand);
  parser.Positional("ACTION", action);
  parser.Positional("ID", opening.id, /*required=*/false);
  parser.Option("--reason", opening.reason);
  parser.Option("--from", opening.from);
  parser.Option("--half", opening.half);
  parser.Option("--hub", opening.hub);
  parser.List("--key", opening.keys);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (action == "log") return ListOpenings(context, target);
  if (action == "key") {
    if (opening.id.empty()) return EscrowMisused(context, "key: FILE is missing");
    return MakeOfficer(context, opening.id);
  }
  if (action != "open") return EscrowMisused(context, "expected key, open or log");
  const std::size_t keys = opening.keys.size();
  const std::optional<Bytes> hub = HexDecode(opening.hub);
  if (!opening.hub.empty() && (!hub || hub->size() != crypto::PublicKey::kSize)) {
    return EscrowMisused(context, "open --hub: expected a key of 64 hex digits");
  }
  if (hub) opening.hub = HexEncode(*hub);  // as we write it
  if (!opening.from.empty()) {
    if (keys != 1) return EscrowMisused(context, "open --from: one --key is needed");
    if (!hub || hub->empty()) {
      return EscrowMisused(context,
                           "open --from: --hub is needed, the hub_key of `renkei status --json`");
    }
    return FinishFrom(context, target, opening);
  }
  if (opening.id.empty() || opening.reason.empty()) {
    return EscrowMisused(context, "open: ID and --reason are needed");
  }
  const bool two = keys == 2 && opening.half.empty();
  const bool one = keys == 1 && !opening.half.empty();
  if (!two && !one) {
    return EscrowMisused(context, "open: two officers' --key, or one and --half OUT");
  }
  return OpenAtHub(context, target, opening);
}

}  // namespace

const Command kEscrowCommand = {
    .name = "escrow",
    .summary = "hub: find out, by two of three officers, who a pseudonym is",
    .usage = kEscrowUsage,
    .run = &RunEscrow,
};

}  // namespace renkei::cli
