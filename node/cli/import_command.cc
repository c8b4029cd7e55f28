// `import`: a file becomes a draft that waits for somebody to look at it.

#include <ostream>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"
#include "node/cli/publishing.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kImportUsage =
    R"(Usage: renkei import FILE... [--circle C]... [--tlp T] [--source S]
                     [--kind K] [--mapping NAME] [--dir DIR] [--json]

Reads each FILE as `renkei publish` does (MISP, STIX, IODEF, our own JSON, CSV,
plain lists, a mail; `-` is standard input), but sends nothing: it leaves a
draft with a number, and says what was taken along and what was not.

  --circle, --tlp, --source, --correlate, --generalise, --allow-org-only,
  --allow           as for `renkei publish`
  --kind K          incident, indicators, ...; else by content
  --mapping NAME    a table by [import.csv.NAME] of node.toml; else by its
                    header line

Then: `renkei drafts show N`, and `renkei approve N` or `renkei reject N`.

Exit status: 0, 1 failed, 2 wrong usage, 3 refused by lint or policy.

Example:
  $ renkei import partner.csv --mapping partner --tlp green
)";

void PrintImported(Context& context, const std::string& file, const Json& answer) {
  const std::string number = Field(answer, "draft");
  context.out << fmt::format("{}: draft {}, {} record(s): {}\n", Safe(file), number,
                             Field(answer, "records"), Field(answer, "summary"));
  for (const Json& report : answer.value("imports", Json::array())) PrintImport(context, report);
  context.out << "  look at it: `renkei drafts show " << number << "`\n";
}

// Exit status of one file.
int ImportFile(Context& context, const Target& target, Json arguments, const std::string& file,
               Json& answers) {
  const auto payload = ReadInput(context, "import", file);
  if (!payload) return kFailed;
  arguments["name"] = file;
  const exchange::LocalReply reply = CallNode(target, "import", arguments, *payload);
  answers.push_back(reply.json);
  if (Field(reply.json, "result") == "pending") {
    if (!target.json) PrintImported(context, file, reply.json);
    return reply.exit_status;
  }
  if (!target.json && reply.json.contains("drafts")) {
    for (const Json& draft : reply.json["drafts"]) PrintPublished(context, file, draft);
  }
  PrintReplyError(context, "import: " + file, reply.json);
  return reply.exit_status;
}

int RunImport(Context& context) {
  Target target;
  std::vector<std::string> files;
  std::vector<std::string> circles;
  std::vector<std::string> allow;
  std::string tlp;
  std::string source;
  std::string correlate;
  std::string kind;
  std::string mapping;
  bool allow_org_only = false;
  bool generalise = false;
  ArgumentParser parser(context, kImportCommand);
  parser.Positionals("FILE", files);
  parser.List("--circle", circles);
  parser.Option("--tlp", tlp);
  parser.Option("--source", source);
  parser.Option("--correlate", correlate);
  parser.Option("--kind", kind);
  parser.Option("--mapping", mapping);
  parser.List("--allow", allow);
  parser.Flag("--allow-org-only", allow_org_only);
  parser.Flag("--generalise", generalise);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const Json arguments = {{"circles", circles},
                          {"tlp", tlp},
                          {"source", source},
                          {"correlate", correlate},
                          {"kind", kind},
                          {"mapping", mapping},
                          {"allow", allow},
                          {"allow_org_only", allow_org_only},
                          {"generalise", generalise}};
  Json answers = Json::array();
  int worst = kDone;
  for (const std::string& file : files) {
    const int status = ImportFile(context, target, arguments, file, answers);
    if (status == kFailed || worst == kDone) worst = status;
  }
  if (target.json) context.out << ToPrettyText({{"files", std::move(answers)}});
  return worst;
}

}  // namespace

const Command kImportCommand = {
    .name = "import",
    .summary = "read files of others into drafts that wait for a look",
    .usage = kImportUsage,
    .run = &RunImport,
};

}  // namespace renkei::cli
