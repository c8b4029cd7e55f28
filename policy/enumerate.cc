// The engine without Z3.  Every atom is a set of values of one variable, and rules are positive: so
// a question is answered by choosing, for each bit that is given, the grant that gives it, which
// leaves the smallest peer and record that it matches; and then looking whether denies can be kept
// off by what is still open.
#include <algorithm>
#include <utility>

#include "policy/question.h"

namespace renkei::policy {
namespace {

// What is still possible: a set of values for each variable, and the alternatives that must hold.
struct Space {
  std::vector<ValueSet> domains{};
  std::vector<Clause> clauses{};
};

class Enumerator : public Solver {
 public:
  Enumerator(const World& world, std::uint64_t work_max) : world_(world), work_max_(work_max) {}

  Found Solve(const Question& question) override {
    work_ = 0;
    question_ = &question;
    chosen_.clear();
    Space space{.clauses = world_.clauses()};
    for (const Variable& variable : world_.variables()) {
      space.domains.emplace_back(variable.size, /*full=*/true);
    }
    if (!AssertAll(question.literals, space) || !ChooseGiven(0, space)) {
      if (work_ <= work_max_) return {.outcome = Found::Outcome::kNobody};
      return {.why = fmt::format("gave up after {} steps", work_max_)};
    }
    return {.outcome = Found::Outcome::kSomebody, .assignment = answer_};
  }

 private:
  bool Work(std::uint64_t steps) {
    work_ += steps;
    return work_ <= work_max_;
  }
  const Literal& At(int literal) const {
    return world_.literals()[static_cast<std::size_t>(literal)];
  }
  static ValueSet& DomainOf(const Literal& literal, Space& space) {
    return space.domains[static_cast<std::size_t>(literal.variable)];
  }
  // False if it can't hold.
  bool Assert(int literal, Space& space) const {
    const Literal& l = At(literal);
    ValueSet& domain = DomainOf(l, space);
    if (!domain.Meets(l.allowed)) return false;
    domain.KeepOnly(l.allowed);
    return true;
  }
  bool AssertAll(const std::vector<int>& literals, Space& space) const {
    return std::all_of(literals.begin(), literals.end(),
                       [&](int literal) { return Assert(literal, space); });
  }
  // The rule does not match in the slot.
  void Forbid(const WorldRule& rule, std::size_t slot, Space& space) const {
    Clause clause;
    for (const int literal : rule.literals[slot]) clause.push_back(At(literal).negation);
    space.clauses.push_back(std::move(clause));
  }
  const WorldPolicy& PolicyOf(const Given& given) const { return world_.policies()[given.policy]; }

  // A grant that is to match in the slot and gives the bit; null if there is none.
  const WorldRule* ChosenFor(const Given& given, std::size_t slot) const;
  // Each tries all ways to have the rest of the question; true: answer_ is one.
  bool ChooseGiven(std::size_t i, const Space& space);
  bool GiveBy(const WorldRule& grant, std::size_t i, std::size_t slot, const Space& space);
  bool ChooseMissing(const Space& space);
  // False: with the grants chosen, none of what is to be missing can be.
  bool MayBeMissing(const Space& space) const;
  // False: no grant can give it any more, or a deny is sure to take it.
  bool MayBeGiven(const Given& given, const Space& space) const;
  // Slots but the first are alike: of those not used yet, the next one stands for all.
  std::size_t SlotsInUse() const {
    std::size_t slots = 1;
    for (const Choice& choice : chosen_) slots = std::max(slots, choice.slot + 1);
    return slots;
  }
  bool ChooseWhyMissing(const Given& missing, std::size_t i, const Space& space);
  bool Search(Space space);
  // Drops clauses that hold, shortens the others.  False: one can't hold.
  bool Propagate(Space& space);

  struct Choice {
    std::size_t policy;
    std::size_t slot;
    const WorldRule* grant;
  };

