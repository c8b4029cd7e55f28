#include "policy/world.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <set>

#include "node/base/status.h"
#include "policy/world_values.h"

namespace renkei::policy {

ValueSet::ValueSet(std::size_t size, bool full) : words_((size + 63) / 64) {
  for (std::size_t i = 0; full && i < size; ++i) Add(i);
}

bool ValueSet::Meets(const ValueSet& other) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if ((words_[i] & other.words_[i]) != 0) return true;
  }
  return false;
}

bool ValueSet::Within(const ValueSet& other) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if ((words_[i] & ~other.words_[i]) != 0) return false;
  }
  return true;
}

void ValueSet::KeepOnly(const ValueSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

std::size_t ValueSet::First() const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (words_[i] != 0) return i * 64 + static_cast<std::size_t>(std::countr_zero(words_[i]));
  }
  RENKEI_CHECK(false);
  return 0;
}

// Not hidden: fields of WorldMaker are of this type.
// Who reads an atom.
enum class Reading : std::uint8_t { kGrant, kDeny, kDenyInTest };

namespace {

constexpr AssertedBy kAllAssert{.hub = true, .self = true, .sponsors = 2};

bool PerSlot(VariableKind kind) {
  return kind == VariableKind::kRung || kind == VariableKind::kCircle;
}

// A value as the evaluator sees it under one policy.
class Probe {
 public:
  // Both outlive this.
  Probe(const CompiledPolicy& policy, const Value& value)
      : policy_(policy), peer_(value.peer), marking_(value.marking) {
    Membership membership = value.membership;
    if (membership.circle.empty()) membership.circle = "probe";
    if (membership.rung == 0) membership.rung = 1;
    membership.by = kAllAssert;
    marking_.circles = {membership.circle};
    peer_.circles = {std::move(membership)};
    circles_ = CommonCircles(policy, peer_, marking_);
    real_ = FactsOf(policy.words, peer_, marking_, Purpose::kAnswer);
    test_ = FactsOf(policy.words, peer_, marking_, Purpose::kTest);
  }
  ~Probe() = default;
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  bool Satisfies(const CompiledAtom& atom, Reading reading) const {
    if (PerSlot(VariableOf(atom.source->kind))) {
      return MeetsInCircle(policy_, atom.need, *circles_.begin());
    }
    return MeetsFixed(policy_, atom.need, reading == Reading::kDenyInTest ? test_ : real_);
  }

 private:
  const CompiledPolicy& policy_;
  Peer peer_;
  Marking marking_;
  CircleList circles_{};
  Facts real_{};
  Facts test_{};
};

}  // namespace

// Builds a World: collects the atoms, asks them about every value, and joins values that none of
// them tells apart.
class WorldMaker {
 public:
  WorldMaker(World& world, std::vector<const CompiledPolicy*> policies)
      : world_(world), policies_(std::move(policies)) {}

  void Make(const std::vector<CompiledAssertion::Condition>& conditions) {
    for (std::size_t p = 0; p < policies_.size(); ++p) {
      for (const auto* rules : RulesOf(*policies_[p])) {
        for (const CompiledRule& rule : *rules) {
          const Reading reading = rule.denies() ? Reading::kDeny : Reading::kGrant;
          for (const CompiledAtom& atom : rule.fixed) Collect(atom, p, reading);
          for (const CompiledAtom& atom : rule.circle) Collect(atom, p, reading);
        }
      }
    }
    for (const auto& condition : conditions) Collect(condition.atom, 0, Reading::kGrant);
    for (int kind = 0; kind < static_cast<int>(VariableKind::kTag); ++kind) {
      AddVariable(static_cast<VariableKind>(kind));
    }
    AddTags();
    for (const CompiledPolicy* policy : policies_) AddRules(*policy);
    for (const auto& condition : conditions) {
      const int literal = LiteralOf(condition.atom, Reading::kGrant, 0);
      if (!condition.negated) {
        world_.conditions_.push_back(literal);
      } else {
        world_.conditions_.push_back(literal < 0 ? Nothing() : Negated(literal));
      }
    }
    AddClauses();
  }

