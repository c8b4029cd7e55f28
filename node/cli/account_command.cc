// `account`: changes the accounts in the node's folder, whether the node runs or not.

#include <ostream>

#include "node/app/accounts.h"
#include "node/app/audit_log.h"
#include "node/base/encoding.h"
#include "node/base/json.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"
#include "node/formats/time_text.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kAccountUsage =
    R"(Usage: renkei account add NAME --role reader|analyst|approver [--dir DIR]
                          [--json]
       renkei account remove NAME [--dir DIR] [--json]
       renkei account list [--dir DIR] [--json]

Accounts of the people who work with the node.  As soon as there is one, every
command that asks the node needs a token: `add` prints it, once, and only its
digest is kept.  Put it into a file that only you can read (mode 0600), and
name the file in RENKEI_TOKEN_FILE.

  reader     status, show, subscribe, export, explain, why
  analyst    also publish, update, withdraw, sight, drafts
  approver   also approve, reject, policy apply, reload, the hub's roster

Only who owns the node's folder changes accounts; without any, they may do all.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei account add mika --role analyst > mika.token  # after umask 077
)";

int Record(Context& context, const std::string& folder, const app::AuditEntry& entry) {
  const absl::Status recorded = app::AuditLog(folder).Append({}, entry, context.clock.Now());
  return recorded.ok() ? kDone : Fail(context, "account: write the audit log", recorded);
}

// Nothing is done that could not be recorded.
bool CanRecord(Context& context, const std::string& folder) {
  const absl::Status ready = app::AuditLog(folder).CheckWritable();
  if (!ready.ok()) Fail(context, "account: nothing was changed: the audit log", ready);
  return ready.ok();
}

int AddOne(Context& context, const Target& target, const std::string& name,
           const std::string& role_word) {
  const auto role = app::RoleFromWord(role_word);
  if (!role) {
    PrintError(
        context,
        fmt::format("account add: --role `{}`: expected reader, analyst or approver", role_word));
    return kWrongUsage;
  }
  const std::string folder = target.Folder();
  if (!CanRecord(context, folder)) return kFailed;
  const auto token = app::AddAccount(folder, name, *role, context.clock.Now());
  if (!token.ok()) return Fail(context, "account add", token.status());
  const int recorded =
      Record(context, folder,
             {.action = "account-add", .object = name, .result = "done", .note = role_word});
  if (target.json) {
    context.out << ToPrettyText({{"name", name}, {"role", role_word}, {"token", *token}});
    return recorded;
  }
  context.out << *token << "\n" << std::flush;
  context.err << fmt::format("`{}` is {}; the line above is the token, and it is not shown again\n",
                             name, role_word);
  return recorded;
}

int RemoveOne(Context& context, const Target& target, const std::string& name) {
  const std::string folder = target.Folder();
  if (!CanRecord(context, folder)) return kFailed;
  const absl::Status removed = app::RemoveAccount(folder, name);
  if (!removed.ok()) return Fail(context, "account remove", removed);
  const int recorded =
      Record(context, folder, {.action = "account-remove", .object = name, .result = "done"});
  if (!target.json) context.out << fmt::format("`{}` has no access any more\n", name);
  if (target.json) context.out << ToPrettyText({{"name", name}});
  return recorded;
}

int ListAll(Context& context, const Target& target) {
  const auto accounts = app::LoadAccounts(target.Folder());
  if (!accounts.ok()) return Fail(context, "account list", accounts.status());
  Json list = Json::array();
  Table table({"NAME", "ROLE", "SINCE"});
  for (const app::Account& one : *accounts) {
    const std::string added = formats::SecondsToText(UnixSeconds(one.added)).value_or("");
    list.push_back({{"name", one.name}, {"role", ToWord(one.role)}, {"added", added}});
    table.Add({one.name, std::string(ToWord(one.role)), added});
  }
  if (target.json) {
    context.out << ToPrettyText({{"accounts", std::move(list)}});
  } else if (table.empty()) {
    context.out << "No accounts: who owns the node's folder may do everything.\n";
  } else {
    context.out << table.ToText();
  }
  return kDone;
}

int RunAccount(Context& context) {
  Target target;
  std::string action;
  std::string name;
  std::string role;
  ArgumentParser parser(context, kAccountCommand);
  parser.Positional("ACTION", action);
  parser.Positional("NAME", name, /*required=*/false);
  parser.Option("--role", role);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const bool named = action == "add" || action == "remove";
  if ((!named && action != "list") || named == name.empty() || (action == "add") == role.empty()) {
    PrintError(context, fmt::format("account: `{}` with these arguments is no action", action),
               "`renkei help account` shows its usage");
    return kWrongUsage;
  }
  if (!ReadConfig(context, target.Folder())) return kFailed;
  if (action == "add") return AddOne(context, target, name, role);
  if (action == "remove") return RemoveOne(context, target, name);
  return ListAll(context, target);
}

}  // namespace

const Command kAccountCommand = {
    .name = "account",
    .summary = "who may work with this node, and as what",
    .usage = kAccountUsage,
    .run = &RunAccount,
};

}  // namespace renkei::cli
