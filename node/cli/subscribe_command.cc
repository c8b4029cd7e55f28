#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kSubscribeUsage =
    R"(Usage: renkei subscribe [--follow] [--from CURSOR] [--kind K]... [--dir DIR]

Prints the records that this node holds, its own included, as JSON lines in the
order of its feed.  A revision or withdrawal comes as a line of its own; what
it replaces is no longer there.  Each line carries a `cursor`: keep the last
one, and --from goes on after it.

  --follow       wait for more
  --from CURSOR  begin after this line
  --kind K       incident, indicators, sighting, advisory, vulnerability,
                 request, withdrawal (several: one --kind each)

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei subscribe --follow --from $CURSOR
)";

int RunSubscribe(Context& context) {
  Target target;
  std::string from;
  bool follow = false;
  std::vector<std::string> kinds;
  ArgumentParser parser(context, kSubscribeCommand);
  parser.Flag("--follow", follow);
  parser.Option("--from", from);
  parser.List("--kind", kinds);
  target.AddTo(parser);  // --json changes nothing here: lines are JSON
  if (const auto status = parser.Parse()) return *status;
  auto client = ConnectNode(target);
  exchange::LocalReply failed;
  if (!client.ok()) {
    failed = CallFailed(target, client.status());
  } else {
    const absl::Status ended =
        (*client)->Follow("subscribe", {{"from", from}, {"follow", follow}, {"kinds", kinds}},
                          [&](const exchange::LocalReply& reply) {
                            if (reply.exit_status != 0) {
                              failed = reply;
                              return false;
                            }
                            if (!reply.json.empty())
                              context.out << ToText(reply.json) << "\n" << std::flush;
                            return context.out.good();
                          });
    if (!ended.ok() && failed.exit_status == 0 && context.out.good()) {
      failed = CallFailed(target, ended);
    }
  }
  PrintReplyError(context, "subscribe", failed.json);
  return failed.exit_status;
}

}  // namespace

const Command kSubscribeCommand = {
    .name = "subscribe",
    .summary = "records this node holds, as JSON lines",
    .usage = kSubscribeUsage,
    .run = &RunSubscribe,
};

}  // namespace renkei::cli
