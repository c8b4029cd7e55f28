#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kWhyUsage = R"(Usage: renkei why ID --peer P [--dir DIR] [--json]

Says why the peer P (a team's slug; on a member `hub`) has a record or not: how
it came here, what the policy answers, whether it was delivered, and if not,
what it waits for.

Exit status: 0 answered, 1 failed, 2 wrong usage.

Example:
  $ renkei why 000702bc5f1e --peer hub --dir alpha
)";

// Indented by two, what does not fit by four.
void PrintLine(Context& context, const std::string& text) {
  std::string indent = "  ";
  for (const std::string& line : Wrap(text, kScreenWidth - 4)) {
    context.out << indent << line << "\n";
    indent = "    ";
  }
}

int RunWhy(Context& context) {
  Target target;
  std::string id;
  std::string peer;
  ArgumentParser parser(context, kWhyCommand);
  parser.Positional("ID", id);
  parser.Option("--peer", peer, /*required=*/true);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "why", {{"id", id}, {"peer", peer}}, [&](const Json& json) {
    context.out << Field(json, "peer") << ": " << Field(json, "state") << "\n";
    for (const Json& line : json["because"]) {
      PrintLine(context, Safe(line.get_ref<const std::string&>()));
    }
    const Json& explain = json["explain"];
    PrintLine(context, explain["exists"].get<bool>()
                           ? "it may see: " + Words(explain["sees"])
                           : "it may not know that the record exists; `renkei explain` says why");
  });
}

}  // namespace

const Command kWhyCommand = {
    .name = "why",
    .summary = "why a peer has a record, or does not yet",
    .usage = kWhyUsage,
    .run = &RunWhy,
};

}  // namespace renkei::cli
