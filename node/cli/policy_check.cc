#include <algorithm>
#include <chrono>
#include <filesystem>
#include <ostream>
#include <utility>

#include "node/app/node.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"
#include "node/membership/known_circles.h"
#include "node/store/sqlite/open.h"
#include "policy/lint.h"
#include "policy/prove.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kPolicyCheckUsage =
    R"(Usage: renkei policy check [FILE] [--never LINE] [--always LINE]
                    [--engine z3|enumerate] [--strict] [--dir DIR] [--json]

Reads FILE (else trust.policy of the node's folder), resolves its names, and
says every mistake with its place.  Proves its never, always and narrower lines
for all peers and records, or prints a test that fails because one breaks them;
names what looks unmeant.  Needs no running node; where the folder has a store,
levels and circles are those of its community.

--never, --always  prove a line more: --never 'see victim when level < listed'
--engine           what searches; z3 where this build has it
--strict           what looks unmeant, and a warning, is a failure

Exit status: 0 no mistakes and all proved, 1 else, 2 wrong usage.

Example:
  $ renkei policy check trust.policy --strict
)";

struct CheckOptions {
  Target target{};
  std::string path{};
  std::vector<std::string> never{};
  std::vector<std::string> always{};
  std::string engine{};
  bool strict = false;
};

// All that is said of a file.
struct Checked {
  PolicyFile file{};
  int lines = 0;  // of the file; what stands behind was given on the command line
  std::vector<policy::Proof> proofs{};
  Problems findings{};
  bool of_node = false;  // levels and circles are those of the node's store
};

int LinesIn(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n')) +
         (text.empty() || text.back() == '\n' ? 0 : 1);
}

// A line given without its title gets one.
std::string StatementOf(std::string_view keyword, std::string line) {
  std::replace(line.begin(), line.end(), '\n', ' ');
  if (line.starts_with('"')) return fmt::format("{} {}\n", keyword, line);
  return fmt::format("{} \"given with --{}\" {}\n", keyword, keyword, line);
}

// The file with the lines of the command line behind it.
PolicyFile WithLines(const PolicyFile& file, int lines, const CheckOptions& options) {
  std::string text = file.text;
  if (!text.empty() && text.back() != '\n') text += '\n';
  for (const std::string& line : options.never) text += StatementOf("never", line);
  for (const std::string& line : options.always) text += StatementOf("always", line);
  PolicyFile with{.path = file.path, .text = text, .loader = file.loader};
  with.parsed = policy::Parse(text, file.path, file.loader);
  for (Problem& problem : with.parsed.problems) {
    if (problem.line <= lines) continue;
    const auto index = static_cast<std::size_t>(problem.line - lines - 1);
    problem.file = index < options.never.size() ? "--never" : "--always";
    problem.line = 0;
    problem.column = 0;
  }
  return with;
}

Json ProofsJson(const Checked& checked) {
  Json list = Json::array();
  for (const policy::Proof& proof : checked.proofs) {
    Json json = {{"text", proof.text},
                 {"result", policy::ToWord(proof.result)},
                 {"engine", policy::ToWord(proof.engine)},
                 {"milliseconds", proof.milliseconds}};
    if (proof.line <= checked.lines) json["line"] = proof.line;
    if (!proof.why.empty()) json["why"] = proof.why;
    if (!proof.counterexample.empty()) {
      json["counterexample"] = proof.counterexample;
      json["explanation"] = proof.explanation;
    }
    list.push_back(std::move(json));
  }
  return list;
}

bool AllProved(const Checked& checked) {
  return std::all_of(checked.proofs.begin(), checked.proofs.end(),
                     [](const policy::Proof& proof) { return proof.proved(); });
}

bool Passes(const Checked& checked, const CheckOptions& options) {
  const policy::ParseResult& parsed = checked.file.parsed;
  if (parsed.policy == nullptr || !parsed.problems.empty() || !AllProved(checked)) return false;
  return !options.strict || (checked.findings.empty() && parsed.warnings.empty());
}

void PrintJson(Context& context, const Checked& checked, bool passes) {
  const policy::ParseResult& parsed = checked.file.parsed;
  Json json = {{"file", checked.file.path}, {"ok", passes}};
  if (parsed.policy) {
    json["name"] = parsed.policy->name();
    json["version"] = parsed.policy->version();
  }
  Json unproved = Json::array();
  for (const policy::Proof& proof : checked.proofs) {
    if (!proof.proved()) unproved.push_back({{"line", proof.line}, {"text", proof.text}});
  }
  json["problems"] = ProblemsJson(parsed.problems);
  json["warnings"] = ProblemsJson(parsed.warnings);
  json["unproved"] = std::move(unproved);
  json["proofs"] = ProofsJson(checked);
  json["findings"] = ProblemsJson(checked.findings);
  json["community"] = checked.of_node;
  context.out << ToPrettyText(json);
}

