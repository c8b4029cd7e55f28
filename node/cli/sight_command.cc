#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/publishing.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kSightUsage =
    R"(Usage: renkei sight ID [VALUE] [--false-positive] [--dir DIR] [--json]

Tells the circles of a record that we saw it too, or with --false-positive that
it is wrong; of one indicator if VALUE is given.  A sighting is a record of
ours: our team's name stands under it.

Exit status: 0, 1 failed, 2 wrong usage, 3 refused.

Example:
  $ renkei sight 000702bc5f1e 192.0.2.44
)";

int RunSight(Context& context) {
  Target target;
  std::string id;
  std::string value;
  bool false_positive = false;
  ArgumentParser parser(context, kSightCommand);
  parser.Positional("ID", id);
  parser.Positional("VALUE", value, /*required=*/false);
  parser.Flag("--false-positive", false_positive);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "sight",
             {{"id", id}, {"value", value}, {"false_positive", false_positive}},
             [&](const Json& json) { PrintPublished(context, "", json); });
}

}  // namespace

const Command kSightCommand = {
    .name = "sight",
    .summary = "say that we saw it too, or that it is wrong",
    .usage = kSightUsage,
    .run = &RunSight,
};

}  // namespace renkei::cli
