#include <ostream>

#include "node/base/file.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"
#include "policy/format.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyFormatUsage =
    R"(Usage: renkei policy format [FILE | -] [--check | --write] [--dir DIR]

Prints the policy in FILE (else trust.policy of the node's folder; `-`: standard
input) in canonical layout: one space between words, statements of up to 80
columns in one line, longer ones broken where they have parts, at most one empty
line.  Comments stay.  It says the same in every other respect.

--check  print nothing; exit status 1 if the layout is another
--write  replace FILE in one step instead of printing

Exit status: 0, 1 mistakes in FILE or (--check) another layout, 2 wrong usage.

Example:
  $ renkei policy format new.policy --write
)";

struct Formatting {
  FileArgument file{};
  bool check = false;
  bool write = false;
};

int Finish(Context& context, const Formatting& asked, const std::string& text,
           const std::string& formatted) {
  const std::string& path = asked.file.path;
  if (asked.check) {
    if (text == formatted) return kDone;
    PrintError(context, path + ": not in canonical layout",
               path == "-" ? "" : fmt::format("`renkei policy format {} --write` mends it", path));
    return kFailed;
  }
  if (!asked.write) {
    context.out << formatted;
    return kDone;
  }
  if (text == formatted) return kDone;
  const absl::Status written = WriteFile(path, formatted, FileMode::kSecret);
  return written.ok() ? kDone : Fail(context, "policy format: write " + path, written);
}

int RunPolicyFormat(Context& context) {
  Formatting asked;
  ArgumentParser parser(context, kPolicyFormatCommand);
  parser.Flag("--check", asked.check);
  parser.Flag("--write", asked.write);
  asked.file.AddTo(parser, /*json=*/false);
  if (const auto status = parser.Parse()) return *status;
  asked.file.FillIn();
  const std::string& path = asked.file.path;
  if (asked.write && (asked.check || path == "-")) {
    PrintError(context, asked.check ? "policy format: --check and --write exclude each other"
                                    : "policy format: standard input can't be replaced");
    return kWrongUsage;
  }
  const auto text = ReadInput(context, "policy format", path);
  if (!text) return kFailed;
  const policy::ParseResult parsed = policy::Parse(*text, path);
  PrintProblems(context, parsed.problems);
  return parsed.policy ? Finish(context, asked, *text, policy::Format(*text)) : kFailed;
}

}  // namespace

const Command kPolicyFormatCommand = {
    .name = "policy format",
    .summary = "a policy file in canonical layout",
    .usage = kPolicyFormatUsage,
    .run = &RunPolicyFormat,
};

}  // namespace renkei::cli
