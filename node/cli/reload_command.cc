#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"
#include "node/cli/policy_applying.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kReloadUsage = R"(Usage: renkei reload [--dir DIR] [--json]

Makes the running node read trust.policy, assets.toml, node.toml and its
certificates again, and waits for the outcome.  On any mistake all that was in
force stays.  What node.toml changes and only a restart can bring is named.
SIGHUP does the same without waiting.

Exit status: 0 in force, 1 failed, 2 wrong usage.

Example:
  $ renkei policy test --dir hub && renkei reload --dir hub
)";

int RunReload(Context& context) {
  Target target;
  ArgumentParser parser(context, kReloadCommand);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const exchange::LocalReply reply = CallNode(target, "reload", {{"author", LocalUser()}});
  if (target.json) context.out << ToPrettyText(reply.json);
  PrintReplyError(context, "reload", reply.json);
  if (reply.exit_status == 0 && !target.json) {
    context.out << "in force: policy " << Field(reply.json, "policy") << " version "
                << Field(reply.json, "version") << " (" << Field(reply.json, "digest") << ")\n";
    for (const Json& key : reply.json.value("restart", Json::array())) {
      context.out << "waits for a restart: " << Safe(key.get<std::string>()) << "\n";
    }
  }
  return reply.exit_status;
}

}  // namespace

const Command kReloadCommand = {
    .name = "reload",
    .summary = "read policy, assets, node.toml and certificates again",
    .usage = kReloadUsage,
    .run = &RunReload,
};

}  // namespace renkei::cli