void PrintProof(Context& context, const Checked& checked, const policy::Proof& proof) {
  const std::string place = proof.line <= checked.lines
                                ? fmt::format("{}:{}", checked.file.path, proof.line)
                                : std::string("given");
  context.out << Safe(place) << ": " << Safe(proof.text) << ": " << policy::ToWord(proof.result)
              << fmt::format(" by {} in {:.0f} ms\n", policy::ToWord(proof.engine),
                             proof.milliseconds);
  const auto wrapped = [&](const std::string& text) {
    for (const std::string& line : Wrap(Safe(text), kScreenWidth - 4)) {
      context.out << "    " << line << "\n";
    }
  };
  if (!proof.why.empty()) wrapped(proof.why);
  if (proof.counterexample.empty()) return;
  wrapped(proof.explanation);
  wrapped("this test, pasted into the policy, fails until that is closed:");
  std::string_view rest = proof.counterexample;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    context.out << "        " << Safe(rest.substr(0, end)) << "\n";
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

void PrintText(Context& context, const Checked& checked, const CheckOptions& options) {
  for (const policy::Proof& proof : checked.proofs) PrintProof(context, checked, proof);
  for (const Problem& finding : checked.findings) {
    context.out << "lint: " << Safe(ToString(finding)) << "\n";
  }
  const policy::PolicyFile& content = checked.file.parsed.policy->file();
  const auto proved = std::count_if(checked.proofs.begin(), checked.proofs.end(),
                                    [](const policy::Proof& proof) { return proof.proved(); });
  std::string summary =
      fmt::format("{}: policy `{}` version {}: {} rules, {} tests, {} of {} lines proved",
                  Safe(checked.file.path), Safe(content.name), content.version,
                  content.rules.size(), content.tests.size(), proved, checked.proofs.size());
  const std::size_t findings = checked.findings.size() + checked.file.parsed.warnings.size();
  if (options.strict && findings > 0) {
    summary += fmt::format(", {} findings (--strict)", findings);
  } else if (AllProved(checked) && checked.file.parsed.problems.empty()) {
    summary += ", no mistakes";
  }
  context.out << summary << "\n";
}

std::optional<policy::ProveOptions> ProveOptionsOf(Context& context, const CheckOptions& options) {
  policy::ProveOptions prove{.now = [] {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch());
  }};
  if (options.engine.empty()) return prove;
  const auto engine = policy::EngineFromWord(options.engine);
  if (!engine) {
    PrintError(context, fmt::format("policy check: unknown engine `{}`", Safe(options.engine)),
               "it is `z3` or `enumerate`");
    return std::nullopt;
  }
  prove.engine = *engine;
  return prove;
}

// Nothing without a store, or in one of no community yet.
absl::StatusOr<std::optional<membership::KnownCircles>> CirclesOf(const Target& target) {
  const std::string path = fmt::format("{}/{}", target.Folder(), app::kStoreFile);
  std::optional<membership::KnownCircles> known;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return known;
  ASSIGN_OR_RETURN(const auto view, store::ViewSqlite(path));
  RETURN_IF_ERROR(view->Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(known, membership::ReadKnownCircles(reader, view->community()));
    return absl::OkStatus();
  }));
  return known;
}

// The node refuses a policy whose levels its charters don't have.
void CheckLevels(const membership::KnownCircles& known, PolicyFile& file) {
  if (file.parsed.policy == nullptr) return;
  const auto evaluator = policy::Evaluator::Make(file.parsed.policy, known.rungs);
  if (evaluator.ok()) return;
  file.parsed.problems.push_back({.file = file.path, .message = Message(evaluator.status())});
}

void ProveAndLint(Checked& checked, policy::ProveOptions prove,
                  const std::optional<membership::KnownCircles>& known) {
  const policy::Policy& policy = *checked.file.parsed.policy;
  policy::LintOptions lint;
  checked.of_node = known.has_value();
  if (known) {
    prove.rungs = known->rungs;
    lint = {.rungs = known->rungs, .circles_with_members = known->with_members};
  }
  checked.proofs = policy::ProveAll(policy, checked.file.loader, prove);
  if (!checked.file.parsed.problems.empty()) return;
  checked.findings = policy::Lint(policy, checked.file.path, lint);
}

int RunPolicyCheck(Context& context) {
  CheckOptions options;
  ArgumentParser parser(context, kPolicyCheckCommand);
  parser.Positional("FILE", options.path, /*required=*/false);
  parser.List("--never", options.never);
  parser.List("--always", options.always);
  parser.Option("--engine", options.engine);
  parser.Flag("--strict", options.strict);
  options.target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  const auto prove = ProveOptionsOf(context, options);
  if (!prove) return kWrongUsage;
  if (options.path.empty()) {
    options.path = fmt::format("{}/{}", options.target.Folder(), app::kPolicyFile);
  }
  const auto file = ReadPolicy(context, options.path);
  if (!file) return kFailed;
  Checked checked{.file = *file, .lines = LinesIn(file->text)};
  if (file->parsed.policy != nullptr) checked.file = WithLines(*file, checked.lines, options);
  const auto known = CirclesOf(options.target);
  if (!known.ok()) return Fail(context, "policy check", known.status());
  if (*known) CheckLevels(**known, checked.file);
  const policy::ParseResult& parsed = checked.file.parsed;
  PrintProblems(context, parsed.problems);
  for (const Problem& warning : parsed.warnings) {
    context.err << "warning: " << Safe(ToString(warning)) << "\n";
  }
  if (parsed.policy != nullptr) ProveAndLint(checked, *prove, *known);
  const bool passes = Passes(checked, options);
  if (options.target.json) {
    PrintJson(context, checked, passes);
  } else if (parsed.policy != nullptr) {
    PrintText(context, checked, options);
  }
  return passes ? kDone : kFailed;
}

}  // namespace

const Command kPolicyCheckCommand = {
    .name = "policy check",
    .summary = "mistakes of a policy file; proves its lines",
    .usage = kPolicyCheckUsage,
    .run = &RunPolicyCheck,
};

}  // namespace renkei::cli
