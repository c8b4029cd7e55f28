// What is written in a policy and surely not meant: rules that can never match, rules that another
// one always covers, lines and tests that say nothing or contradict each other, circles that nobody
// is in.  A finding changes no answer of the policy.
//
// Uses the provers' world (policy/world.h), so "never" means for no peer and no record.  Pure;
// thread-safe.  Limits: kLintWorkMax a question; what takes longer is no finding.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "node/base/problem.h"
#include "policy/policy.h"

namespace renkei::policy {

inline constexpr std::uint64_t kLintWorkMax = 200'000;

struct LintOptions {
  // Levels' numbers from the charter; empty: the defaults.
  std::map<std::string, Rung> rungs{};
  // Names of the circles that have members, where the roster is known.
  std::optional<std::set<std::string>> circles_with_members{};
};

// By line.  `file` names the policy in them.
Problems Lint(const Policy& policy, std::string_view file, const LintOptions& options = {});

}  // namespace renkei::policy
