#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kCirclesUsage = R"(Usage: renkei circles [--dir DIR] [--json]
       renkei circles add NAME [--dir DIR]
       renkei circles set NAME [--source S]... [--correlate W] [--dir DIR]

Lists the circles of the community with their levels, lowest first, our own
level, and the source modes that the charter allows.  On a hub, `add` makes a
new circle with the levels listed, accredited and certified; then give teams a
level in it with `renkei roster set`.  `set` says in which source modes members
may publish there, one --source each: pseudonymous (which needs escrow
officers), anonymous; attributed always.  --correlate says which keyed names it
asks members for who want to give them: none, names or subnets.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei circles add energy --dir hub
  $ renkei circles set energy --source attributed --source anonymous --dir hub
)";

void PrintCircles(Context& context, const Json& json) {
  Table table({"CIRCLE", "OUR LEVEL", "LEVELS", "SOURCES"});
  for (const Json& circle : json["circles"]) {
    std::string levels;
    for (const Json& level : circle["levels"]) {
      levels += (levels.empty() ? "" : " < ") + Field(level, "name");
    }
    const std::string own = Field(circle, "own_level");
    table.Add({Field(circle, "name"), own.empty() ? "-" : own, levels,
               Words(circle.value("sources", Json::array()), ", ")});
  }
  context.out << table.ToText();
  for (const Json& circle : json["circles"]) {
    const std::string word = Field(circle, "correlation");
    if (word.empty() || word == "none") continue;
    context.out << "\n" << Field(circle, "name") << " asks for keyed names: " << word << "\n";
  }
}

void PrintSet(Context& context, const Json& json) {
  const std::string circle = "circle " + Field(json, "circle");
  if (json.contains("sources")) {
    context.out << circle << " takes records that are " << Words(json["sources"], ", ") << "\n";
  }
  if (!json.contains("correlation")) return;
  const std::string word = Field(json, "correlation");
  context.out << circle << " asks for "
              << (word == "none" ? "no keyed names" : "keyed names: " + word) << "\n";
}

int RunCircles(Context& context) {
  Target target;
  std::string action;
  std::string name;
  std::vector<std::string> sources;
  std::string correlate;
  ArgumentParser parser(context, kCirclesCommand);
  parser.Positional("ACTION", action, /*required=*/false);
  parser.Positional("NAME", name, /*required=*/false);
  parser.List("--source", sources);
  parser.Option("--correlate", correlate);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (action.empty()) {
    return Ask(context, target, "circles", Json::object(),
               [&](const Json& json) { PrintCircles(context, json); });
  }
  if (action == "set" && !name.empty() && !(sources.empty() && correlate.empty())) {
    return Ask(context, target, "circles-set",
               {{"name", name}, {"sources", sources}, {"correlation", correlate}},
               [&](const Json& json) { PrintSet(context, json); });
  }
  if (action != "add" || name.empty()) {
    PrintError(context,
               action == "set"   ? "circles set: NAME, --source or --correlate is missing"
               : action == "add" ? "circles add: NAME is missing"
                                 : fmt::format("circles: there is no `{}`", action),
               "`renkei help circles` shows its usage");
    return kWrongUsage;
  }
  return Ask(context, target, "circles-add", {{"name", name}}, [&](const Json& json) {
    context.out << "added circle " << Field(json, "circle") << "\n";
  });
}

}  // namespace

const Command kCirclesCommand = {
    .name = "circles",
    .summary = "the community's circles; hub: add one, or set its sources",
    .usage = kCirclesUsage,
    .run = &RunCircles,
};

}  // namespace renkei::cli
