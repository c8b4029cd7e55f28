#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/crowd.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"
#include "node/record/wider_words.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kCrowdUsage = R"(Usage: renkei crowd [--dir DIR] [--json]

What can be said of a victim so that at least five teams of a circle fit, by
the crowd table of the newest community state that this node holds.  `publish`
asks the same table.  What it does not list fits nobody: leave it out, or let
`renkei publish --generalise` do so.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei crowd
)";

int RunCrowd(Context& context) {
  Target target;
  ArgumentParser parser(context, kCrowdCommand);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "crowd", Json::object(),
             [&](const Json& json) { PrintCrowd(context, json); });
}

}  // namespace

void PrintCrowd(Context& context, const Json& json) {
  context.out << "counted " << Field(json, "counted") << "\n";
  if (!json.value("usable", true)) {
    context.out << "the community state is too old to be believed: nothing fits until\n"
                   "this node has a newer one\n";
  }
  Table table({"CIRCLE", "SECTOR", "COUNTRY", "SIZE"});
  const auto word = [](const Json& one, const char* key) {
    const std::string text = Field(one, key);
    return text.empty() ? "any" : text;
  };
  for (const auto& [circle, fits] : json["circles"].items()) {
    for (const Json& one : fits) {
      const std::string country = word(one, "country");
      const std::string_view part = record::PlaceName(country);  // `Eastern Asia` for `030`
      table.Add({Safe(circle), word(one, "sector"), part.empty() ? country : std::string(part),
                 word(one, "size")});
    }
  }
  context.out << (table.empty() ? "no five teams are alike in anything\n" : table.ToText());
}

const Command kCrowdCommand = {
    .name = "crowd",
    .summary = "what five teams have in common, by the crowd table held here",
    .usage = kCrowdUsage,
    .run = &RunCrowd,
};

}  // namespace renkei::cli
