#include "node/cli/policy_applying.h"

#include <ostream>
#include <vector>

#include <pwd.h>
#include <unistd.h>

#include "node/cli/output.h"
#include "node/cli/terminal.h"
#include "node/feed/policy_history.h"

namespace renkei::cli {
namespace {

constexpr std::size_t kDigestDigitsShown = 12;
constexpr std::size_t kChangesAsked = 20;  // statements listed before somebody is asked
constexpr std::size_t kPasswordBufferBytes = 16'384;

std::string PolicyText(const Json& policy) {
  return fmt::format("{} version {} ({})", Field(policy, "name"), Field(policy, "version"),
                     ShortDigest(policy));
}

std::string ProofText(const Json& answer) {
  const int proved = answer.value("proved", 0);
  std::string text =
      fmt::format("{} rules, {} tests passed", answer.value("rules", 0), answer.value("tests", 0));
  if (proved > 0) text += fmt::format(", {} lines proved", proved);
  return text;
}

void PrintLines(Context& context, const Json& lines) {
  std::size_t shown = 0;
  for (const Json& line : lines) {
    if (++shown > kChangesAsked) {
      context.out << fmt::format("  and {} more: --dry-run --json says all\n",
                                 lines.size() - kChangesAsked);
      return;
    }
    for (const std::string& part : Wrap(Words(Json::array({line})), kScreenWidth - 2)) {
      context.out << "  " << part << "\n";
    }
  }
}

// Lines that were wrapped where they were made.
void PrintEffects(Context& context, const Json& lines) {
  context.out << "By it:\n";
  for (const Json& line : lines) {
    context.out << "  " << Safe(line.get_ref<const std::string&>()) << "\n";
  }
}

void PrintSummary(Context& context, const Json& answer) {
  for (const Json& warning : answer["warnings"]) {
    context.err << "warning: " << Words(Json::array({warning})) << "\n";
  }
  context.out << "now  " << PolicyText(answer["before"]) << "\n"
              << "new  " << PolicyText(answer["policy"]) << "\n     " << ProofText(answer) << "\n";
  if (answer["result"] == "unchanged") {
    context.out << "It is in force already.\n";
  } else if (answer["changes"].empty()) {
    context.out << "The file says the same in other words.\n";
  } else {
    context.out << "The file:\n";
    PrintLines(context, answer["changes"]);
  }
  if (answer["result"] != "unchanged") PrintEffects(context, answer["effects"]);
  if (answer.value("unapplied_edits", false)) {
    context.out << "trust.policy holds edits that never were in force: they will be replaced.\n";
  }
}

// Says what the node refused; its exit status.
int PrintRefusal(Context& context, const Applying& applying, const std::string& doing,
                 const exchange::LocalReply& reply) {
  if (applying.target.json) context.out << ToPrettyText(reply.json);
  PrintReplyError(context, doing, reply.json);
  return reply.exit_status;
}

}  // namespace

void Applying::AddTo(ArgumentParser& parser) {
  parser.Flag("--yes", yes);
  parser.Flag("--dry-run", dry_run);
  parser.Option("--author", author);
  parser.Option("--note", note);
  target.AddTo(parser);
}

std::string LocalUser() {
  std::vector<char> buffer(kPasswordBufferBytes);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return "";
  }
  const std::string name = found->pw_name;
  return feed::CheckPolicyAuthor(name).ok() ? name : "";
}

std::string ShortDigest(const Json& json) {
  return Field(json, "digest").substr(0, kDigestDigitsShown);
}

int ApplyPolicy(Context& context, const Applying& applying, const std::string& doing,
                Json arguments, const std::string& payload) {
  const bool ask = !applying.yes && !applying.dry_run;
  if (ask && (applying.target.json || !HasTerminal(context))) {
    PrintError(context,
               fmt::format("{}: nobody can be asked: {}", doing,
                           applying.target.json ? "--json is given" : "no terminal is there"),
               "see what would change with --dry-run, then give --yes");
    return kWrongUsage;
  }
  arguments["author"] = applying.author.empty() ? LocalUser() : applying.author;
  arguments["note"] = applying.note;
  arguments["dry_run"] = true;
  const exchange::LocalReply compared =
      CallNode(applying.target, "policy-apply", arguments, payload);
  if (compared.exit_status != 0) return PrintRefusal(context, applying, doing, compared);
  if (!applying.target.json) PrintSummary(context, compared.json);
  if (applying.dry_run) {
    if (applying.target.json)
      context.out << ToPrettyText(compared.json);
    else
      context.out << "Nothing was changed.\n";
    return kDone;
  }
  if (ask && !Agrees(context, "Apply it?")) {
    context.out << "Nothing was changed.\n";
    return kFailed;
  }
  arguments["dry_run"] = false;
  arguments["base"] = compared.json["before"]["digest"];
  const exchange::LocalReply done = CallNode(applying.target, "policy-apply", arguments, payload);
  if (done.exit_status != 0) return PrintRefusal(context, applying, doing, done);
  if (applying.target.json) {
    context.out << ToPrettyText(done.json);
  } else if (done.json["result"] == "applied") {
    context.out << "In force: " << PolicyText(done.json["policy"]) << ".\n";
  }
  return kDone;
}

}  // namespace renkei::cli