 private:
  struct Asked {
    const CompiledAtom* atom = nullptr;
    std::size_t policy = 0;
    Reading reading = Reading::kGrant;
  };

  std::vector<const std::vector<CompiledRule>*> RulesOf(const CompiledPolicy& policy) const {
    if (!world_.with_accepts_) return {&policy.rules.rules, &policy.everywhere.rules};
    return {&policy.rules.rules, &policy.everywhere.rules, &policy.accepts.rules};
  }

  void Collect(const CompiledAtom& atom, std::size_t policy, Reading reading) {
    if (atom.source->kind == AtomKind::kAnyone) return;
    if (atom.source->kind == AtomKind::kTagIn) {
      for (const Name& tag : atom.source->words) tags_.emplace(tag.text, -1);
      tag_atoms_.push_back(&atom);
      return;
    }
    asked_[VariableOf(atom.source->kind)].push_back({&atom, policy, reading});
  }

  int NewVariable(Variable variable) {
    const int number = static_cast<int>(world_.variables_.size());
    world_.variables_.push_back(std::move(variable));
    return number;
  }

  int Intern(int variable, ValueSet allowed) {
    const auto [found, added] =
        interned_.emplace(std::pair(variable, allowed), static_cast<int>(world_.literals_.size()));
    if (!added) return found->second;
    const std::size_t size = world_.variables_[static_cast<std::size_t>(variable)].size;
    ValueSet others(size, /*full=*/true);
    for (std::size_t i = 0; i < size; ++i) {
      if (allowed.Has(i)) others.Remove(i);
    }
    const int number = found->second;
    interned_.emplace(std::pair(variable, others), number + 1);
    world_.literals_.push_back({variable, number + 1, std::move(allowed)});
    world_.literals_.push_back({variable, number, std::move(others)});
    return number;
  }

  void AddVariable(VariableKind kind);
  std::vector<std::vector<bool>> Columns(const std::vector<Asked>& asked,
                                         std::vector<Value>& candidates) const;
  void AddTags();
  void AddLiterals(const std::vector<CompiledAtom>& atoms, Reading reading, std::size_t slot,
                   std::vector<int>& literals);
  void AddRules(const CompiledPolicy& policy);
  void AddClauses();
  void KeepApart(std::size_t a, std::size_t b);

  int IsValue(int variable, std::size_t value) {
    ValueSet only(world_.variables_[static_cast<std::size_t>(variable)].size);
    only.Add(value);
    return Intern(variable, std::move(only));
  }
  // REQUIRES: slot > 0.
  int IsAbsent(std::size_t slot) { return IsValue(variables_of_[VariableKind::kRung][slot], 0); }
  int Negated(int literal) const {
    return world_.literals_[static_cast<std::size_t>(literal)].negation;
  }

  // Holds of no value.
  int Nothing() { return Intern(0, ValueSet(world_.variables_.front().size)); }
  // -1: always true.
  int LiteralOf(const CompiledAtom& atom, Reading reading, std::size_t slot) {
    if (atom.source->kind == AtomKind::kAnyone) return -1;
    if (atom.source->kind == AtomKind::kTagIn) return any_tag_.at(&atom);
    const auto& by_slot = literals_.at({&atom, reading});
    return by_slot[by_slot.size() > 1 ? slot : 0];
  }

  World& world_;
  const std::vector<const CompiledPolicy*> policies_;
  std::map<VariableKind, std::vector<Asked>> asked_;
  std::map<std::pair<const CompiledAtom*, Reading>, std::vector<int>> literals_;
  std::map<std::pair<int, ValueSet>, int> interned_;
  std::map<std::string, int> tags_;  // to their variables
  std::vector<const CompiledAtom*> tag_atoms_;
  std::map<const CompiledAtom*, int> any_tag_;
  std::map<VariableKind, std::vector<int>> variables_of_;
};

