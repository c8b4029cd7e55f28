// What the hub tells everyone in numbers: `stats`; and its crowd table: `roster crowd`.

#include "node/app/commands_parts.h"
#include "node/base/encoding.h"

namespace renkei::app {
namespace {

Json CellsJson(const google::protobuf::RepeatedPtrField<renkei::v1::StatisticsCell>& cells) {
  Json json = Json::array();
  for (const renkei::v1::StatisticsCell& cell : cells) {
    json.push_back({{"key", cell.key()}, {"records", cell.count()}});
  }
  return json;
}

Json CrowdJson(const renkei::v1::Crowd& crowd) {
  Json fits = Json::array();
  for (const renkei::v1::Profile& profile : crowd.fits()) {
    Json one = Json::object();
    if (!profile.sector().empty()) one["sector"] = profile.sector();
    if (!profile.country().empty()) one["country"] = profile.country();
    if (!profile.size().empty()) one["size"] = profile.size();
    fits.push_back(std::move(one));
  }
  return fits;
}

}  // namespace

CommandResult StatsCommand(const CommandContext& context, Arguments& arguments,
                           const std::string&) {
  const std::string month = arguments.Text("month");
  RETURN_IF_ERROR(arguments.status());
  const auto state = context.node.verifier().state();
  Json months = Json::array();
  if (state != nullptr) {
    for (const renkei::v1::MonthTables& tables : state->message().statistics()) {
      if (!month.empty() && tables.month() != month) continue;
      months.push_back({{"month", tables.month()},
                        {"types", CellsJson(tables.types())},
                        {"sectors", CellsJson(tables.sectors())}});
    }
  }
  if (!month.empty() && months.empty()) {
    return WithHint(NotFound(fmt::format("no statistics of `{}` are here", Printable(month, 40))),
                    "a month is published once, a week after its end; `renkei stats --json` lists "
                    "those that are here");
  }
  return Done({{"months", std::move(months)}});
}

namespace {

// The table that this node asks when it publishes.
CommandResult CrowdTableAnswer(Node& node) {
  const auto state = node.verifier().state();
  if (state == nullptr) {
    return WithHint(Unavailable("no community state is here yet"),
                    "a member has one once it has joined, a hub once it runs");
  }
  Json circles = Json::object();
  for (const renkei::v1::Crowd& crowd : state->message().crowds()) {
    circles[crowd.circle()] = CrowdJson(crowd);
  }
  const bool dead = node.verifier().freshness() == membership::Freshness::kDead;
  return Done({{"counted", TimeText(FromUnixSeconds(state->message().crowds_at()))},
               {"usable", !dead},
               {"circles", std::move(circles)}});
}

}  // namespace

CommandResult RosterCrowdCommand(const CommandContext& context, Arguments& arguments,
                                 const std::string&) {
  const bool now = arguments.Flag("now");
  RETURN_IF_ERROR(arguments.status());
  membership::HubRoster* roster = context.node.roster();
  if (roster == nullptr) {
    return WithHint(FailedPrecondition("this node is a member: only a hub keeps a roster"),
                    "run it on the hub, with --dir of the hub's folder");
  }
  if (now) RETURN_IF_ERROR(roster->CountCrowdsNow());
  return CrowdTableAnswer(context.node);
}

CommandResult CrowdCommand(const CommandContext& context, Arguments&, const std::string&) {
  return CrowdTableAnswer(context.node);
}

}  // namespace renkei::app
