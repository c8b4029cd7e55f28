// What this node is, where it listens, whom it is linked to, and whether that works.

#include <algorithm>

#include "node/app/commands_indicators.h"
#include "node/app/commands_parts.h"
#include "node/app/local_commands.h"
#include "node/base/encoding.h"
#include "node/crypto/team_id.h"
#include "node/gateway/gateway.h"

namespace renkei::app {
namespace {

constexpr std::size_t kShownDigits = 16;
constexpr std::size_t kErrorBytesMax = 500;

std::string_view FreshnessWord(membership::Freshness freshness) {
  switch (freshness) {
    case membership::Freshness::kFresh:
      return "fresh";
    case membership::Freshness::kStale:
      return "stale";
    case membership::Freshness::kDead:
      return "dead";
  }
  return "dead";
}

Json PeerJson(const PeerState& peer) {
  Json json = {{"team", peer.team},
               {"direction", peer.direction},
               {"connected", peer.connected},
               {"streams", peer.streams},
               {"position", peer.position}};
  if (peer.direction == "out") json["caught_up"] = peer.caught_up;
  if (peer.last_seen) json["last_seen"] = TimeText(*peer.last_seen);
  if (!peer.last_error.empty()) json["last_error"] = Printable(peer.last_error, kErrorBytesMax);
  return json;
}

Json CountsJson(const store::Counts& counts) {
  return {{"records", counts.records},     {"own", counts.own},
          {"withdrawn", counts.withdrawn}, {"outbox", counts.outbox},
          {"newest", counts.newest},       {"file_bytes", counts.file_bytes}};
}

Json GatewayJson(const gateway::Gateway& gateway) {
  const gateway::GatewayCounts counts = gateway.counts();
  Json json = {{"tls", gateway.uses_tls()},
               {"requests", counts.requests},
               {"last_hour", counts.last_hour},
               {"refused", counts.refused}};
  if (const auto certificate = gateway.ReadCertificate(); certificate.ok()) {
    json["certificate_expires"] = TimeText(certificate->not_after);
  }
  return json;
}

bool IsDialling(const std::vector<PeerState>& peers) {
  return std::any_of(peers.begin(), peers.end(), [](const PeerState& peer) {
    return peer.direction == "out" && peer.connected;
  });
}

bool HasCaughtUpWithHub(const std::vector<PeerState>& peers) {
  return std::any_of(peers.begin(), peers.end(), [](const PeerState& peer) {
    return peer.direction == "out" && peer.team == "hub" && peer.caught_up;
  });
}

}  // namespace

CommandResult StatusCommand(const CommandContext& context, Arguments&, const std::string&) {
  Node& node = context.node;
  const auto active = node.policies().Current();
  const BoundAddresses addresses = node.addresses();
  store::Counts counts;
  RETURN_IF_ERROR(node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(counts, reader.Count());
    return absl::OkStatus();
  }));
  const bool joined = !node.community().name().empty();
  Json json = {{"version", kVersion},
               {"org", node.config()->org},
               {"role", node.community().is_hub() ? "hub" : "member"},
               {"community", node.community().name()},
               {"team", node.community().own_team()},
               {"team_id", crypto::TeamId(node.team_key())},
               {"joined", joined},
               {"folder", node.folder()},
               {"started", TimeText(context.started)},
               {"now", TimeText(node.clock().Now())},
               {"addresses",
                {{"exchange", addresses.exchange},
                 {"enrolment", addresses.enrolment},
                 {"gateway", addresses.gateway}}}};
  const policy::Policy& policy = active->evaluator.policy();
  json["policy"] = {{"name", policy.name()},
                    {"version", policy.version()},
                    {"digest", HexEncode(active->digest.view())}};
  json["store"] = CountsJson(counts);
  RETURN_IF_ERROR(AddIndicatorState(node, json));
  if (joined) {
    json["community_state"] = {{"version", node.verifier().version().value_or(0)},
                               {"freshness", FreshnessWord(node.verifier().freshness())},
                               {"hub_key", HexEncode(node.verifier().attest_key().view())}};
  }
  if (const auto tls = node.tls(); tls->certificate) {
    json["certificate_expires"] = TimeText(tls->certificate->not_after());
  }
  if (!addresses.gateway.empty()) json["gateway"] = GatewayJson(node.gateway());
  json["sources"] = SourcesJson(node);
  if (Json push = PushJson(node, counts.newest); !push.empty()) json["push"] = std::move(push);
  const std::vector<PeerState> peers = node.peers();
  if (!node.community().is_hub()) {
    json["linked"] = IsDialling(peers);
    json["caught_up"] = HasCaughtUpWithHub(peers);
  }
  json["peers"] = Json::array();
  for (const PeerState& peer : peers) json["peers"].push_back(PeerJson(peer));
  return Done(std::move(json));
}

