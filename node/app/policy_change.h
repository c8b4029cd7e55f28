// A change of the policy in force, as the operator asks for it and as it went.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/base/status.h"
#include "node/feed/policy_gate.h"
#include "node/feed/policy_history.h"
#include "policy/diff.h"

namespace renkei::app {

struct PolicyRequest {
  std::string text{};
  std::string file{};  // names the text in problems
  feed::PolicyHow how = feed::PolicyHow::kApply;
  std::string author{};  // who asks; may be empty
  std::string note{};
  // The policy in force with which the operator compared it, in hex; empty: whichever it is.
  std::string base{};
  bool dry_run = false;  // answers what would change, changes nothing
};

struct PolicyOutcome {
  // Why not, if not by problems.  FAILED_PRECONDITION: another policy is in force than `base`.
  absl::Status status = absl::OkStatus();
  feed::CheckedPolicy checked{};
  std::shared_ptr<const feed::ActivePolicy> before{};
  std::vector<std::string> changes{};  // statements of the file
  policy::PolicyDiff diff{};           // who gains and loses what
  bool unchanged = false;              // it is in force already
  bool unapplied_edits = false;        // trust.policy holds a text that never came into force
};

// Who gains and loses what, for people: the largest changes, in lines of at most `width`.
std::vector<std::string> EffectLines(const policy::PolicyDiff& diff, std::size_t width);

}  // namespace renkei::app
