// Turns what an evaluation told its trace into an Explanation.  Internal to policy/.
#pragma once

#include <string>
#include <vector>

#include "policy/compiled.h"
#include "policy/policy.h"

namespace renkei::policy {

// What one rule said in one circle.
struct Outcome {
  const CompiledRule* rule = nullptr;
  const Membership* membership = nullptr;
  bool matched = false;
  std::vector<const CompiledAtom*> unmet{};
};

// Hears everything; lives for one evaluation.
class Tracer {
 public:
  static constexpr bool kAtoms = true;

  void BeginRule(const CompiledRule& rule) {
    rule_ = &rule;
    fixed_.clear();
  }
  void FailFixed(const CompiledAtom& atom) { fixed_.push_back(&atom); }
  void BeginCircle(const CircleFacts& circle) {
    outcomes_.push_back({.rule = rule_, .membership = circle.membership, .unmet = fixed_});
  }
  void FailInCircle(const CompiledAtom& atom) { outcomes_.back().unmet.push_back(&atom); }
  void EndCircle(bool matched) { outcomes_.back().matched = matched; }
  // Told by EndCircle.
  void Match(std::size_t /*rule*/, bool /*everywhere*/, const CircleFacts& /*circle*/) {}

  const std::vector<Outcome>& outcomes() const { return outcomes_; }

 private:
  const CompiledRule* rule_ = nullptr;
  std::vector<const CompiledAtom*> fixed_;
  std::vector<Outcome> outcomes_;
};

// `mask` is the evaluation's answer after closure.
Explanation Describe(const CompiledPolicy& policy, const Peer& peer, const Marking& marking,
                     const Evaluation& evaluation, const Tracer& trace, Mask mask);

// Of the rules that did not match and would give any of `bits` (all, for an accept), the nearest.
std::vector<NearRule> Nearest(const CompiledPolicy& policy, const Peer& peer,
                              const Marking& marking, const Tracer& trace, std::uint64_t bits);

}  // namespace renkei::policy
