// `source list`, `source run`: what this node fetches from others.

#include <chrono>
#include <ostream>
#include <thread>

#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"
#include "node/cli/source_table.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kSourceUsage =
    R"(Usage: renkei source list [--dir DIR] [--json]
       renkei source run NAME [--anew] [--wait SECONDS] [--dir DIR] [--json]

The standing sources of node.toml ([[source]], docs/sources.md): MISP feeds and
instances, TAXII collections, files.  `list` says how each does, `run` fetches
from one now and says what came.

  --anew          as if nothing of it were known: all of it is fetched; what is
                  published already is recognised
  --wait SECONDS  for its end; 60 without it

Exit status: 0, 1 failed or not ended in time, 2 wrong usage.

Example:
  $ renkei source run partner-feed
)";

constexpr std::chrono::milliseconds kAskOfRunAgain{100};
constexpr int kRunWaitSeconds = 60;

struct SourceAsked {
  std::string action{};
  std::string name{};
  bool anew = false;
  std::optional<int> wait{};
};

// The source's part of a list; null if it is in there no more.
Json FindSource(const Json& list, const std::string& name) {
  for (const Json& source : list.value("sources", Json::array())) {
    if (source.value("name", "") == name) return source;
  }
  return {};
}

int PrintRun(Context& context, const Target& target, const Json& source) {
  const bool failed = source.value("failures", 0) > 0;
  if (target.json) context.out << ToPrettyText(source);
  if (!target.json && !failed) context.out << SourceCounts(source["last"]) << "\n";
  const std::string error = Field(source, "last_error");
  if (!failed && error.empty()) return kDone;
  const std::string text = fmt::format("source run: {}", error);
  if (!failed) {
    if (!target.json) context.err << "note: " << error << "\n";
    return kDone;
  }
  PrintError(context, text, "`renkei source list` says when it is tried again");
  return kFailed;
}

int RunSource(Context& context, const Target& target, const SourceAsked& asked) {
  const exchange::LocalReply begun =
      CallNode(target, "source-run", {{"name", asked.name}, {"anew", asked.anew}});
  if (begun.exit_status != 0) {
    if (target.json) context.out << ToPrettyText(begun.json);
    PrintReplyError(context, "source run", begun.json);
    return begun.exit_status;
  }
  const auto wanted = begun.json.value("run", std::uint64_t{0});
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(asked.wait.value_or(kRunWaitSeconds));
  while (true) {
    const exchange::LocalReply list = CallNode(target, "source-list", Json::object());
    if (list.exit_status != 0) {
      PrintReplyError(context, "source run", list.json);
      return list.exit_status;
    }
    const Json source = FindSource(list.json, asked.name);
    if (source.is_null()) {
      PrintError(context, fmt::format("source run: `{}` is in node.toml no more", asked.name));
      return kFailed;
    }
    if (source.value("runs", std::uint64_t{0}) >= wanted) return PrintRun(context, target, source);
    if (std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(kAskOfRunAgain);
  }
  PrintError(context, "source run: it still runs",
             "it goes on; `renkei source list` says how it ended");
  return kFailed;
}

int RunSourceCommand(Context& context) {
  Target target;
  SourceAsked asked;
  ArgumentParser parser(context, kSourceCommand);
  parser.Positional("ACTION", asked.action);
  parser.Positional("NAME", asked.name, /*required=*/false);
  parser.Flag("--anew", asked.anew);
  parser.Number("--wait", asked.wait);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const bool is_run = asked.action == "run";
  const bool more = asked.anew || asked.wait;
  if ((!is_run && asked.action != "list") || is_run == asked.name.empty() || (!is_run && more)) {
    PrintError(context, fmt::format("source: `{}` with these arguments is no action", asked.action),
               "`renkei help source` shows its usage");
    return kWrongUsage;
  }
  if (is_run) return RunSource(context, target, asked);
  return Ask(context, target, "source-list", Json::object(), [&](const Json& json) {
    context.out << (json["sources"].empty() ? "No sources: [[source]] in node.toml names them.\n"
                                            : SourceTable(json["sources"]));
  });
}

}  // namespace

const Command kSourceCommand = {
    .name = "source",
    .summary = "what this node fetches from feeds, MISP and TAXII",
    .usage = kSourceUsage,
    .run = &RunSourceCommand,
};

}  // namespace renkei::cli