  const World& world_;
  const std::uint64_t work_max_;
  std::uint64_t work_ = 0;
  const Question* question_ = nullptr;
  std::vector<Choice> chosen_{};
  Assignment answer_{};
};

std::uint64_t BitOf(const Given& given) { return std::uint64_t{1} << given.bit; }

const WorldRule* Enumerator::ChosenFor(const Given& given, std::size_t slot) const {
  const auto found = std::find_if(chosen_.begin(), chosen_.end(), [&](const Choice& choice) {
    return choice.policy == given.policy && choice.slot == slot &&
           (choice.grant->bits & BitOf(given)) != 0;
  });
  return found == chosen_.end() ? nullptr : found->grant;
}

bool Enumerator::GiveBy(const WorldRule& grant, std::size_t i, std::size_t slot,
                        const Space& space) {
  const Given& given = question_->given[i];
  Space next = space;
  if (!AssertAll(grant.literals[slot], next)) return false;
  for (const auto* denies : {&PolicyOf(given).denies, &PolicyOf(given).everywhere}) {
    for (const WorldRule& deny : *denies) {
      if ((deny.bits & BitOf(given)) != 0) Forbid(deny, slot, next);
    }
  }
  if (!Propagate(next)) return false;
  chosen_.push_back({given.policy, slot, &grant});
  const bool found = ChooseGiven(i + 1, next);
  chosen_.pop_back();
  return found;
}

bool Enumerator::ChooseGiven(std::size_t i, const Space& space) {
  if (!MayBeMissing(space)) return false;
  for (std::size_t rest = i; rest < question_->given.size(); ++rest) {
    if (!MayBeGiven(question_->given[rest], space)) return false;
  }
  if (i == question_->given.size()) return ChooseMissing(space);
  const Given& given = question_->given[i];
  // What is given besides, and further circles, only make it harder to miss something.
  if (given.slots.size() > 1 && !question_->missing.empty() && !ChooseMissing(space)) return false;
  const std::size_t in_use = SlotsInUse();
  for (const std::size_t slot : given.slots) {
    if (slot > in_use) break;
    // A grant that matches already and gives this too: another one would only ask for more.
    const WorldRule* already = ChosenFor(given, slot);
    if (already != nullptr) {
      if (GiveBy(*already, i, slot, space)) return true;
      continue;
    }
    for (const WorldRule& grant : PolicyOf(given).grants) {
      if ((grant.bits & BitOf(given)) == 0) continue;
      if (!Work(1)) return false;
      if (GiveBy(grant, i, slot, space)) return true;
    }
  }
  return false;
}

bool Enumerator::MayBeGiven(const Given& given, const Space& space) const {
  const WorldPolicy& policy = PolicyOf(given);
  const auto domain_of = [&](int literal) -> const ValueSet& {
    return space.domains[static_cast<std::size_t>(At(literal).variable)];
  };
  return std::any_of(given.slots.begin(), given.slots.end(), [&](std::size_t slot) {
    const auto all = [&](const WorldRule& rule, auto holds) {
      return (rule.bits & BitOf(given)) != 0 &&
             std::all_of(rule.literals[slot].begin(), rule.literals[slot].end(), holds);
    };
    const auto may = [&](int literal) { return domain_of(literal).Meets(At(literal).allowed); };
    const auto must = [&](int literal) { return domain_of(literal).Within(At(literal).allowed); };
    const auto denies = [&](const std::vector<WorldRule>& rules) {
      return std::any_of(rules.begin(), rules.end(),
                         [&](const WorldRule& rule) { return all(rule, must); });
    };
    return std::any_of(policy.grants.begin(), policy.grants.end(),
                       [&](const WorldRule& rule) { return all(rule, may); }) &&
           !denies(policy.denies) && !denies(policy.everywhere);
  });
}

bool Enumerator::MayBeMissing(const Space& space) const {
  const auto possible = [&](int literal) {
    const Literal& l = At(literal);
    return space.domains[static_cast<std::size_t>(l.variable)].Meets(l.allowed);
  };
  const auto may_be = [&](const Given& missing) {
    const WorldPolicy& policy = PolicyOf(missing);
    return std::all_of(missing.slots.begin(), missing.slots.end(), [&](std::size_t slot) {
      if (ChosenFor(missing, slot) == nullptr) return true;
      const auto takes = [&](const WorldRule& deny) {
        return (deny.bits & BitOf(missing)) != 0 &&
               std::all_of(deny.literals[slot].begin(), deny.literals[slot].end(), possible);
      };
      return std::any_of(policy.denies.begin(), policy.denies.end(), takes) ||
             std::any_of(policy.everywhere.begin(), policy.everywhere.end(), takes);
    });
  };
  return question_->missing.empty() ||
         std::any_of(question_->missing.begin(), question_->missing.end(), may_be);
}

bool Enumerator::ChooseMissing(const Space& space) {
  // A circle that gives nothing is best left out.
  Space small = space;
  for (std::size_t i = 0; i < world_.variables().size(); ++i) {
    const Variable& variable = world_.variables()[i];
    if (variable.kind != VariableKind::kRung || variable.slot < SlotsInUse()) continue;
    ValueSet absent(variable.size);
    absent.Add(0);
    small.domains[i].KeepOnly(absent);
  }
  if (question_->missing.empty()) return Search(small);
  return std::any_of(question_->missing.begin(), question_->missing.end(),
                     [&](const Given& missing) { return ChooseWhyMissing(missing, 0, small); });
}

// Slot by slot: no grant gives it, or a deny takes it.
bool Enumerator::ChooseWhyMissing(const Given& missing, std::size_t i, const Space& space) {
  if (i == missing.slots.size()) return Search(space);
  const std::size_t slot = missing.slots[i];
  if (slot >= SlotsInUse()) return ChooseWhyMissing(missing, i + 1, space);
  const WorldPolicy& policy = PolicyOf(missing);
  if (ChosenFor(missing, slot) == nullptr) {
    Space ungranted = space;
    for (const WorldRule& grant : policy.grants) {
      if ((grant.bits & BitOf(missing)) != 0) Forbid(grant, slot, ungranted);
    }
    if (Propagate(ungranted) && ChooseWhyMissing(missing, i + 1, ungranted)) return true;
  }
  for (const auto* denies : {&policy.denies, &policy.everywhere}) {
    for (const WorldRule& deny : *denies) {
      if ((deny.bits & BitOf(missing)) == 0) continue;
      if (!Work(1)) return false;
      Space denied = space;
      if (!AssertAll(deny.literals[slot], denied) || !Propagate(denied)) continue;
      if (ChooseWhyMissing(missing, i + 1, denied)) return true;
    }
  }
  return false;
}

bool Enumerator::Propagate(Space& space) {
  bool changed = true;
  while (changed) {
    changed = false;
    std::size_t kept = 0;
    if (!Work(space.clauses.size())) return false;
    for (Clause& clause : space.clauses) {
      bool holds = false;
      std::size_t open = 0;
      for (const int literal : clause) {
        const ValueSet& domain = DomainOf(At(literal), space);
        if (!domain.Meets(At(literal).allowed)) continue;
        holds = domain.Within(At(literal).allowed);
        if (holds) break;
        clause[open++] = literal;
      }
      if (holds) continue;
      if (open == 0) return false;
      if (open == 1) {
        Assert(clause.front(), space);
        changed = true;
        continue;
      }
      clause.resize(open);
      if (&space.clauses[kept] != &clause) space.clauses[kept] = std::move(clause);
      ++kept;
    }
    space.clauses.resize(kept);
  }
  return true;
}

bool Enumerator::Search(Space space) {
  if (!Propagate(space)) return false;
  if (space.clauses.empty()) {
    answer_.clear();
    for (const ValueSet& domain : space.domains) {
      answer_.push_back(static_cast<int>(domain.First()));
    }
    return true;
  }
  const auto shortest =
      std::min_element(space.clauses.begin(), space.clauses.end(),
                       [](const Clause& a, const Clause& b) { return a.size() < b.size(); });
  const Clause clause = *shortest;
  for (const int literal : clause) {
    Space next = space;
    if (Assert(literal, next) && Search(std::move(next))) return true;
    // From here on it does not hold.
    if (!Work(1) || !Assert(At(literal).negation, space)) return false;
  }
  return false;
}

class Enumerators : public Solvers {
 public:
  explicit Enumerators(std::uint64_t work_max) : work_max_(work_max) {}
  std::unique_ptr<Solver> For(const World& world) override {
    return std::make_unique<Enumerator>(world, work_max_);
  }

