#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kRosterUsage = R"(Usage: renkei roster [--dir DIR] [--json]
       renkei roster set SLUG --circle C=LEVEL [--circle C=LEVEL]... [--dir DIR]

Hub only.  Lists the teams with their levels and standing, and the invitations
that are still open.  `set` gives a team a level in a circle; the level `none`
takes it out.  What it then gains is sent to it, what it lost is taken back.

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

int RunRoster(Context& context) {
  Target target;
  std::string action;
  std::string slug;
  std::vector<std::string> circles;
  ArgumentParser parser(context, kRosterCommand);
  parser.Positional("ACTION", action, /*required=*/false);
  parser.Positional("SLUG", slug, /*required=*/false);
  parser.List("--circle", circles);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (action == "set" && !slug.empty() && !circles.empty()) {
    return Set(context, target, slug, circles);
  }
  if (action.empty() && circles.empty()) {
    return Ask(context, target, "roster", Json::object(),
               [&](const Json& json) { PrintRoster(context, json); });
  }
  PrintError(context,
             action == "set" || action.empty()
                 ? "roster set: SLUG and --circle CIRCLE=LEVEL are needed"
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