CommandResult CirclesCommand(const CommandContext& context, Arguments&, const std::string&) {
  Node& node = context.node;
  const auto own = node.community().OwnCircles();
  Json circles = Json::array();
  const std::vector<membership::Charter> charters =
      node.roster() != nullptr ? node.roster()->Charters() : node.verifier().Charters();
  for (const membership::Charter& charter : charters) {
    Json levels = Json::array();
    for (const membership::Level& level : charter.levels) {
      levels.push_back({{"name", level.name}, {"rung", level.rung}});
    }
    Json circle = {{"name", charter.circle}, {"levels", std::move(levels)}};
    circle["sources"] = Json::array();
    for (const auto source : {policy::SourceMode::kAttributed, policy::SourceMode::kPseudonymous,
                              policy::SourceMode::kAnonymous}) {
      if (charter.Allows(source)) circle["sources"].push_back(policy::ToWord(source));
    }
    circle["correlation"] = record::ToWord(charter.correlation);
    for (const policy::Membership& membership : own) {
      if (membership.circle != charter.circle) continue;
      circle["own_level"] = charter.LevelOf(membership.rung);
      circle["own_rung"] = membership.rung;
    }
    circles.push_back(std::move(circle));
  }
  return Done({{"circles", std::move(circles)}});
}

CommandResult PeersCommand(const CommandContext& context, Arguments&, const std::string&) {
  Node& node = context.node;
  store::Offset newest = 0;
  RETURN_IF_ERROR(node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(newest, reader.Newest());
    return absl::OkStatus();
  }));
  Json peers = Json::array();
  for (const PeerState& peer : node.peers()) {
    Json json = PeerJson(peer);
    if (const auto known = node.FindPeer(peer.team)) {
      Json levels = Json::object();
      for (const policy::Membership& membership : known->facts.circles) {
        const auto charter = node.verifier().FindCharter(membership.circle);
        levels[membership.circle] =
            charter ? charter->LevelOf(membership.rung) : fmt::format("rung {}", membership.rung);
      }
      json["levels"] = std::move(levels);
    }
    peers.push_back(std::move(json));
  }
  return Done({{"newest", newest}, {"peers", std::move(peers)}});
}

CommandResult ReloadCommand(const CommandContext& context, Arguments& arguments,
                            const std::string&) {
  const std::string author = AuthorOf(context, arguments);
  RETURN_IF_ERROR(arguments.status());
  const auto [problems, restart] = context.node.Reload(author);
  Json list = Json::array();
  for (const Problem& problem : problems) list.push_back(ToString(problem));
  if (!problems.empty()) {
    return exchange::LocalReply{
        .exit_status = 1,
        .json = {{"error", fmt::format("{} problem{}; what was in force stays", problems.size(),
                                       problems.size() == 1 ? "" : "s")},
                 {"hint", "mend the files and run `renkei reload` again"},
                 {"problems", std::move(list)}}};
  }
  const auto active = context.node.policies().Current();
  return Done({{"policy", active->evaluator.policy().name()},
               {"version", active->evaluator.policy().version()},
               {"digest", HexEncode(active->digest.view()).substr(0, kShownDigits)},
               {"restart", restart}});
}

CommandResult DoctorCommand(const CommandContext& context, Arguments& arguments,
                            const std::string&) {
  const std::string peer = arguments.Required("peer");
  RETURN_IF_ERROR(arguments.status());
  Json steps = Json::array();
  bool ok = true;
  for (const Node::DoctorStep& step : context.node.Doctor(peer)) {
    ok = ok && step.ok;
    steps.push_back({{"step", step.step}, {"ok", step.ok}, {"text", step.text}});
  }
  Json json = {{"peer", peer}, {"ok", ok}, {"steps", std::move(steps)}};
  return exchange::LocalReply{.exit_status = ok ? 0 : 1, .json = std::move(json)};
}

}  // namespace renkei::app
