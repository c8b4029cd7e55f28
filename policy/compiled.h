// A policy made ready for asking: each rule becomes the few masks that its facts must meet.
// Internal to policy/.
//
// There is one evaluator, Evaluate(); what it tells a Trace decides whether it answers or explains.
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/ast.h"
#include "policy/facts.h"
#include "policy/marking.h"
#include "policy/policy.h"
#include "policy/rule_index.h"
#include "policy/short_list.h"

namespace renkei::policy {

// What an atom, or all atoms of a rule together, ask of the facts.
struct Need {
  std::uint64_t values = ~std::uint64_t{0};  // of each field, the values that will do
  std::uint64_t bits = 0;                    // what the rule gives or takes
  std::uint32_t rungs = 0xffff;              // bit r: rung r will do
  std::uint32_t first_list = 0;              // in CompiledPolicy::lists
  std::uint16_t list_count = 0;              // of the facts; after them,
  std::uint16_t circle_list_count = 0;       // of the circle
  bool denies = false;
};

// Lists that the facts must be in: all `bits` of that word.
struct ListNeed {
  std::uint32_t word = 0;
  std::uint64_t bits = 0;
};

struct CompiledAtom {
  const Atom* source = nullptr;  // in the Policy; for explanations
  Need need{};
};

struct CompiledRule {
  const Rule* source = nullptr;
  std::vector<CompiledAtom> fixed{};   // the same in every circle
  std::vector<CompiledAtom> circle{};  // of the circle being evaluated
  std::uint64_t bits = 0;

  bool denies() const { return source->kind == RuleKind::kDeny; }
};

// What a `never` or `always` line asks of peer and record, in one circle.
struct CompiledAssertion {
  struct Condition {
    CompiledAtom atom{};   // as a grant reads it, without its `not`
    bool negated = false;  // an unknown is false, and this negates it
  };

  const Assertion* source = nullptr;
  std::vector<Condition> conditions{};
  std::uint64_t bits = 0;  // that they ask for
};

struct RuleSet {
  std::vector<CompiledRule> rules{};
  std::vector<Need> needs{};  // of each rule: all its atoms at once
  RuleIndex index{};
};

struct CompiledPolicy {
  std::shared_ptr<const Policy> policy{};  // outlives the pointers into it
  std::vector<Level> levels{};             // with the charter's rungs
  Vocabulary words{};
  std::vector<ListNeed> lists{};
  RuleSet rules{};  // grants and denies of a circle
  RuleSet everywhere{};
  RuleSet accepts{};
  std::vector<CompiledAssertion> assertions{};  // only where lines were asked for

  const Trust& TrustOf(Attribute attribute) const { return words.TrustOf(attribute); }
};

// The policy's levels with the charter's numbers, or the defaults.  Errors: as Evaluator::Make.
absl::StatusOr<std::vector<Level>> LevelsWithRungs(const Policy& policy,
                                                   const std::map<std::string, Rung>& rungs);

// `never` and `always` lines are for the provers; an evaluator has no use for them.
enum class Lines : std::uint8_t { kLeave, kCompile };

// REQUIRES: `levels` has the policy's levels in its order.
std::shared_ptr<const CompiledPolicy> Compile(std::shared_ptr<const Policy> policy,
                                              std::vector<Level> levels,
                                              Lines lines = Lines::kLeave);

// What an evaluator asks.
inline const CompiledPolicy& CompiledOf(const Evaluator& evaluator) { return *evaluator.compiled_; }

// A circle that peer and record share, in which the peer has a rung.
struct CircleFacts {
  const Membership* membership = nullptr;
  const ListBits* lists = nullptr;  // the lists of circles that it is in; null: none
  std::unique_ptr<ListBits> own{};  // if the policy does not name it
  std::uint64_t allowed = 0;
  std::uint64_t denied = 0;
  std::uint64_t header = 0;

