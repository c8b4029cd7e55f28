// `drafts`, `approve`, `reject`: what waits for a second person.

#include <ostream>

#include "node/base/encoding.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"
#include "node/cli/preview.h"
#include "node/cli/publishing.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kDraftsUsage = R"(Usage: renkei drafts [--dir DIR] [--json]
       renkei drafts show N [--brief] [--dir DIR] [--json]

What waits for a second person, where node.toml says `approval = "two-person"`,
and what standing sources brought ([[source]], docs/sources.md).
`show` prints what would leave, every text as each level would read it, and the
digest of all of it: that is what `renkei approve N` approves.  With --brief no
text is shown in full, and so there is nothing to approve yet.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei drafts show 7
)";

constexpr std::string_view kApproveUsage =
    R"(Usage: renkei approve N [--digest D] [--dir DIR] [--json]

Publishes draft N, exactly as `renkei drafts show N` showed it to you.  Another
account than the author's must do it; without accounts you approve what sources
brought, and nothing else.  If the policy, own assets or what would
leave have changed since, nothing leaves: look at it again.

  --digest D   the digest that was shown (16 digits or more), where another
               program looked at the draft

Exit status: 0 published, 1 failed, 2 wrong usage, 3 refused.

Example:
  $ renkei drafts show 7 && renkei approve 7
)";

constexpr std::string_view kRejectUsage =
    R"(Usage: renkei reject N [--note TEXT] [--dir DIR] [--json]

Drops draft N; nothing leaves.  For approvers, and for its author.  The note
goes into the audit log.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei reject 7 --note "names the supplier"
)";

void PrintDrafts(Context& context, const Json& answer) {
  Table table({"DRAFT", "COMMAND", "AUTHOR", "SINCE", "WHAT"});
  for (const Json& draft : answer["drafts"]) {
    std::string what = Field(draft, "summary");
    if (draft.contains("begun")) what += " (the node stopped while publishing it)";
    table.Add({Field(draft, "draft"), Field(draft, "command"), Field(draft, "author"),
               Field(draft, "created"), what});
  }
  context.out << (table.empty() ? "No drafts wait.\n" : table.ToText());
}

// ` by taro`; nothing on a node without accounts, whose owner made it.
std::string ByAuthor(const Json& draft) {
  const std::string author = Field(draft, "author");
  return author.empty() ? author : " by " + author;
}

void PrintDraft(Context& context, const Json& draft, bool brief) {
  context.out << fmt::format("draft {}: {}{}, {}\n", Field(draft, "draft"), Field(draft, "command"),
                             ByAuthor(draft), Field(draft, "created"));
  if (draft.contains("of")) context.out << "of record " << Field(draft, "of") << "\n";
  context.out << "digest " << Field(draft, "digest") << "\n";
  for (const Json& record : draft["records"]) {
    context.out << "\n";
    if (record.contains("audience")) {
      PrintPreview(context, Field(draft, "command"), record, !brief);
      continue;
    }
    context.out << fmt::format("{}: {}, {}\n", Field(record, "id"), Field(record, "result"),
                               Field(record, "reason"));
    for (const std::string& line : ReadableLines(record["sections"], 2)) {
      context.out << line << "\n";
    }
  }
}

int RunDrafts(Context& context) {
  Target target;
  std::string action;
  std::string number;
  bool brief = false;
  ArgumentParser parser(context, kDraftsCommand);
  parser.Positional("ACTION", action, /*required=*/false);
  parser.Positional("N", number, /*required=*/false);
  parser.Flag("--brief", brief);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (action.empty()) {
    return Ask(context, target, "drafts", Json::object(),
               [&](const Json& json) { PrintDrafts(context, json); });
  }
  if (action != "show" || number.empty()) {
    PrintError(context, "drafts: expected `show N`, or nothing",
               "`renkei help drafts` shows its usage");
    return kWrongUsage;
  }
  return Ask(context, target, "drafts-show", {{"draft", number}, {"brief", brief}},
             [&](const Json& json) { PrintDraft(context, json, brief); });
}

void PrintApproved(Context& context, const Json& answer) {
  context.out << fmt::format("draft {}{}: {}\n", Field(answer, "draft"), ByAuthor(answer),
                             Field(answer, "result"));
  const Json& made = answer["answer"];
  if (!made.contains("drafts")) {
    PrintPublished(context, "", made);
    return;
  }
  for (const Json& record : made["drafts"]) PrintPublished(context, "", record);
}

int RunApprove(Context& context) {
  Target target;
  std::string number;
  std::string digest;
  ArgumentParser parser(context, kApproveCommand);
  parser.Positional("N", number);
  parser.Option("--digest", digest);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "approve", {{"draft", number}, {"digest", digest}},
             [&](const Json& json) { PrintApproved(context, json); });
}

int RunReject(Context& context) {
  Target target;
  std::string number;
  std::string note;
  ArgumentParser parser(context, kRejectCommand);
  parser.Positional("N", number);
  parser.Option("--note", note);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "reject", {{"draft", number}, {"note", note}}, [&](const Json& json) {
    context.out << fmt::format("draft {}{}: rejected; nothing left this node\n",
                               Field(json, "draft"), ByAuthor(json));
  });
}

}  // namespace

const Command kDraftsCommand = {
    .name = "drafts",
    .summary = "what waits for a second person",
    .usage = kDraftsUsage,
    .run = &RunDrafts,
};

const Command kApproveCommand = {
    .name = "approve",
    .summary = "publish a draft of another account",
    .usage = kApproveUsage,
    .run = &RunApprove,
};

const Command kRejectCommand = {
    .name = "reject",
    .summary = "drop a draft",
    .usage = kRejectUsage,
    .run = &RunReject,
};

}  // namespace renkei::cli
