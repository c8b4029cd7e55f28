// The hub operator's commands: circles, roster, invitations, revocation, suspension.

#include <limits>

#include "node/app/commands_parts.h"
#include "node/base/encoding.h"
#include "node/crypto/team_id.h"
#include "node/formats/time_text.h"

namespace renkei::app {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

absl::StatusOr<membership::HubRoster*> Roster(const CommandContext& context) {
  membership::HubRoster* roster = context.node.roster();
  if (roster != nullptr) return roster;
  return WithHint(FailedPrecondition("this node is a member: only a hub keeps a roster"),
                  "run it on the hub, with --dir of the hub's folder");
}

Json LevelsJson(const google::protobuf::RepeatedPtrField<renkei::v1::Level>& levels,
                const std::vector<membership::Charter>& charters) {
  Json json = Json::object();
  for (const renkei::v1::Level& level : levels) {
    std::string name = fmt::format("rung {}", level.rung());
    for (const membership::Charter& charter : charters) {
      if (charter.circle != level.circle()) continue;
      name = charter.LevelOf(static_cast<policy::Rung>(level.rung()));
    }
    json[level.circle()] = name;
  }
  return json;
}

std::string Standing(const renkei::v1::Team& team, Timestamp now) {
  if (team.revoked()) return "revoked";
  return team.suspended_until() > UnixSeconds(now) ? "suspended" : "active";
}

// Who says it: the hub, or only the team itself.
Json SaidBy(const renkei::v1::Claim& claim) { return claim.by_hub() ? "hub" : "self"; }

Json TeamJson(const renkei::v1::Team& team, const std::vector<membership::Charter>& charters,
              Timestamp now) {
  Json json = {{"slug", team.slug()}, {"org", team.org()}, {"standing", Standing(team, now)}};
  if (const auto key = crypto::PublicKey::From(team.team_key())) {
    json["team_id"] = crypto::TeamId(*key);
  }
  json["levels"] = LevelsJson(team.levels(), charters);
  const renkei::v1::Card& card = team.card();
  if (card.has_sector()) json["sector"] = card.sector().value();
  if (card.has_sector()) json["sector_by"] = SaidBy(card.sector());
  if (card.has_country()) json["country"] = card.country().value();
  if (card.has_country()) json["country_by"] = SaidBy(card.country());
  if (!team.size().empty()) json["size"] = team.size();
  const bool until_lifted = team.suspended_until() == std::numeric_limits<std::int64_t>::max();
  if (team.suspended_until() != 0 && !until_lifted) {
    json["suspended_until"] = TimeText(FromUnixSeconds(team.suspended_until()));
  }
  json["joined"] = TimeText(FromUnixSeconds(team.joined()));
  if (team.certificate_not_after() != 0) {  // the hub issues its own at each start
    json["certificate_expires"] = TimeText(FromUnixSeconds(team.certificate_not_after()));
  }
  return json;
}

// What the hub says of a team; `none` is how it says nothing any more.
std::optional<std::string> Said(Arguments& arguments, std::string_view key) {
  const std::string text = arguments.Text(key);
  if (text.empty()) return std::nullopt;
  return text == "none" ? "" : text;
}

Json ProfileJson(const renkei::v1::Team& team) {
  return {{"slug", team.slug()},
          {"sector", team.card().sector().value()},
          {"country", team.card().country().value()},
          {"size", team.size()}};
}

}  // namespace

CommandResult CirclesAddCommand(const CommandContext& context, Arguments& arguments,
                                const std::string&) {
  const std::string name = arguments.Required("name");
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(membership::HubRoster * roster, Roster(context));
  RETURN_IF_ERROR(roster->AddCircle(name));
  return Done({{"circle", name}});
}

CommandResult CirclesSetCommand(const CommandContext& context, Arguments& arguments,
                                const std::string&) {
  const std::string name = arguments.Required("name");
  std::uint32_t modes = 0;
  Json words = Json::array();
  for (const std::string& word : arguments.List("sources")) {
    const auto source = policy::SourceModeFromWord(word);
    if (!source) {
      arguments.Refuse(fmt::format("source `{}`: expected attributed, pseudonymous or anonymous",
                                   Printable(word, 40)));
      continue;
    }
    modes |= membership::SourceModeBit(*source);
    words.push_back(word);
  }
  const std::string asked = arguments.Text("correlation");
  const auto correlation = record::CorrelationFromWord(asked);
  if (!asked.empty() && !correlation) {
    arguments.Refuse(
        fmt::format("correlation `{}`: expected none, names or subnets", Printable(asked, 40)));
  }
  if (words.empty() && asked.empty()) arguments.Refuse("argument `sources` is missing");
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(membership::HubRoster * roster, Roster(context));
  const bool pseudonymous =
      (modes & membership::SourceModeBit(policy::SourceMode::kPseudonymous)) != 0;
  if (pseudonymous && context.node.config()->escrow.officers.empty()) {
    return WithHint(FailedPrecondition("pseudonymous records need three escrow officers"),
                    "put their public keys into [escrow] of node.toml (`renkei escrow key FILE` "
                    "makes one), then `renkei reload`");
  }
  if (!words.empty()) RETURN_IF_ERROR(roster->SetSourceModes(name, modes));
  if (correlation) RETURN_IF_ERROR(roster->SetCorrelation(name, *correlation));
  Json json = {{"circle", name}};
  if (!words.empty()) json["sources"] = std::move(words);
  if (correlation) json["correlation"] = asked;
  return Done(std::move(json));
}