 private:
  const std::uint64_t work_max_;
};

}  // namespace

std::unique_ptr<Solvers> MakeEnumerators(std::uint64_t work_max) {
  return std::make_unique<Enumerators>(work_max);
}

bool Holds(const World& world, const Question& question, const Assignment& assignment) {
  const auto holds = [&](int literal) { return world.Holds(literal, assignment); };
  const auto any = [&](const std::vector<WorldRule>& rules, std::size_t slot, std::uint64_t bit) {
    return std::any_of(rules.begin(), rules.end(), [&](const WorldRule& rule) {
      const std::vector<int>& literals = rule.literals[slot];
      return (rule.bits & bit) != 0 && std::all_of(literals.begin(), literals.end(), holds);
    });
  };
  const auto is_given = [&](const Given& given) {
    const WorldPolicy& policy = world.policies()[given.policy];
    return std::any_of(given.slots.begin(), given.slots.end(), [&](std::size_t slot) {
      const std::uint64_t bit = BitOf(given);
      return any(policy.grants, slot, bit) && !any(policy.denies, slot, bit) &&
             !any(policy.everywhere, slot, bit);
    });
  };
  return world.Possible(assignment) &&
         std::all_of(question.literals.begin(), question.literals.end(), holds) &&
         std::all_of(question.given.begin(), question.given.end(), is_given) &&
         (question.missing.empty() ||
          !std::all_of(question.missing.begin(), question.missing.end(), is_given));
}

}  // namespace renkei::policy
