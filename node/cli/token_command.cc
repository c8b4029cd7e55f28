#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kTokenUsage =
    R"(Usage: renkei token new NAME --scope lists|taxii... [--see FACTS]
                        [--expires TIME|DAYSd] [--dir DIR] [--json]
       renkei token list [--dir DIR] [--json]
       renkei token revoke NAME [--dir DIR] [--json]

Tokens by which tools read from the node's gateway (docs/gateway.md): a SIEM, a
DNS server, a firewall, a TAXII client.  `new` prints the token, once; only its
digest is kept.  With Basic authentication its name is the user.

  --scope    lists: /lists and /feeds; taxii: /taxii2.  May be repeated
  --see      who reads, in the policy's words; the policy then decides for them
             what they see.  Without it: our own team, all that the node holds
  --expires  a time (RFC 3339), or days from now: 90d

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei token new dns --scope lists --see 'level=listed circles={members}'
)";

// Of a time as text: so much fits beside the rest.
constexpr std::size_t kDayChars = 10;
constexpr std::size_t kMinuteChars = 16;

struct TokenAsked {
  std::string action{};
  std::string name{};
  std::vector<std::string> scopes{};
  std::string see{};
  std::string expires{};
};

int NewToken(Context& context, const Target& target, const TokenAsked& asked) {
  return Ask(
      context, target, "token-new",
      {{"name", asked.name},
       {"scopes", asked.scopes},
       {"see", asked.see},
       {"expires", asked.expires}},
      [&](const Json& json) {
        context.out << Field(json, "token") << "\n" << std::flush;
        const std::string at = Field(json, "address");
        context.err << fmt::format(
            "`{}` may read; the line above is the token, and it is not shown again\n{}",
            Field(json, "name"),
            at.empty() ? "the gateway is off: name `listen` in [gateway] of node.toml\n" : "");
      });
}

int ListTokens(Context& context, const Target& target) {
  return Ask(context, target, "token-list", Json::object(), [&](const Json& json) {
    Table table({"NAME", "SCOPES", "EXPIRES", "LAST USED", "READS AS"});
    for (const Json& token : json["tokens"]) {
      const std::string expires = Field(token, "expires").substr(0, kDayChars);
      const std::string used = Field(token, "used").substr(0, kMinuteChars);
      const std::string see = Field(token, "see");
      table.Add({Field(token, "name"), Words(token["scopes"]), expires.empty() ? "-" : expires,
                 used.empty() ? "never" : used, see.empty() ? "our team" : see});
    }
    context.out << (table.empty() ? "No tokens: nobody reads from the gateway.\n" : table.ToText());
  });
}

int RunToken(Context& context) {
  Target target;
  TokenAsked asked;
  ArgumentParser parser(context, kTokenCommand);
  parser.Positional("ACTION", asked.action);
  parser.Positional("NAME", asked.name, /*required=*/false);
  parser.List("--scope", asked.scopes);
  parser.Option("--see", asked.see);
  parser.Option("--expires", asked.expires);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const bool is_new = asked.action == "new";
  const bool named = is_new || asked.action == "revoke";
  const bool more = !asked.scopes.empty() || !asked.see.empty() || !asked.expires.empty();
  if ((!named && asked.action != "list") || named == asked.name.empty() || (!is_new && more) ||
      (is_new && asked.scopes.empty())) {
    PrintError(context, fmt::format("token: `{}` with these arguments is no action", asked.action),
               "`renkei help token` shows its usage");
    return kWrongUsage;
  }
  if (is_new) return NewToken(context, target, asked);
  if (asked.action == "list") return ListTokens(context, target);
  return Ask(context, target, "token-revoke", {{"name", asked.name}}, [&](const Json& json) {
    context.out << fmt::format("`{}` lets nobody in any more\n", Field(json, "name"));
  });
}

}  // namespace

const Command kTokenCommand = {
    .name = "token",
    .summary = "which tools may read from the gateway, and as whom",
    .usage = kTokenUsage,
    .run = &RunToken,
};

}  // namespace renkei::cli
