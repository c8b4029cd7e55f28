// Why one policy gives what another does not: the rules that made the difference.  Internal to
// policy/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/compiled.h"
#include "policy/diff.h"

namespace renkei::policy {

// A rule that matched, and in which circle.
struct Hit {
  std::uint32_t rule = 0;
  bool everywhere = false;
  const Membership* membership = nullptr;
};

// Hears which rules match, for naming them; lives for one evaluation.
struct HitTrace {
  static constexpr bool kAtoms = false;
  void Match(std::size_t rule, bool everywhere, const CircleFacts& circle) {
    hits.push_back({static_cast<std::uint32_t>(rule), everywhere, circle.membership});
  }
  std::vector<Hit>& hits;
};

// One policy's answer and how it came about.
struct Answered {
  const CompiledPolicy& policy;
  const std::vector<Hit>& hits;  // outlive this
  Evaluation evaluation{};
  std::uint64_t bits = 0;  // as Decide has them

  const CompiledRule& RuleOf(const Hit& hit) const {
    return (hit.everywhere ? policy.everywhere : policy.rules).rules[hit.rule];
  }
};

// As Evaluator::Decide; the facts that peer and record bring along are made beforehand, and the
// rules that matched are left in `hits`.
Answered Ask(const CompiledPolicy& policy, const Peer& peer, const Facts& of_peer,
             const Marking& marking, const Facts& of_record, std::vector<Hit>& hits);

// All that RulesFor looks at, as a key: most pairs of peers and records change in few ways.
void PutStory(std::string& story, const Answered& answered, const Peer& peer);
void PutBytes(std::string& story, std::uint64_t number);

// Why `with` gives `bit` and `without` does not.  `gain`: `with` is the new policy.
std::vector<DiffRule> RulesFor(const Answered& with, const Answered& without, std::uint64_t bit,
                               bool gain);

}  // namespace renkei::policy
