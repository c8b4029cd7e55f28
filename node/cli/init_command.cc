#include <ostream>

#include "node/app/init.h"
#include "node/cli/arguments.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kInitUsage =
    R"(Usage: renkei init DIR --org NAME [--hub-of COMMUNITY] [--listen ADDR]
                   [--address HOST:PORT]

Makes a node in the new folder DIR: keys, node.toml, assets.toml, trust.policy
and the store.  With --hub-of it also founds a community and is its hub.

  --org NAME          the organization, as people write it
  --hub-of COMMUNITY  found this community: letters, digits, dots, dashes
  --listen ADDR       where a hub listens for peers, such as 0.0.0.0:7440;
                      members need none, they only dial out
  --address HOST:PORT how others reach it, where that is not ADDR

Exit status: 0 made, 1 failed (nothing is left behind), 2 wrong usage.

Example:
  $ renkei init hub --org "Example Exchange" --hub-of exchange.example \
        --listen 0.0.0.0:7440 --address hub.exchange.example:7440
)";

int RunInit(Context& context) {
  std::string folder;
  app::InitOptions options;
  ArgumentParser parser(context, kInitCommand);
  parser.Positional("DIR", folder);
  parser.Option("--org", options.org, /*required=*/true);
  parser.Option("--hub-of", options.hub_of);
  parser.Option("--listen", options.listen);
  parser.Option("--address", options.address);
  if (const auto status = parser.Parse()) return *status;
  const absl::Status made = app::Init(folder, options, context.clock);
  if (!made.ok()) return Fail(context, "init", made);
  context.out << "made a " << (options.hub_of.empty() ? "node" : "hub") << " in " << Safe(folder)
              << "\n\n"
              << "Next:\n"
              << "  1. list in " << Safe(folder) << "/assets.toml what must never leave you\n";
  if (options.hub_of.empty()) {
    context.out << "  2. renkei join --dir " << Safe(folder) << "     with the hub's invitation\n"
                << "  3. renkei run --dir " << Safe(folder) << "\n";
  } else {
    context.out << "  2. renkei run --dir " << Safe(folder) << "\n"
                << "  3. renkei invite SLUG --dir " << Safe(folder) << " --circle members=listed\n";
  }
  return kDone;
}

}  // namespace

const Command kInitCommand = {
    .name = "init",
    .summary = "make a node, or a hub and its community",
    .usage = kInitUsage,
    .run = &RunInit,
};

}  // namespace renkei::cli