  std::uint64_t bits() const { return allowed & ~denied & header; }
};
using CircleList = ShortList<CircleFacts, 4>;

// In the order of the peer's memberships.  A membership that the policy does not believe, or
// without a rung in 1..14, is none.
CircleList CommonCircles(const CompiledPolicy& policy, const Peer& peer, const Marking& marking);

// True if a membership counts at all.
bool Counts(const CompiledPolicy& policy, const Membership& membership);

inline bool InLists(const CompiledPolicy& policy, const Need& need, const Facts& facts) {
  const ListNeed* lists = policy.lists.data() + need.first_list;
  for (int i = 0; i < need.list_count; ++i) {
    if ((lists[i].bits & ~facts.lists[lists[i].word]) != 0) return false;
  }
  return true;
}

inline bool InCircleLists(const CompiledPolicy& policy, const Need& need,
                          const CircleFacts& circle) {
  const ListNeed* lists = policy.lists.data() + need.first_list + need.list_count;
  for (int i = 0; i < need.circle_list_count; ++i) {
    if (circle.lists == nullptr || (lists[i].bits & ~(*circle.lists)[lists[i].word]) != 0) {
      return false;
    }
  }
  return true;
}

inline bool MeetsFixed(const CompiledPolicy& policy, const Need& need, const Facts& facts) {
  return (facts.values & ~need.values) == 0 && InLists(policy, need, facts);
}

inline bool MeetsInCircle(const CompiledPolicy& policy, const Need& need,
                          const CircleFacts& circle) {
  return (need.rungs >> circle.membership->rung & 1) != 0 && InCircleLists(policy, need, circle);
}

// Hears nothing; rules are asked with all their atoms at once.
struct NoTrace {
  static constexpr bool kAtoms = false;
  void Match(std::size_t /*rule*/, bool /*everywhere*/, const CircleFacts& /*circle*/) {}
};

// Asks every rule in every circle; `on_match(need, circle, number)` where it matches.  Values and
// rungs are asked 64 rules at a time, lists of those that are left.
template <class OnMatch>
void AskNeeds(const CompiledPolicy& policy, const RuleSet& set, const Facts& facts,
              CircleList& circles, OnMatch on_match) {
  const RuleIndex::Rows rows = set.index.RowsOf(facts.values);
  for (std::size_t word = 0; word < set.index.words(); ++word) {
    const std::uint64_t fixed = set.index.Fixed(rows, word);
    for (CircleFacts& circle : circles) {
      std::uint64_t left = fixed & set.index.AtRung(circle.membership->rung, word);
      for (; left != 0; left &= left - 1) {
        const std::size_t number = 64 * word + static_cast<std::size_t>(std::countr_zero(left));
        const Need& need = set.needs[number];
        if (!InLists(policy, need, facts) || !InCircleLists(policy, need, circle)) continue;
        on_match(need, circle, static_cast<std::ptrdiff_t>(number));
      }
    }
  }
}

// The same question, put for each atom, for a trace that hears of them.
template <class Trace, class OnMatch>
void AskAtoms(const CompiledPolicy& policy, const RuleSet& set, const Facts& facts,
              CircleList& circles, Trace& trace, OnMatch on_match) {
  for (std::size_t i = 0; i < set.rules.size(); ++i) {
    const CompiledRule& rule = set.rules[i];
    trace.BeginRule(rule);
    bool fixed = true;
    for (const CompiledAtom& atom : rule.fixed) {
      if (MeetsFixed(policy, atom.need, facts)) continue;
      trace.FailFixed(atom);
      fixed = false;
    }
    for (CircleFacts& circle : circles) {
      trace.BeginCircle(circle);
      bool matched = fixed;
      for (const CompiledAtom& atom : rule.circle) {
        if (MeetsInCircle(policy, atom.need, circle)) continue;
        trace.FailInCircle(atom);
        matched = false;
      }
      if (matched) on_match(set.needs[i], circle, static_cast<std::ptrdiff_t>(i));
      trace.EndCircle(matched);
    }
  }
}

template <class Trace, class OnMatch>
void AskRules(const CompiledPolicy& policy, const RuleSet& set, const Facts& facts,
              CircleList& circles, Trace& trace, OnMatch on_match) {
  if constexpr (Trace::kAtoms) {
    AskAtoms(policy, set, facts, circles, trace, on_match);
  } else {
    AskNeeds(policy, set, facts, circles, on_match);
  }
}

struct Evaluation {
  CircleList circles{};
  std::uint64_t everywhere = 0;  // taken away by `deny everywhere`
  std::uint64_t bits = 0;        // before closure
};

// Bits of the policy, and of the author's header inside each circle, before closure.
// `make_facts` is asked for the facts if there is a circle in common.
template <class Trace, class MakeFacts>
Evaluation EvaluateWith(const CompiledPolicy& policy, const Peer& peer, const Marking& marking,
                        Purpose purpose, Trace& trace, MakeFacts make_facts) {
  Evaluation result{.circles = CommonCircles(policy, peer, marking)};
  if (result.circles.empty()) return result;
  const Facts facts = make_facts();
  AskRules(policy, policy.rules, facts, result.circles, trace,
           [&](const Need& need, CircleFacts& circle, std::ptrdiff_t rule) {
             (need.denies ? circle.denied : circle.allowed) |= need.bits;
             trace.Match(static_cast<std::size_t>(rule), /*everywhere=*/false, circle);
           });
  AskRules(policy, policy.everywhere, facts, result.circles, trace,
           [&](const Need& need, CircleFacts& circle, std::ptrdiff_t rule) {
             result.everywhere |= need.bits;
             trace.Match(static_cast<std::size_t>(rule), /*everywhere=*/true, circle);
           });
  for (CircleFacts& circle : result.circles) {
    circle.header =
        purpose == Purpose::kTest ? Mask::kAll : HeaderBits(peer, marking, circle.membership->rung);
    result.bits |= circle.bits();
  }
  result.bits &= ~result.everywhere;
  return result;
}

template <class Trace>
Evaluation Evaluate(const CompiledPolicy& policy, const Peer& peer, const Marking& marking,
                    Purpose purpose, Trace& trace, const Unknowns& unknowns = {}) {
  return EvaluateWith(policy, peer, marking, purpose, trace, [&] {
    const bool test = purpose == Purpose::kSuppose || purpose == Purpose::kTest;
    Facts facts = FactsOf(policy.words, peer, marking, test ? Purpose::kTest : Purpose::kAnswer);
    if (purpose == Purpose::kTest) KeepUnknown(facts, policy.words, unknowns);
    return facts;
  });
}

}  // namespace renkei::policy
