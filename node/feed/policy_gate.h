// The gate in front of every change of the trust policy: what does not pass it is never in force.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "node/base/problem.h"
#include "node/crypto/digest.h"
#include "policy/policy.h"
#include "policy/table.h"

namespace renkei::feed {

// The evaluator of a policy in this community: levels mean what the charters say, whichever of them
// it happens to name.
absl::StatusOr<policy::Evaluator> MakeEvaluator(std::shared_ptr<const policy::Policy> policy);

struct ActivePolicy {
  crypto::Digest digest{};  // SHA-256 of the text
  policy::Evaluator evaluator;
  // Its answers so far, for whoever asks by class and shape.  Made with the policy, so a new one
  // begins beside it, empty.
  std::unique_ptr<policy::Table> table{};
};

// A policy that passed, or why it did not.
struct CheckedPolicy {
  std::shared_ptr<const ActivePolicy> policy{};  // empty if there is any problem
  std::string text{};
  int tests = 0;   // that were run
  int proved = 0;  // `never`, `always` and `narrower than` lines
  Problems problems{};
  Problems warnings{};
};

// Parses, resolves names, runs the tests, proves every line that is to be proved.  `file` names it
// in problems; `loader` reads what a `narrower than` line names.  Cost: seconds for a large policy.
CheckedPolicy CheckPolicy(std::string_view text, const std::string& file,
                          const policy::Loader& loader = {});

// A policy that passed once, read again from the store: neither tests nor proofs.
absl::StatusOr<std::shared_ptr<const ActivePolicy>> CompilePolicy(
    std::shared_ptr<const policy::Policy> parsed, const crypto::Digest& digest,
    const policy::TableLimits& limits = {});

}  // namespace renkei::feed
