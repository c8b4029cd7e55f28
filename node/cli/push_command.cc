#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"
#include "node/cli/push_commands.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPushUsage =
    R"(Usage: renkei push list [--dir DIR] [--json]
       renkei push test NAME [--dir DIR] [--json]

Where this node sends what it receives: the [[push]] targets of node.toml, a
file, a SIEM, a web service, mailboxes (docs/push.md).

  list       how far each has come, and what went wrong last
  test NAME  sends it a message that tells of no record, now

Exit status: 0, 1 failed (of `test`: it could not be sent), 2 wrong usage.

Example:
  $ renkei push test siem
)";

constexpr std::size_t kPushMinuteChars = 16;

int ListTargets(Context& context, const Target& target) {
  return Ask(context, target, "push-list", Json::object(), [&](const Json& json) {
    Table table({"NAME", "KIND", "SENT", "WAITING", "LAST SENT", "STATE"});
    for (const Json& one : json["push"]) {
      const std::string last = Field(one, "last_success").substr(0, kPushMinuteChars);
      const std::string error = Field(one, "last_error");
      const std::string state =
          one.value("paused", false) ? "paused" : (error.empty() ? "working" : error);
      table.Add({Field(one, "name"), Field(one, "kind"), Field(one, "delivered"), Field(one, "lag"),
                 last.empty() ? "never" : last, state});
    }
    context.out << (table.empty() ? "No targets: node.toml has no [[push]].\n" : table.ToText());
  });
}

int RunPush(Context& context) {
  Target target;
  std::string action;
  std::string name;
  ArgumentParser parser(context, kPushCommand);
  parser.Positional("ACTION", action);
  parser.Positional("NAME", name, /*required=*/false);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (action == "list" && name.empty()) return ListTargets(context, target);
  if (action != "test" || name.empty()) {
    PrintError(context, fmt::format("push: `{}` with these arguments is no action", Safe(action)),
               "`renkei help push` shows its usage");
    return kWrongUsage;
  }
  return Ask(context, target, "push-test", {{"name", name}}, [&](const Json& json) {
    context.out << fmt::format("a test was sent to `{}`\n", Field(json, "name"));
  });
}

}  // namespace

const Command kPushCommand = {
    .name = "push",
    .summary = "where what comes is sent: files, SIEMs, services, mail",
    .usage = kPushUsage,
    .run = &RunPush,
};

}  // namespace renkei::cli