CommandResult RosterCommand(const CommandContext& context, Arguments&, const std::string&) {
  ASSIGN_OR_RETURN(const membership::HubRoster* roster, Roster(context));
  const Timestamp now = context.node.clock().Now();
  const auto charters = roster->Charters();
  Json teams = Json::array();
  for (const renkei::v1::Team& team : roster->Teams()) {
    teams.push_back(TeamJson(team, charters, now));
  }
  Json invitations = Json::array();
  ASSIGN_OR_RETURN(const auto open, roster->OpenInvitations());
  for (const renkei::v1::Invitation& one : open) {
    invitations.push_back({{"slug", one.slug()},
                           {"levels", LevelsJson(one.levels(), charters)},
                           {"expires", TimeText(FromUnixSeconds(one.expires()))}});
  }
  return Done({{"community", roster->community()},
               {"teams", std::move(teams)},
               {"invitations", std::move(invitations)}});
}

CommandResult RosterSetCommand(const CommandContext& context, Arguments& arguments,
                               const std::string&) {
  const std::string slug = arguments.Required("slug");
  const membership::HubRoster::ProfileChange profile = {.sector = Said(arguments, "sector"),
                                                        .country = Said(arguments, "country"),
                                                        .size = Said(arguments, "size")};
  if (profile.sector || profile.country || profile.size) {
    RETURN_IF_ERROR(arguments.status());
    ASSIGN_OR_RETURN(membership::HubRoster * roster, Roster(context));
    RETURN_IF_ERROR(roster->SetProfile(slug, profile));
    return Done(ProfileJson(roster->FindTeamBySlug(slug).value_or(renkei::v1::Team())));
  }
  const std::string circle = arguments.Required("circle");
  const std::string level = arguments.Required("level");
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(membership::HubRoster * roster, Roster(context));
  RETURN_IF_ERROR(roster->SetLevel(slug, circle, level));
  return Done({{"slug", slug}, {"circle", circle}, {"level", level}});
}

CommandResult InviteCommand(const CommandContext& context, Arguments& arguments,
                            const std::string&) {
  const std::string slug = arguments.Required("slug");
  std::map<std::string, std::string> levels;
  for (const std::string& pair : arguments.List("levels")) {
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == pair.size()) {
      arguments.Refuse(fmt::format("circle `{}`: expected CIRCLE=LEVEL", Printable(pair, 80)));
      continue;
    }
    levels[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(membership::HubRoster * roster, Roster(context));
  ASSIGN_OR_RETURN(const membership::Invited invited, roster->Invite(slug, levels));
  return Done({{"slug", slug},
               {"token", invited.token},
               {"expires", TimeText(invited.expires)},
               {"hub_team_id", crypto::TeamId(context.node.team_key())}});
}

CommandResult RevokeCommand(const CommandContext& context, Arguments& arguments,
                            const std::string&) {
  const std::string slug = arguments.Required("slug");
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(membership::HubRoster * roster, Roster(context));
  RETURN_IF_ERROR(roster->Revoke(slug));
  return Done({{"slug", slug}, {"standing", "revoked"}});
}

CommandResult SuspendCommand(const CommandContext& context, Arguments& arguments,
                             const std::string&) {
  const std::string slug = arguments.Required("slug");
  const bool end = arguments.Flag("end");
  const std::string until_text = arguments.Text("until");
  std::optional<Timestamp> until;
  if (!until_text.empty()) {
    const auto micros = formats::MicrosFromText(until_text);
    if (!micros) {
      arguments.Refuse(fmt::format("until `{}`: expected a time such as 2031-05-01T00:00:00Z",
                                   Printable(until_text, 40)));
    } else {
      until = FromUnixSeconds(*micros / kMicrosPerSecond);
    }
  }
  if (end && until) arguments.Refuse("a suspension either ends now or has a time until");
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(membership::HubRoster * roster, Roster(context));
  if (end) {
    RETURN_IF_ERROR(roster->EndSuspension(slug));
    return Done({{"slug", slug}, {"standing", "active"}});
  }
  RETURN_IF_ERROR(roster->Suspend(slug, until));
  Json json = {{"slug", slug}, {"standing", "suspended"}};
  if (until) json["until"] = TimeText(*until);
  return Done(std::move(json));
}

}  // namespace renkei::app
