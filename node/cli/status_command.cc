#include <algorithm>
#include <chrono>
#include <ostream>
#include <thread>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"
#include "node/cli/source_table.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kStatusUsage =
    R"(Usage: renkei status [--wait SECONDS] [--wait-linked SECONDS] [--dir DIR]
                     [--json]

Says what the node in DIR is, where it listens, what it holds, and how its
links are.

  --wait SECONDS         wait until the node answers
  --wait-linked SECONDS  member: wait until it is connected to its hub and has
                         all that waited for it there

Exit status: 0, 1 if the node does not answer (in time), 2 wrong usage.

Example:
  $ renkei status --dir alpha --wait-linked 20
)";

constexpr std::chrono::milliseconds kAskAgain{100};
constexpr std::size_t kStatusIdsShown = 3;
constexpr std::size_t kStatusIdDigits = 12;

bool IsLinked(const Json& json) { return json.value("caught_up", json.value("role", "") == "hub"); }

// The first few, as `show` takes them.
std::string ShortIds(const Json& ids) {
  std::string text;
  std::size_t shown = 0;
  for (const Json& id : ids) {
    if (shown++ == kStatusIdsShown) return text + " ...";
    text += (text.empty() ? "" : " ") + Safe(id.get<std::string>()).substr(0, kStatusIdDigits);
  }
  return text;
}

void PrintStatus(Context& context, const Json& json) {
  Table table({"", ""});
  table.Add({"organization", Field(json, "org")});
  table.Add({"role", Field(json, "role")});
  const std::string community = Field(json, "community");
  table.Add({"community", community.empty() ? "none: not joined yet" : community});
  table.Add({"team", Field(json, "team") + "  " + Field(json, "team_id")});
  const std::string exchange = Field(json["addresses"], "exchange");
  if (!exchange.empty()) table.Add({"peers at", exchange});
  const std::string enrolment = Field(json["addresses"], "enrolment");
  if (!enrolment.empty()) table.Add({"enrolment at", enrolment});
  const std::string gateway = Field(json["addresses"], "gateway");
  if (!gateway.empty()) {
    table.Add({"gateway at", fmt::format("{}  {} requests in the last hour{}", gateway,
                                         Field(json["gateway"], "last_hour"),
                                         json["gateway"].value("tls", false) ? "" : ", no TLS")});
  }
  table.Add({"policy", fmt::format("{} version {}", Field(json["policy"], "name"),
                                   Field(json["policy"], "version"))});
  if (json.contains("community_state")) {
    table.Add(
        {"community state", fmt::format("version {}, {}", Field(json["community_state"], "version"),
                                        Field(json["community_state"], "freshness"))});
  }
  const Json& store = json["store"];
  table.Add({"records", fmt::format("{} ({} own), {} withdrawn, {} waiting to be sent",
                                    Field(store, "records"), Field(store, "own"),
                                    Field(store, "withdrawn"), Field(store, "outbox"))});
  if (const auto disputed = json.find("disputed"); disputed != json.end() && !disputed->empty()) {
    table.Add({"disputed", fmt::format("{} of our records, by other teams: answer with `renkei "
                                       "update` or `withdraw`: {}",
                                       disputed->size(), ShortIds(*disputed))});
  }
  if (const auto left = json.value("index_left", std::int64_t{0}); left > 0) {
    table.Add({"index", fmt::format("{} records are still to be added for `search`", left)});
  }
  if (json.contains("push")) {
    const auto failing =
        std::count_if(json["push"].begin(), json["push"].end(),
                      [](const Json& target) { return target.contains("last_error"); });
    table.Add({"push targets", failing == 0 ? fmt::format("{}, all working", json["push"].size())
                                            : fmt::format("{}, {} failing: `renkei push list`",
                                                          json["push"].size(), failing)});
  }
  table.Add({"running since", Field(json, "started")});
  context.out << table.ToText();
  if (!json.value("sources", Json::array()).empty()) {
    context.out << "\n" << SourceTable(json["sources"]);
  }
  Table peers({"PEER", "WHO DIALS", "CONNECTED", "LAST SEEN", "LAST ERROR"});
  for (const Json& peer : json["peers"]) {
    peers.Add({Field(peer, "team"), Field(peer, "direction") == "out" ? "we" : "they",
               Field(peer, "connected"), Field(peer, "last_seen"), Field(peer, "last_error")});
  }
  if (!peers.empty()) context.out << "\n" << peers.ToText();
}

int RunStatus(Context& context) {
  Target target;
  std::optional<int> wait;
  std::optional<int> wait_linked;
  ArgumentParser parser(context, kStatusCommand);
  parser.Number("--wait", wait);
  parser.Number("--wait-linked", wait_linked);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const int seconds = wait_linked.value_or(wait.value_or(0));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  exchange::LocalReply reply = CallNode(target, "status", Json::object());
  const auto arrived = [&] {
    return reply.exit_status == 0 && (!wait_linked || IsLinked(reply.json));
  };
  // Who is not let in waits in vain.
  const auto let_in = [&] { return reply.json.value("let_in", true); };
  while (!arrived() && let_in() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kAskAgain);
    reply = CallNode(target, "status", Json::object());
  }
  if (target.json) context.out << ToPrettyText(reply.json);
  PrintReplyError(context, "status", reply.json);
  if (reply.exit_status != 0) return reply.exit_status;
  if (!target.json) PrintStatus(context, reply.json);
  if (arrived()) return kDone;
  PrintError(context, fmt::format("status: has not caught up with the hub after {} s", seconds),
             "`renkei doctor hub` checks each step of the way");
  return kFailed;
}

}  // namespace

const Command kStatusCommand = {
    .name = "status",
    .summary = "what the node is, holds, and is linked to",
    .usage = kStatusUsage,
    .run = &RunStatus,
};

}  // namespace renkei::cli
