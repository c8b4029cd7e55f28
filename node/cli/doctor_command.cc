#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kDoctorUsage = R"(Usage: renkei doctor PEER [--dir DIR] [--json]

Checks each step on the way to PEER (a team's slug, or `hub`) from the running
node: name, TCP, TLS, certificate, clock, membership, policy.  A step that fails
says what to do.  PEER `gateway` is the node's own: its certificate and tokens.

Exit status: 0 all is well, 1 a step failed, 2 wrong usage.

Example:
  $ renkei doctor hub --dir alpha
)";

int RunDoctor(Context& context) {
  Target target;
  std::string peer;
  ArgumentParser parser(context, kDoctorCommand);
  parser.Positional("PEER", peer);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "doctor", {{"peer", peer}}, [&](const Json& json) {
    Table table({"", "", ""});
    for (const Json& step : json["steps"]) {
      table.Add(
          {step["ok"].get<bool>() ? "ok" : "FAILED", Field(step, "step"), Field(step, "text")});
    }
    context.out << table.ToText();
  });
}

}  // namespace

const Command kDoctorCommand = {
    .name = "doctor",
    .summary = "check each step on the way to a peer",
    .usage = kDoctorUsage,
    .run = &RunDoctor,
};

}  // namespace renkei::cli
