#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/crowd.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kRosterUsage = R"(Usage: renkei roster [--dir DIR] [--json]
       renkei roster set SLUG --circle C=LEVEL [--circle C=LEVEL]... [--dir DIR]
       renkei roster set SLUG [--sector S] [--country C] [--size N] [--dir DIR]
       renkei roster crowd [--now] [--dir DIR] [--json]

Hub only.  Lists the teams with their levels and standing, and the invitations
that are still open.  `set` gives a team a level in a circle; the level `none`
takes it out.  What it then gains is sent to it, what it lost is taken back.

It also says in the hub's name what a team is: its sector (a-z, 0-9 and `-`),
country (jp) and size of staff (1-9, 10-49, 50-249, 250-999, 1000+); `none`
takes that back.  Sector and country stand on the team's card for policies; all
three count for the crowd table, the size for nothing else.

`crowd` shows what can be said of a victim so that at least five teams of a
circle fit.  The table is counted anew once a day; --now counts it at once, and
whoever compares it with the one before may learn who joined or left meanwhile.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei roster set alpha --circle energy=accredited --dir hub
)";

std::string LevelsText(const Json& levels) {
  std::string text;
  for (const auto& [circle, level] : levels.items()) {
    text += (text.empty() ? "" : ", ") + Safe(circle) + "=" + Field(levels, circle);
  }
  return text;
}

void PrintRoster(Context& context, const Json& json) {
  Table teams({"TEAM", "STANDING", "CERTIFICATE UNTIL", "TEAM ID", "LEVELS"});
  for (const Json& team : json["teams"]) {
    const std::string until = Field(team, "certificate_expires").substr(0, 10);
    teams.Add({Field(team, "slug"), Field(team, "standing"), until.empty() ? "-" : until,
               Field(team, "team_id"), LevelsText(team["levels"])});
  }
  context.out << teams.ToText();
  Table open({"INVITED", "UNTIL", "LEVELS"});
  for (const Json& one : json["invitations"]) {
    open.Add({Field(one, "slug"), Field(one, "expires"), LevelsText(one["levels"])});
  }
  if (!open.empty()) context.out << "\n" << open.ToText();
}

int Set(Context& context, const Target& target, const std::string& slug,
        const std::vector<std::string>& circles) {
  for (const std::string& pair : circles) {
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == pair.size()) {
      PrintError(context, fmt::format("roster set: circle `{}`: expected CIRCLE=LEVEL", pair));
      return kWrongUsage;
    }
  }
  for (const std::string& pair : circles) {
    const std::size_t equals = pair.find('=');
    const int status = Ask(
        context, target, "roster-set",
        {{"slug", slug}, {"circle", pair.substr(0, equals)}, {"level", pair.substr(equals + 1)}},
        [&](const Json& json) {
          context.out << Field(json, "slug") << " is now " << Field(json, "level") << " in "
                      << Field(json, "circle") << "\n";
        });
    if (status != kDone) return status;
  }
  return kDone;
}

int SetProfile(Context& context, const Target& target, const std::string& slug, Json profile) {
  profile["slug"] = slug;
  return Ask(context, target, "roster-set", profile, [&](const Json& json) {
    const auto said = [&json](const char* key) {
      const std::string text = Field(json, key);
      return text.empty() ? "not said" : text;
    };
    context.out << Field(json, "slug") << ": sector " << said("sector") << ", country "
                << said("country") << ", size " << said("size") << "\n";
  });
}

int RunRoster(Context& context) {
  Target target;
  std::string action;
  std::string slug;
  std::vector<std::string> circles;
  std::string sector;
  std::string country;
  std::string size;
  bool now = false;
  ArgumentParser parser(context, kRosterCommand);
  parser.Positional("ACTION", action, /*required=*/false);
  parser.Positional("SLUG", slug, /*required=*/false);
  parser.List("--circle", circles);
  parser.Option("--sector", sector);
  parser.Option("--country", country);
  parser.Option("--size", size);
  parser.Flag("--now", now);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const bool profile = !sector.empty() || !country.empty() || !size.empty();
  if (action == "set" && !slug.empty() && !now && (profile || !circles.empty())) {
    int status = kDone;
    if (profile) {
      status = SetProfile(context, target, slug,
                          {{"sector", sector}, {"country", country}, {"size", size}});
    }
    return status == kDone ? Set(context, target, slug, circles) : status;
  }
  const bool nothing_to_set = circles.empty() && !profile;
  if (action == "crowd" && slug.empty() && nothing_to_set) {
    return Ask(context, target, "roster-crowd", {{"now", now}},
               [&](const Json& json) { PrintCrowd(context, json); });
  }
  if (action.empty() && nothing_to_set && !now) {
    return Ask(context, target, "roster", Json::object(),
               [&](const Json& json) { PrintRoster(context, json); });
  }
  PrintError(context,
             action == "set" || action.empty() ? "roster set: SLUG and what to set are needed"
                                               : fmt::format("roster: there is no `{}`", action),
             "`renkei help roster` shows its usage");
  return kWrongUsage;
}

}  // namespace

const Command kRosterCommand = {
    .name = "roster",
    .summary = "hub: teams and their levels; set a level",
    .usage = kRosterUsage,
    .run = &RunRoster,
};

}  // namespace renkei::cli
