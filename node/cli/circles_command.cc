#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kCirclesUsage = R"(Usage: renkei circles [--dir DIR] [--json]
       renkei circles add NAME [--dir DIR]

Lists the circles of the community with their levels, lowest first, and our own
level.  On a hub, `add` makes a new circle with the levels listed, accredited
and certified; then give teams a level in it with `renkei roster set`.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei circles add energy --dir hub
)";

void PrintCircles(Context& context, const Json& json) {
  Table table({"CIRCLE", "OUR LEVEL", "LEVELS"});
  for (const Json& circle : json["circles"]) {
    std::string levels;
    for (const Json& level : circle["levels"]) {
      levels += (levels.empty() ? "" : " < ") + Field(level, "name");
    }
    const std::string own = Field(circle, "own_level");
    table.Add({Field(circle, "name"), own.empty() ? "-" : own, levels});
  }
  context.out << table.ToText();
}

int RunCircles(Context& context) {
  Target target;
  std::string action;
  std::string name;
  ArgumentParser parser(context, kCirclesCommand);
  parser.Positional("ACTION", action, /*required=*/false);
  parser.Positional("NAME", name, /*required=*/false);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (action.empty()) {
    return Ask(context, target, "circles", Json::object(),
               [&](const Json& json) { PrintCircles(context, json); });
  }
  if (action != "add" || name.empty()) {
    PrintError(context,
               action == "add" ? "circles add: NAME is missing"
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
    .summary = "the community's circles; hub: add one",
    .usage = kCirclesUsage,
    .run = &RunCircles,
};

}  // namespace renkei::cli
