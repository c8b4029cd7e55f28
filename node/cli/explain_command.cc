#include <algorithm>
#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kExplainUsage =
    R"(Usage: renkei explain ID --peer P [--section S] [--dir DIR] [--json]

Says what the peer P (a team's slug, or `hub`) sees of a record under the policy
in force: which rules gave and took it, what its author's marks limit, and, for
what is missing, the rules that would give it.  Nothing is sent.
`renkei policy explain` is the same; `renkei why` says what has happened.

Exit status: 0 it sees the record (with --section, the section), 3 withheld,
1 failed, 2 wrong usage.

Example:
  $ renkei explain 000702bc5f1e --peer beta --section victim
)";

int RunExplain(Context& context) {
  Target target;
  std::string id;
  std::string peer;
  std::string section;
  ArgumentParser parser(context, kExplainCommand);
  parser.Positional("ID", id);
  parser.Option("--peer", peer, /*required=*/true);
  parser.Option("--section", section);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "explain", {{"id", id}, {"peer", peer}, {"section", section}},
             [&](const Json& json) {
               if (json.value("expired", false)) {
                 context.out << "the record has expired: nobody sees it any more; before:\n";
               }
               std::string_view text = json["text"].get_ref<const std::string&>();
               while (!text.empty()) {
                 const std::size_t end = std::min(text.find('\n'), text.size());
                 context.out << Safe(text.substr(0, end)) << "\n";
                 text.remove_prefix(std::min(end + 1, text.size()));
               }
             });
}

}  // namespace

const Command kExplainCommand = {
    .name = "explain",
    .summary = "what a peer sees of a record, and by which rule",
    .usage = kExplainUsage,
    .run = &RunExplain,
};

const Command kPolicyExplainCommand = {
    .name = "policy explain",
    .summary = "what a peer sees of a record, and by which rule",
    .usage = kExplainUsage,
    .run = &RunExplain,
};

}  // namespace renkei::cli
