#include "policy/changed_rules.h"

#include <algorithm>

namespace renkei::policy {
namespace {

bool HasRule(const Policy& policy, const Rule& rule) {
  const std::vector<Rule>& rules = policy.file().rules;
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

// The enumeration names those of the record last.
bool IsOfRecord(const CompiledAtom& atom) { return atom.source->kind >= AtomKind::kTlpAtMost; }

}  // namespace

std::vector<ChangedRules::Changed> ChangedRules::Without(const CompiledPolicy& policy,
                                                         const Policy& other) {
  std::vector<Changed> changed;
  const auto add = [&](Needed& needed, const Need& need) {
    needed.values &= need.values;
    const auto first = policy.lists.begin() + need.first_list;
    needed.lists.insert(needed.lists.end(), first, first + need.list_count);
  };
  for (const RuleSet* set : {&policy.rules, &policy.everywhere}) {
    for (std::size_t i = 0; i < set->rules.size(); ++i) {
      const CompiledRule& rule = set->rules[i];
      if (HasRule(other, *rule.source)) continue;
      Changed& made = changed.emplace_back();
      made.of_record.values = made.of_both.values = ~std::uint64_t{0};
      add(made.of_both, set->needs[i]);
      for (const CompiledAtom& atom : rule.fixed) {
        if (IsOfRecord(atom)) add(made.of_record, atom.need);
      }
    }
  }
  return changed;
}

ChangedRules::ChangedRules(const CompiledPolicy& before, const CompiledPolicy& after)
    // A rule's text means the same only among the same levels, circles and trusted words.
    : all_(before.levels != after.levels ||
           before.policy->file().circles != after.policy->file().circles ||
           before.policy->file().trust != after.policy->file().trust),
      before_(Without(before, *after.policy)),
      after_(Without(after, *before.policy)) {}

bool ChangedRules::MayMatch(const BothFacts& record) const {
  const auto any = [](const std::vector<Changed>& rules, const Facts& facts) {
    return std::any_of(rules.begin(), rules.end(), [&](const Changed& rule) {
      const Needed& needed = rule.of_record;
      return (facts.values & ~needed.values) == 0 &&
             std::all_of(needed.lists.begin(), needed.lists.end(), [&](const ListNeed& list) {
               return (list.bits & ~facts.lists[list.word]) == 0;
             });
    });
  };
  return all_ || any(before_, record.before) || any(after_, record.after);
}

bool ChangedRules::MayMatch(const BothFacts& record, const BothFacts& peer) const {
  const auto any = [](const std::vector<Changed>& rules, const Facts& a, const Facts& b) {
    return std::any_of(rules.begin(), rules.end(), [&](const Changed& rule) {
      const Needed& needed = rule.of_both;
      return ((a.values | b.values) & ~needed.values) == 0 &&
             std::all_of(needed.lists.begin(), needed.lists.end(), [&](const ListNeed& list) {
               return (list.bits & ~(a.lists[list.word] | b.lists[list.word])) == 0;
             });
    });
  };
  return all_ || any(before_, record.before, peer.before) || any(after_, record.after, peer.after);
}

}  // namespace renkei::policy
