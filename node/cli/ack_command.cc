#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"
#include "node/cli/push_commands.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kAckUsage =
    R"(Usage: renkei ack ID [--by NAME] [--dir DIR] [--json]

Notes that somebody has taken notice of a record, such as one that they were
told of by mail (docs/push.md), and says who has so far.  `show` says it too.
It is for the team alone: nobody else is told.

  --by NAME  who; with accounts it is the caller's account

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei ack 7f3a90c1 --by mika
)";

int RunAck(Context& context) {
  Target target;
  std::string id;
  std::string by;
  ArgumentParser parser(context, kAckCommand);
  parser.Positional("ID", id);
  parser.Option("--by", by);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "ack", {{"id", id}, {"by", by}}, [&](const Json& json) {
    Table table({"ACKNOWLEDGED BY", "AT"});
    for (const Json& one : json["acknowledged"]) table.Add({Field(one, "by"), Field(one, "at")});
    context.out << table.ToText();
  });
}

}  // namespace

const Command kAckCommand = {
    .name = "ack",
    .summary = "note who has taken notice of a record",
    .usage = kAckUsage,
    .run = &RunAck,
};

}  // namespace renkei::cli
