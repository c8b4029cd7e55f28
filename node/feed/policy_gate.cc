#include "node/feed/policy_gate.h"

#include "node/membership/community_state.h"
#include "policy/prove.h"

namespace renkei::feed {
namespace {

void RunTests(CheckedPolicy& checked, const policy::Evaluator& evaluator, const std::string& file) {
  for (const policy::TestResult& test : evaluator.RunTests()) {
    ++checked.tests;
    if (test.passed) continue;
    checked.problems.push_back(
        {.file = file,
         .line = test.line,
         .message = fmt::format("test \"{}\" fails: {}", test.name, test.text)});
  }
}

// By name, what the charters of this community say of it.
std::map<std::string, policy::Rung> CharterRungs() {
  std::map<std::string, policy::Rung> rungs;
  const renkei::v1::Charter charter = membership::DefaultCharter("members");
  for (const auto& rung : charter.rungs()) {
    rungs[rung.name()] = static_cast<policy::Rung>(rung.number());
  }
  return rungs;
}

// What is not proved is a problem, also if nothing was found against it.
void Prove(CheckedPolicy& checked, const policy::Policy& policy, const std::string& file,
           const policy::Loader& loader) {
  for (const policy::Proof& proof : policy::ProveAll(policy, loader, {.rungs = CharterRungs()})) {
    if (proof.proved()) {
      ++checked.proved;
    } else if (proof.result == policy::Proof::Result::kRefuted) {
      checked.problems.push_back(
          {.file = file,
           .line = proof.line,
           .message = fmt::format("`{}` does not hold: {}", proof.text, proof.explanation),
           .hint = "`renkei policy check` prints a test that shows it"});
    } else {
      checked.problems.push_back(
          {.file = file,
           .line = proof.line,
           .message = fmt::format("`{}` is not proved: {}", proof.text, proof.why)});
    }
  }
}

}  // namespace

CheckedPolicy CheckPolicy(std::string_view text, const std::string& file,
                          const policy::Loader& loader) {
  CheckedPolicy checked{.text = std::string(text)};
  policy::ParseResult parsed = policy::Parse(text, file, loader);
  checked.problems = std::move(parsed.problems);
  checked.warnings = std::move(parsed.warnings);
  if (parsed.policy == nullptr) return checked;
  auto compiled = CompilePolicy(parsed.policy, crypto::Sha256(text));
  if (!compiled.ok()) {
    checked.problems.push_back({.file = file, .message = Message(compiled.status())});
    return checked;
  }
  RunTests(checked, (*compiled)->evaluator, file);
  if (checked.problems.empty()) Prove(checked, *parsed.policy, file, loader);
  if (checked.problems.empty()) checked.policy = *std::move(compiled);
  return checked;
}

absl::StatusOr<policy::Evaluator> MakeEvaluator(std::shared_ptr<const policy::Policy> policy) {
  return policy::Evaluator::Make(std::move(policy), CharterRungs());
}

absl::StatusOr<std::shared_ptr<const ActivePolicy>> CompilePolicy(
    std::shared_ptr<const policy::Policy> parsed, const crypto::Digest& digest,
    const policy::TableLimits& limits) {
  ASSIGN_OR_RETURN(policy::Evaluator evaluator, MakeEvaluator(std::move(parsed)));
  auto table = std::make_unique<policy::Table>(evaluator, limits);
  return std::make_shared<const ActivePolicy>(
      ActivePolicy{.digest = digest, .evaluator = std::move(evaluator), .table = std::move(table)});
}

}  // namespace renkei::feed
