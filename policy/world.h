// All peers and records that the rules of one or two policies can tell apart, as variables with
// finitely many values; an atom becomes a set of values of one variable.  Internal to policy/: what
// the provers search (policy/prove.h).
//
// An atom's set is found by asking the evaluator about each value, so the provers can't read an
// atom otherwise than the node does.  Values that no atom tells apart are one.  Covered is every
// record that docs/record-format.md allows (kind, source, TLP and PAP are set; an anonymous one has
// no tags; an unnamed one names one circle and nobody's own), and every peer: unknown attributes,
// claims that nobody trusted makes, rungs below all levels, circles that no rule names.
//
// Several circles that peer and record share are slots: slot 0 is the one a line speaks of; in each
// other, the first value of the rung means that there is no such circle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/compiled.h"

namespace renkei::policy {

// A set of a variable's values.
class ValueSet {
 public:
  ValueSet() = default;
  explicit ValueSet(std::size_t size, bool full = false);

  void Add(std::size_t value) { words_[value / 64] |= std::uint64_t{1} << (value % 64); }
  void Remove(std::size_t value) { words_[value / 64] &= ~(std::uint64_t{1} << (value % 64)); }
  bool Has(std::size_t value) const { return (words_[value / 64] >> (value % 64) & 1) != 0; }
  bool Meets(const ValueSet& other) const;
  bool Within(const ValueSet& other) const;
  void KeepOnly(const ValueSet& other);
  std::size_t First() const;  // REQUIRES: not empty
  auto operator<=>(const ValueSet&) const = default;

 private:
  std::vector<std::uint64_t> words_;
};

// What a value stands for: one peer and record in which only this attribute is said.
struct Value {
  Peer peer{};
  Marking marking{};
  Membership membership{};
  bool open = true;      // a circle of which there may be two
  bool testable = true;  // false: a test must say `unknown=..`
};

enum class VariableKind : std::uint8_t {
  kRung,
  kCircle,
  kSector,
  kCountry,
  kTeam,
  kPeerKind,
  kRecipient,
  kOwn,
  kTlp,
  kPap,
  kKind,
  kType,
  kSource,
  kSeverity,
  kEmbargo,
  kExercise,
  kTag,     // is this tag there
  kAnyTag,  // is one of these there; follows from the tags
};

struct Variable {
  VariableKind kind = VariableKind::kAnyTag;
  std::size_t slot = 0;         // of rungs and circles
  bool asked = false;           // by some atom
  std::vector<Value> values{};  // plainest first; kAnyTag has none, but size 2
  std::size_t size = 0;
};

// A variable has one of these values.
struct Literal {
  int variable = 0;
  int negation = 0;  // the literal of all other values
  ValueSet allowed{};
};

// Alternatives: one of these literals (by number) must hold.
using Clause = std::vector<int>;

// A rule, ready: it matches in a slot where all its literals hold.
struct WorldRule {
  const Rule* source = nullptr;
  std::vector<std::vector<int>> literals{};  // by slot
  std::uint64_t bits = 0;
};

struct WorldPolicy {
  std::vector<WorldRule> grants{};
  std::vector<WorldRule> denies{};
  std::vector<WorldRule> everywhere{};
  std::vector<WorldRule> accepts{};  // only where asked for
};

// One peer and record: a value of each variable.
using Assignment = std::vector<int>;

class World {
 public:
  // The atoms of `conditions` are of the first policy.  REQUIRES: 1 or 2 policies, which outlive
  // this; at least one slot.
  World(std::vector<const CompiledPolicy*> policies,
        const std::vector<CompiledAssertion::Condition>& conditions, std::size_t slots,
        bool with_accepts = false);

  std::size_t slots() const { return slots_; }
  const std::vector<Variable>& variables() const { return variables_; }
  const std::vector<Literal>& literals() const { return literals_; }
  const std::vector<WorldPolicy>& policies() const { return policies_; }
  // What holds of every peer and record.
  const std::vector<Clause>& clauses() const { return clauses_; }
  // Of the conditions, in their order, in slot 0; -1: one that always holds.
  const std::vector<int>& conditions() const { return conditions_; }

  bool Holds(int literal, const Assignment& assignment) const {
    const Literal& l = literals_[static_cast<std::size_t>(literal)];
    const int value = assignment[static_cast<std::size_t>(l.variable)];
    return l.allowed.Has(static_cast<std::size_t>(value));
  }
  // Sets the variables that follow from others.
  void Complete(Assignment& assignment) const;
  bool Possible(const Assignment& assignment) const;  // all clauses hold

 private:
  friend class WorldMaker;

  std::size_t slots_ = 1;
  bool with_accepts_ = false;
  std::vector<Variable> variables_{};
  std::vector<Literal> literals_{};
  std::vector<WorldPolicy> policies_{};
  std::vector<Clause> clauses_{};
  std::vector<int> conditions_{};
  std::map<std::vector<int>, int> any_tags_{};  // tag variables to the variable of any of them
};

}  // namespace renkei::policy
