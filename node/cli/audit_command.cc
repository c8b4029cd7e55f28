// `audit`: reads the audit log of the node's folder, whether the node runs or not.

#include <ostream>

#include "node/app/audit_log.h"
#include "node/base/encoding.h"
#include "node/base/json.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr int kLinesByDefault = 20;
constexpr int kLinesMax = 1'000'000;
constexpr std::size_t kObjectDigits = 14;

constexpr std::string_view kAuditUsage =
    R"(Usage: renkei audit [--last N] [--dir DIR] [--json]
       renkei audit verify [--head HASH] [--dir DIR] [--json]

Who did what on this node, oldest first: publish, update, withdraw, sight,
review, approve, reject, overrides of findings, changes of policy, roster,
accounts and own assets.  Never a secret, never content of a record.

`verify` says where a line was changed, taken out or put in, or the end cut
off, and prints the hash of the last line.  Who can write the folder can forge
the whole: note that hash elsewhere, and give it later with --head.

Exit status: 0, 1 failed or broken, 2 wrong usage.

Example:
  $ renkei audit --last 50
)";

int Verify(Context& context, const Target& target, const std::string& head) {
  const auto verified = app::AuditLog(target.Folder()).Verify(AsciiLower(head));
  if (!verified.ok()) {
    if (target.json) {
      context.out << ToPrettyText({{"ok", false}, {"error", Message(verified.status())}});
    }
    return Fail(context, "audit verify", verified.status());
  }
  if (target.json) {
    context.out << ToPrettyText({{"ok", true},
                                 {"first", verified->first},
                                 {"last", verified->last},
                                 {"head", verified->head}});
  } else if (verified->last == 0) {
    context.out << "The log is empty.\n";
  } else {
    context.out << fmt::format("Lines {} to {} hang together.\nhead {}\n", verified->first,
                               verified->last, verified->head);
  }
  return kDone;
}

int PrintLast(Context& context, const Target& target, int count) {
  const auto lines = app::AuditLog(target.Folder()).Read(static_cast<std::size_t>(count));
  if (!lines.ok()) return Fail(context, "audit", lines.status());
  if (target.json) {
    context.out << ToPrettyText({{"entries", *lines}});
    return kDone;
  }
  Table table({"TIME", "WHO", "ACTION", "OBJECT", "RESULT"});
  for (const Json& line : *lines) {
    const std::string who =
        line.contains("account") ? Field(line, "account") : "(" + Field(line, "user") + ")";
    std::string result = Field(line, "result");
    if (line.contains("note")) result += ": " + Field(line, "note");
    const std::string object = Field(line, "object");
    table.Add({Field(line, "time"), who, Field(line, "action"),
               object.size() > kObjectDigits + 2 ? object.substr(0, kObjectDigits) + ".." : object,
               result});
  }
  context.out << (table.empty() ? "The log is empty.\n" : table.ToText());
  return kDone;
}

int RunAudit(Context& context) {
  Target target;
  std::string action;
  std::string head;
  std::optional<int> last;
  ArgumentParser parser(context, kAuditCommand);
  parser.Positional("ACTION", action, /*required=*/false);
  parser.Number("--last", last);
  parser.Option("--head", head);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const bool verify = action == "verify";
  if ((!action.empty() && !verify) || (verify && last) || (!verify && !head.empty())) {
    PrintError(context, "audit: `verify` takes --head, the list takes --last",
               "`renkei help audit` shows its usage");
    return kWrongUsage;
  }
  if (!ReadConfig(context, target.Folder())) return kFailed;
  if (verify) return Verify(context, target, head);
  return PrintLast(context, target, std::min(last.value_or(kLinesByDefault), kLinesMax));
}

}  // namespace

const Command kAuditCommand = {
    .name = "audit",
    .summary = "who did what on this node, and whether the log is whole",
    .usage = kAuditUsage,
    .run = &RunAudit,
};

}  // namespace renkei::cli
