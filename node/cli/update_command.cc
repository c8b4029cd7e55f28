#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"
#include "node/cli/publishing.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kUpdateUsage =
    R"(Usage: renkei update ID FILE [--circle C]... [--tlp T] [--correlate W]
                         [--generalise] [--reviewed] [--allow R@P]...
                         [--dir DIR] [--json]

Makes a new revision of a record of ours from FILE, which holds one record.
Unless said, circles and TLP stay.  Nobody can update another team's record.
--correlate, --reviewed, --allow: as for `renkei publish`.

Exit status: 0, 1 failed, 2 wrong usage, 3 refused by lint or policy.

Example:
  $ renkei update 000702bc5f1e advisory-v2.json
)";

int RunUpdate(Context& context) {
  Target target;
  std::string id;
  std::string file;
  std::string tlp;
  std::string correlate;
  std::vector<std::string> circles;
  std::vector<std::string> allow;
  bool allow_org_only = false;
  bool reviewed = false;
  bool generalise = false;
  ArgumentParser parser(context, kUpdateCommand);
  parser.Positional("ID", id);
  parser.Positional("FILE", file);
  parser.List("--circle", circles);
  parser.Option("--tlp", tlp);
  parser.Flag("--allow-org-only", allow_org_only);
  parser.Flag("--reviewed", reviewed);
  parser.List("--allow", allow);
  parser.Option("--correlate", correlate);
  parser.Flag("--generalise", generalise);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const auto payload = ReadInput(context, "update", file);
  if (!payload) return kFailed;
  const exchange::LocalReply reply = CallReviewing(context, target, "update",
                                                   {{"id", id},
                                                    {"circles", circles},
                                                    {"tlp", tlp},
                                                    {"allow_org_only", allow_org_only},
                                                    {"generalise", generalise},
                                                    {"correlate", correlate},
                                                    {"allow", allow},
                                                    {"reviewed", reviewed}},
                                                   *payload);
  if (target.json) context.out << ToPrettyText(reply.json);
  if (!target.json && reply.exit_status == kDone) PrintPublished(context, file, reply.json);
  PrintReplyError(context, "update", reply.json);
  const bool refused = reply.exit_status != kDone;  // warnings are for --dry-run
  if (refused && reply.json.contains("findings")) PrintFindings(context, reply.json["findings"]);
  if (reply.json.contains("narratives")) PrintUnreviewed(context, reply.json["narratives"]);
  return reply.exit_status;
}

}  // namespace

const Command kUpdateCommand = {
    .name = "update",
    .summary = "a new revision of a record of ours",
    .usage = kUpdateUsage,
    .run = &RunUpdate,
};

}  // namespace renkei::cli
