#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"
#include "node/cli/publishing.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPublishUsage =
    R"(Usage: renkei publish FILE... [--circle C]... [--tlp T] [--source S]
                      [--correlate W] [--generalise] [--dir DIR] [--json]
       renkei publish FILE... --dry-run [--full] [the same]

Publishes each record of each FILE (MISP, STIX, IODEF, our JSON, CSV, lists; `-`
is standard input), without what is ours and what leaks.  A source published
before, unchanged, does nothing; changed, it is a revision.

  --circle C        to this circle, and further ones; else the file's, `members`
  --tlp T           clear, green, amber, amber+strict, red; else the file's
  --source S        attributed, pseudonymous, anonymous; else as the file says
  --correlate W     none, names, subnets: keyed names, if the circle asks
  --mapping NAME    a table by [import.csv.NAME]; else by its header line
  --allow-org-only  take MISP events meant for their own organisation only
  --generalise      widen or leave out what fewer than five teams share
  --reviewed        a person has read what no lint can judge; else it asks
  --allow R@P       let the finding of rule R at place P pass; it is logged
  --dry-run         show what would leave, to whom, without a node; --full:
                    every text, for each level; --sarif: findings as SARIF

Exit status: 0, 1 failed, 2 wrong usage, 3 refused by lint or policy.

Example:
  $ renkei publish incident.json --circle energy --tlp amber --dry-run
)";

int PublishFiles(Context& context, const Target& target, const Json& arguments,
                 const std::vector<std::string>& files) {
  Json answers = Json::array();
  int worst = kDone;
  for (const std::string& file : files) {
    const auto payload = ReadInput(context, "publish", file);
    int status = kFailed;
    if (payload) {
      Json given = arguments;
      given["name"] = file;
      const exchange::LocalReply reply = CallReviewing(context, target, "publish", given, *payload);
      status = reply.exit_status;
      if (!target.json && reply.json.contains("drafts")) {
        for (const Json& draft : reply.json["drafts"]) PrintPublished(context, file, draft);
      }
      if (Field(reply.json, "result") == "pending") {
        if (!target.json) PrintPublished(context, file, reply.json);
      } else if (!reply.json.contains("drafts")) {
        PrintReplyError(context, "publish: " + file, reply.json);
      } else if (reply.json.contains("hint")) {
        context.err << "hint: " << Field(reply.json, "hint") << "\n";
      }
      if (reply.json.contains("drafts") && reply.json.contains("unrecorded")) {
        PrintReplyError(context, "publish: " + file, {{"unrecorded", reply.json["unrecorded"]}});
      }
      answers.push_back(reply.json);
    }
    if (status == kFailed || worst == kDone) worst = status;
  }
  if (target.json) context.out << ToPrettyText({{"files", std::move(answers)}});
  return worst;
}

int RunPublish(Context& context) {
  Target target;
  DryRun dry;
  bool dry_run = false;
  bool reviewed = false;
  ArgumentParser parser(context, kPublishCommand);
  parser.Positionals("FILE", dry.files);
  parser.List("--circle", dry.circles);
  parser.Option("--tlp", dry.tlp);
  parser.Option("--source", dry.source);
  parser.Option("--mapping", dry.mapping);
  parser.Flag("--allow-org-only", dry.allow_org_only);
  parser.Option("--correlate", dry.correlate);
  parser.Flag("--generalise", dry.generalise);
  parser.Flag("--dry-run", dry_run);
  parser.Flag("--full", dry.full);
  parser.Flag("--reviewed", reviewed);
  parser.Flag("--sarif", dry.sarif);
  parser.List("--allow", dry.allow);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (!dry.source.empty() && !policy::SourceModeFromWord(dry.source)) {
    PrintError(context,
               fmt::format("publish: source `{}`: expected attributed, pseudonymous or anonymous",
                           dry.source));
    return kWrongUsage;
  }
  if (dry.sarif && !dry_run) {
    PrintError(context, "publish: --sarif goes with --dry-run", "add --dry-run");
    return kWrongUsage;
  }
  if (dry_run) {
    dry.folder = target.Folder();
    dry.json = target.json;
    return RunDry(context, dry);
  }
  return PublishFiles(context, target,
                      {{"circles", dry.circles},
                       {"tlp", dry.tlp},
                       {"source", dry.source},
                       {"mapping", dry.mapping},
                       {"allow_org_only", dry.allow_org_only},
                       {"generalise", dry.generalise},
                       {"correlate", dry.correlate},
                       {"allow", dry.allow},
                       {"reviewed", reviewed}},
                      dry.files);
}

}  // namespace

const Command kPublishCommand = {
    .name = "publish",
    .summary = "publish records from files, or show what would leave",
    .usage = kPublishUsage,
    .run = &RunPublish,
};

}  // namespace renkei::cli