// For each candidate, what each atom says of it.  Candidates that a test can't say come last.
std::vector<std::vector<bool>> WorldMaker::Columns(const std::vector<Asked>& asked,
                                                   std::vector<Value>& candidates) const {
  std::vector<std::pair<std::vector<bool>, Value>> rows;
  for (Value& value : candidates) {
    std::deque<Probe> probes;
    for (const CompiledPolicy* policy : policies_) probes.emplace_back(*policy, value);
    std::vector<bool> column;
    for (const Asked& question : asked) {
      const Probe& probe = probes[question.policy];
      column.push_back(probe.Satisfies(*question.atom, question.reading));
      if (question.reading != Reading::kDeny) continue;
      if (probe.Satisfies(*question.atom, Reading::kDenyInTest) != column.back()) {
        value.testable = false;
      }
    }
    rows.emplace_back(std::move(column), std::move(value));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.second.testable > b.second.testable;
  });
  candidates.clear();
  std::vector<std::vector<bool>> columns;
  std::set<std::pair<std::vector<bool>, bool>> seen;
  for (auto& [column, value] : rows) {
    // An open circle and a named one differ, though no rule may tell them apart.
    if (!seen.emplace(column, value.open).second) continue;
    columns.push_back(std::move(column));
    candidates.push_back(std::move(value));
  }
  return columns;
}

void WorldMaker::AddVariable(VariableKind kind) {
  const std::vector<Asked>& asked = asked_[kind];
  std::vector<Value> values = CandidatesOf(kind, policies_);
  const std::vector<std::vector<bool>> columns = Columns(asked, values);
  const std::size_t slots = PerSlot(kind) ? world_.slots_ : 1;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    Variable variable{.kind = kind, .slot = slot, .asked = !asked.empty(), .values = values};
    // No rung: there is no such circle.
    const std::size_t first = kind == VariableKind::kRung && slot > 0 ? 1 : 0;
    if (first == 1) variable.values.insert(variable.values.begin(), Value());
    variable.size = variable.values.size();
    const int number = NewVariable(std::move(variable));
    variables_of_[kind].push_back(number);
    for (std::size_t a = 0; a < asked.size(); ++a) {
      ValueSet allowed(first + values.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (columns[i][a]) allowed.Add(first + i);
      }
      literals_[{asked[a].atom, asked[a].reading}].push_back(Intern(number, std::move(allowed)));
    }
  }
}

void WorldMaker::AddTags() {
  for (auto& [tag, variable] : tags_) {
    std::vector<Value> values(2);
    values[1].marking.tags = {tag};
    variable = NewVariable({.kind = VariableKind::kTag, .values = std::move(values), .size = 2});
  }
  for (const CompiledAtom* atom : tag_atoms_) {
    std::set<int> any;
    for (const Name& tag : atom->source->words) any.insert(tags_.at(tag.text));
    if (any.size() == 1) {
      any_tag_[atom] = IsValue(*any.begin(), 1);
      continue;
    }
    const std::vector<int> key(any.begin(), any.end());
    auto found = world_.any_tags_.find(key);
    if (found == world_.any_tags_.end()) {
      const int variable = NewVariable({.kind = VariableKind::kAnyTag, .size = 2});
      found = world_.any_tags_.emplace(key, variable).first;
      const int holds = IsValue(variable, 1);
      Clause some = {Negated(holds)};
      for (const int tag : key) {
        some.push_back(IsValue(tag, 1));
        world_.clauses_.push_back({holds, Negated(some.back())});
      }
      world_.clauses_.push_back(std::move(some));
    }
    any_tag_[atom] = IsValue(found->second, 1);
  }
}

void WorldMaker::AddLiterals(const std::vector<CompiledAtom>& atoms, Reading reading,
                             std::size_t slot, std::vector<int>& literals) {
  for (const CompiledAtom& atom : atoms) {
    const int literal = LiteralOf(atom, reading, slot);
    if (literal >= 0) literals.push_back(literal);
  }
}

