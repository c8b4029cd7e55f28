#include <optional>
#include <ostream>

#include "node/base/file.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kExportUsage =
    R"(Usage: renkei export FORMAT [-o FILE] [--kind K] [--circle C] [--type T]
                     [--min-score N] [--zone NAME] [--dir DIR]

Writes what this node holds for other tools, to FILE or standard output.
Exercises, expired and withdrawn records are in no export; what else is left
out is counted on standard error.

  misp      MISP JSON, one event a record
  stix      a STIX 2.1 bundle, one report a record
  iodef     an IODEF document, one incident a record; iodef-json: in JSON
  csv       one indicator a row (a FILE of these only its owner may read)
and what blocks or alerts, never what is ours, reserved, or everybody's:
  plain     one value a line; --type ipv4, domain, ...
  hosts     0.0.0.0 NAME
  rpz       a response policy zone for resolvers; --zone NAME
  suricata  rules that alert
  zeek      a file for the intelligence framework
  nftables, ipset  the sets renkei4, renkei6, for `nft -f`, `ipset restore`
With --min-score N only what scores N or more of 100 (`renkei search`).

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei export plain --type domain -o /etc/blocklist.txt
)";

// Whole records, whatever their TLP, are not for everybody on the machine; a list for a resolver or
// a sensor is read by a program that runs as another user.
FileMode ModeOf(std::string_view format) {
  const bool records =
      format == "misp" || format == "stix" || format == "csv" || format.starts_with("iodef");
  return records ? FileMode::kSecret : FileMode::kPublic;
}

void PrintLeftOut(Context& context, const Json& counts) {
  context.out.flush();
  for (const Json& one : counts["left_out"]) {
    context.err << "left out: " << Field(one, "count") << " " << Field(one, "what") << "\n";
  }
}

int RunExport(Context& context) {
  Target target;
  std::string format;
  std::string file;
  Json arguments;
  std::string kind;
  std::string circle;
  std::string type;
  std::string zone;
  std::optional<int> min_score;
  ArgumentParser parser(context, kExportCommand);
  parser.Positional("FORMAT", format);
  parser.Option("-o,--output", file);
  parser.Option("--kind", kind);
  parser.Option("--circle", circle);
  parser.Option("--type", type);
  parser.Option("--zone", zone);
  parser.Number("--min-score", min_score);
  target.AddTo(parser, /*reading=*/false);
  if (const auto status = parser.Parse()) return *status;
  auto client = ConnectNode(target);
  exchange::LocalReply last;
  std::string text;
  if (!client.ok()) {
    last = CallFailed(target, client.status());
  } else {
    const absl::Status ended =
        (*client)->Follow("export",
                          {{"format", format},
                           {"kind", kind},
                           {"circle", circle},
                           {"type", type},
                           {"zone", zone},
                           {"min_score", min_score.value_or(0)}},
                          [&](const exchange::LocalReply& reply) {
                            if (reply.json.contains("piece")) {
                              text += reply.json["piece"].get_ref<const std::string&>();
                            } else {
                              last = reply;
                            }
                            return true;
                          });
    if (!ended.ok()) last = CallFailed(target, ended);
  }
  if (last.exit_status != kDone) {
    PrintReplyError(context, "export", last.json);
    return last.exit_status;
  }
  if (file.empty() || file == "-") {
    context.out << text;
  } else if (const absl::Status written = WriteFile(file, text, ModeOf(format)); !written.ok()) {
    return Fail(context, "export: write " + file, written);
  }
  PrintLeftOut(context, last.json);
  return kDone;
}

}  // namespace

const Command kExportCommand = {
    .name = "export",
    .summary = "what this node holds, for MISP, tables, block lists, sensors",
    .usage = kExportUsage,
    .run = &RunExport,
};

}  // namespace renkei::cli
