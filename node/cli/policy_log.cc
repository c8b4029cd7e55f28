#include "node/app/policy_log.h"

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "node/app/commands_parts.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"
#include "node/cli/policy_applying.h"
#include "node/store/sqlite/open.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyLogUsage =
    R"(Usage: renkei policy log [--last N] [--dir DIR] [--json]

Lists every policy that came into force on the node, newest first: when, how
(init, start, reload, apply, revert), by whom, and what it changed.  The newest
is in force.  The node may run or not.

--last  the newest N; else 20 (with --json all)

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei policy log --dir hub
)";

constexpr std::string_view kPolicyShowUsage =
    R"(Usage: renkei policy show N [--dir DIR] [--json]

Prints the policy of change N (see `renkei policy log`), exactly as it was in
force.  The node may run or not.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei policy show 3 > third.policy
)";

constexpr int kLastDefault = 20;
constexpr std::size_t kChangesShown = 8;
constexpr std::size_t kIndent = 4;

// From the node's store, which the node itself may have open.
exchange::LocalReply ReadHistory(
    const Target& target,
    const std::function<absl::StatusOr<Json>(const store::Reader&)>& question) {
  const std::string path = fmt::format("{}/{}", target.Folder(), app::kStoreFile);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return app::Failed(app::WithHint(NotFound(fmt::format("`{}` has no store", target.Folder())),
                                     "give the node's folder with --dir"));
  }
  const auto view = store::ViewSqlite(path);
  if (!view.ok()) return app::Failed(view.status());
  Json json;
  const absl::Status read = (*view)->Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(json, question(reader));
    return absl::OkStatus();
  });
  if (!read.ok()) return app::Failed(read);
  return {.exit_status = kDone, .json = std::move(json)};
}

void PrintIndented(Context& context, const std::string& text) {
  for (const std::string& line : Wrap(text, kScreenWidth - kIndent)) {
    context.out << std::string(kIndent, ' ') << line << "\n";
  }
}

// The first lines of a list, `fit` if they were wrapped where they were made.
void PrintSome(Context& context, const Json& lines, bool fit) {
  for (std::size_t i = 0; i < std::min(lines.size(), kChangesShown); ++i) {
    const std::string line = Safe(lines[i].get_ref<const std::string&>());
    if (fit) {
      context.out << std::string(kIndent, ' ') << line << "\n";
    } else {
      PrintIndented(context, line);
    }
  }
  if (lines.size() > kChangesShown) {
    PrintIndented(context,
                  fmt::format("and {} more; --json says all", lines.size() - kChangesShown));
  }
}

void PrintChange(Context& context, const Json& change) {
  const std::string author = Field(change, "author");
  context.out << fmt::format("{:<3} {}  {}{}\n", Field(change, "number"), Field(change, "applied"),
                             Field(change, "how"), author.empty() ? "" : " by " + author);
  PrintIndented(context, fmt::format("{} version {} ({})", Field(change, "policy"),
                                     Field(change, "version"), ShortDigest(change)));
  const std::string note = Field(change, "note");
  if (!note.empty()) PrintIndented(context, fmt::format("\"{}\"", note));
  PrintSome(context, change["changes"], /*fit=*/false);
  PrintSome(context, change["effects"], /*fit=*/true);
}

int RunPolicyLog(Context& context) {
  Target target;
  std::optional<int> last;
  ArgumentParser parser(context, kPolicyLogCommand);
  parser.Number("--last", last);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  exchange::LocalReply reply = ReadHistory(target, app::PolicyLog);
  if (reply.exit_status == kDone) {
    Json& changes = reply.json["changes"];
    const auto keep = static_cast<std::size_t>(
        last.value_or(target.json ? static_cast<int>(changes.size()) : kLastDefault));
    if (changes.size() > keep)
      changes.erase(changes.begin() + static_cast<int>(keep), changes.end());
  }
  if (target.json) context.out << ToPrettyText(reply.json);
  PrintReplyError(context, "policy log", reply.json);
  if (reply.exit_status != kDone || target.json) return reply.exit_status;
  for (const Json& change : reply.json["changes"]) PrintChange(context, change);
  return kDone;
}

int RunPolicyShow(Context& context) {
  Target target;
  std::string number;
  ArgumentParser parser(context, kPolicyShowCommand);
  parser.Positional("N", number);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const exchange::LocalReply reply = ReadHistory(
      target, [&](const store::Reader& reader) { return app::PolicyShown(reader, number); });
  if (target.json) context.out << ToPrettyText(reply.json);
  PrintReplyError(context, "policy show", reply.json);
  if (reply.exit_status == kDone && !target.json) {
    // As it was, to the byte: it passed the lexer, so no control character is in it.
    context.out << reply.json["text"].get_ref<const std::string&>();
  }
  return reply.exit_status;
}

}  // namespace

const Command kPolicyLogCommand = {
    .name = "policy log",
    .summary = "every policy that came into force, and who put it there",
    .usage = kPolicyLogUsage,
    .run = &RunPolicyLog,
};

const Command kPolicyShowCommand = {
    .name = "policy show",
    .summary = "a policy of the log, exactly as it was",
    .usage = kPolicyShowUsage,
    .run = &RunPolicyShow,
};

}  // namespace renkei::cli