void WorldMaker::AddRules(const CompiledPolicy& policy) {
  WorldPolicy& into = world_.policies_.emplace_back();
  for (const auto* rules : RulesOf(policy)) {
    for (const CompiledRule& rule : *rules) {
      const Reading reading = rule.denies() ? Reading::kDeny : Reading::kGrant;
      WorldRule ready{.source = rule.source, .bits = rule.bits};
      for (std::size_t slot = 0; slot < world_.slots_; ++slot) {
        std::vector<int>& literals = ready.literals.emplace_back();
        if (slot > 0) literals.push_back(Negated(IsAbsent(slot)));
        AddLiterals(rule.fixed, reading, slot, literals);
        AddLiterals(rule.circle, reading, slot, literals);
      }
      auto& list = rules == &policy.everywhere.rules ? into.everywhere
                   : rules == &policy.accepts.rules  ? into.accepts
                   : rule.denies()                   ? into.denies
                                                     : into.grants;
      list.push_back(std::move(ready));
    }
  }
}

void WorldMaker::AddClauses() {
  const int source = variables_of_[VariableKind::kSource].front();
  const auto value_where = [&](auto fits) {
    const Variable& variable = world_.variables_[static_cast<std::size_t>(source)];
    ValueSet set(variable.size);
    for (std::size_t i = 0; i < variable.size; ++i) {
      if (fits(variable.values[i].marking.source)) set.Add(i);
    }
    return Intern(source, std::move(set));
  };
  // Classes of sources hold a value each, or several that no rule tells apart; then nothing of this
  // limits what rules can see, and the plainest stands for all.
  const int attributed =
      value_where([](SourceMode mode) { return mode == SourceMode::kAttributed; });
  const int named = value_where([](SourceMode mode) { return mode != SourceMode::kAnonymous; });
  const int own = variables_of_[VariableKind::kOwn].front();
  if (world_.variables_[static_cast<std::size_t>(own)].size > 1) {
    world_.clauses_.push_back({Negated(IsValue(own, 1)), attributed});
  }
  for (const auto& [tag, variable] : tags_) {
    world_.clauses_.push_back({Negated(IsValue(variable, 1)), named});
  }
  if (world_.slots_ > 1) world_.clauses_.push_back({attributed});
  for (std::size_t a = 0; a < world_.slots_; ++a) {
    for (std::size_t b = a + 1; b < world_.slots_; ++b) KeepApart(a, b);
  }
}

// One circle is not two slots: the peer has one rung in it.
void WorldMaker::KeepApart(std::size_t a, std::size_t b) {
  const int circle_a = variables_of_[VariableKind::kCircle][a];
  const int circle_b = variables_of_[VariableKind::kCircle][b];
  const std::size_t size = world_.variables_[static_cast<std::size_t>(circle_a)].size;
  for (std::size_t i = 0; i < size; ++i) {
    if (world_.variables_[static_cast<std::size_t>(circle_a)].values[i].open) continue;
    Clause clause = {Negated(IsValue(circle_a, i)), Negated(IsValue(circle_b, i)), IsAbsent(b)};
    if (a > 0) clause.push_back(IsAbsent(a));
    world_.clauses_.push_back(std::move(clause));
  }
}

World::World(std::vector<const CompiledPolicy*> policies,
             const std::vector<CompiledAssertion::Condition>& conditions, std::size_t slots,
             bool with_accepts)
    : slots_(slots), with_accepts_(with_accepts) {
  WorldMaker(*this, std::move(policies)).Make(conditions);
}

void World::Complete(Assignment& assignment) const {
  for (const auto& [tags, variable] : any_tags_) {
    const bool any = std::any_of(tags.begin(), tags.end(), [&](int tag) {
      return assignment[static_cast<std::size_t>(tag)] == 1;
    });
    assignment[static_cast<std::size_t>(variable)] = any ? 1 : 0;
  }
}

bool World::Possible(const Assignment& assignment) const {
  return std::all_of(clauses_.begin(), clauses_.end(), [&](const Clause& clause) {
    return std::any_of(clause.begin(), clause.end(),
                       [&](int literal) { return Holds(literal, assignment); });
  });
}

}  // namespace renkei::policy
