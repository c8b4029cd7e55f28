#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPeersUsage = R"(Usage: renkei peers [--dir DIR] [--json]

Lists the nodes that are or were connected to this one, or that it dials: since
when, and how far in our feed they have been served.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei peers --dir hub
)";

void PrintPeers(Context& context, const Json& json) {
  Table table({"PEER", "WHO DIALS", "CONNECTED", "SERVED UP TO", "LAST SEEN", "LAST ERROR"});
  for (const Json& peer : json["peers"]) {
    table.Add({Field(peer, "team"), Field(peer, "direction") == "out" ? "we" : "they",
               Field(peer, "connected"),
               fmt::format("{} of {}", Field(peer, "position"), Field(json, "newest")),
               Field(peer, "last_seen"), Field(peer, "last_error")});
  }
  if (table.empty()) {
    context.out << "no peer yet\n";
  } else {
    context.out << table.ToText();
  }
}

int RunPeers(Context& context) {
  Target target;
  ArgumentParser parser(context, kPeersCommand);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "peers", Json::object(),
             [&](const Json& json) { PrintPeers(context, json); });
}

}  // namespace

const Command kPeersCommand = {
    .name = "peers",
    .summary = "nodes that are linked to this one",
    .usage = kPeersUsage,
    .run = &RunPeers,
};

}  // namespace renkei::cli
