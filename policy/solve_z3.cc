// The engine with Z3: the rules as one formula over bit vectors, a question as the
// assumptions under which it is checked, so that what was learnt serves the next one.  Shares with
// the other engine what atoms mean (policy/world.h) and nothing else.
#include "policy/question.h"

#ifndef RENKEI_HAVE_Z3

namespace renkei::policy {

std::unique_ptr<Solvers> MakeZ3Solvers(std::uint64_t /*work_max*/) { return nullptr; }

}  // namespace renkei::policy

#else

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include <z3++.h>

namespace renkei::policy {
namespace {

// z3++.h throws; nothing of that leaves Solve().
class Z3Solver : public Solver {
 public:
  // Both outlive this.
  Z3Solver(const World& world, z3::context& context, std::uint64_t work_max)
      : world_(world), work_max_(work_max), context_(context), solver_(context, "QF_FD") {}

  Found Solve(const Question& question) override {
    if (!broken_.empty()) return {.why = broken_};
    try {
      if (variables_.empty()) Prepare();
      return Check(question);
    } catch (const z3::exception& error) {
      broken_ = fmt::format("Z3: {}", error.msg());
      return {.why = broken_};
    }
  }

 private:
  void Prepare();
  Found Check(const Question& question);
  z3::expr LiteralOf(int literal);
  z3::expr Matches(const WorldRule& rule, std::size_t slot);
  z3::expr Any(const std::vector<WorldRule>& rules, std::uint64_t bit, std::size_t slot);
  z3::expr IsGiven(const Given& given);
  // A name that is assumed where `what` is to hold.
  z3::expr Name(const z3::expr& what);
  z3::expr NameOf(int literal);
  z3::expr NameOf(const Given& given);
  z3::expr IsGivenIn(std::size_t policy, int bit, std::size_t slot);

  const World& world_;
  const std::uint64_t work_max_;
  z3::context& context_;
  z3::solver solver_;
  std::string broken_{};
  std::vector<z3::expr> variables_{};
  std::map<int, z3::expr> literals_{};
  std::map<std::pair<const WorldRule*, std::size_t>, z3::expr> rules_{};
  std::map<std::tuple<std::size_t, int, std::size_t>, z3::expr> given_{};
  std::size_t names_ = 0;
  std::map<int, z3::expr> literal_names_{};
  std::map<std::tuple<std::size_t, int, std::vector<std::size_t>>, z3::expr> given_names_{};
};

// REQUIRES: size > 0.
unsigned WidthOf(std::size_t size) {
  return std::max(1U, static_cast<unsigned>(std::bit_width(size - 1)));
}

void Z3Solver::Prepare() {
  z3::params params(context_);
  const std::uint64_t most = std::numeric_limits<unsigned>::max();
  params.set("rlimit", static_cast<unsigned>(std::min(work_max_, most)));
  params.set("timeout", kProofMillisecondsMax);
  solver_.set(params);
  for (const Variable& variable : world_.variables()) {
    std::string name = fmt::format("v{}", variables_.size());
    variables_.push_back(context_.bv_const(name.c_str(), WidthOf(variable.size)));
    const z3::expr last =
        context_.bv_val(static_cast<unsigned>(variable.size - 1), WidthOf(variable.size));
    solver_.add(z3::ule(variables_.back(), last));
  }
  for (const Clause& clause : world_.clauses()) {
    z3::expr_vector any(context_);
    for (const int literal : clause) any.push_back(LiteralOf(literal));
    solver_.add(z3::mk_or(any));
  }
}

z3::expr Z3Solver::LiteralOf(int literal) {
  const auto found = literals_.find(literal);
  if (found != literals_.end()) return found->second;
  const Literal& l = world_.literals()[static_cast<std::size_t>(literal)];
  const auto variable = static_cast<std::size_t>(l.variable);
  const std::size_t size = world_.variables()[variable].size;
  z3::expr_vector any(context_);
  for (std::size_t value = 0; value < size; ++value) {
    if (!l.allowed.Has(value)) continue;
    any.push_back(variables_[variable] ==
                  context_.bv_val(static_cast<unsigned>(value), WidthOf(size)));
  }
  return literals_.emplace(literal, z3::mk_or(any)).first->second;
}

z3::expr Z3Solver::Matches(const WorldRule& rule, std::size_t slot) {
  const auto found = rules_.find({&rule, slot});
  if (found != rules_.end()) return found->second;
  z3::expr_vector all(context_);
  for (const int literal : rule.literals[slot]) all.push_back(LiteralOf(literal));
  return rules_.emplace(std::pair(&rule, slot), z3::mk_and(all)).first->second;
}

z3::expr Z3Solver::Any(const std::vector<WorldRule>& rules, std::uint64_t bit, std::size_t slot) {
  z3::expr_vector any(context_);
  for (const WorldRule& rule : rules) {
    if ((rule.bits & bit) != 0) any.push_back(Matches(rule, slot));
  }
  return z3::mk_or(any);
}

z3::expr Z3Solver::IsGivenIn(std::size_t policy, int bit, std::size_t slot) {
  const std::tuple key(policy, bit, slot);
  const auto found = given_.find(key);
  if (found != given_.end()) return found->second;
  const WorldPolicy& rules = world_.policies()[policy];
  const std::uint64_t mask = std::uint64_t{1} << bit;
  const z3::expr given = Any(rules.grants, mask, slot) && !Any(rules.denies, mask, slot) &&
                         !Any(rules.everywhere, mask, slot);
  return given_.emplace(key, given).first->second;
}

z3::expr Z3Solver::IsGiven(const Given& given) {
  z3::expr_vector any(context_);
  for (const std::size_t slot : given.slots) {
    any.push_back(IsGivenIn(given.policy, given.bit, slot));
  }
  return z3::mk_or(any);
}

z3::expr Z3Solver::Name(const z3::expr& what) {
  const std::string text = fmt::format("n{}", names_++);
  z3::expr name = context_.bool_const(text.c_str());
  solver_.add(z3::implies(name, what));
  return name;
}

z3::expr Z3Solver::NameOf(int literal) {
  const auto found = literal_names_.find(literal);
  if (found != literal_names_.end()) return found->second;
  return literal_names_.emplace(literal, Name(LiteralOf(literal))).first->second;
}

z3::expr Z3Solver::NameOf(const Given& given) {
  const std::tuple key(given.policy, given.bit, given.slots);
  const auto found = given_names_.find(key);
  if (found != given_names_.end()) return found->second;
  return given_names_.emplace(key, Name(IsGiven(given))).first->second;
}

Found Z3Solver::Check(const Question& question) {
  z3::expr_vector assumed(context_);
  for (const int literal : question.literals) assumed.push_back(NameOf(literal));
  for (const Given& given : question.given) assumed.push_back(NameOf(given));
  if (!question.missing.empty()) {
    z3::expr_vector all(context_);
    for (const Given& missing : question.missing) all.push_back(IsGiven(missing));
    assumed.push_back(Name(!z3::mk_and(all)));
  }
  const z3::check_result result = solver_.check(assumed);
  if (result == z3::unsat) return {.outcome = Found::Outcome::kNobody};
  if (result != z3::sat) return {.why = fmt::format("Z3: {}", solver_.reason_unknown())};
  Found found{.outcome = Found::Outcome::kSomebody};
  const z3::model model = solver_.get_model();
  for (const z3::expr& variable : variables_) {
    const z3::expr value = model.eval(variable, /*model_completion=*/true);
    found.assignment.push_back(static_cast<int>(value.get_numeral_uint()));
  }
  return found;
}

// A context takes milliseconds to make.
class Z3Solvers : public Solvers {
 public:
  explicit Z3Solvers(std::uint64_t work_max) : work_max_(work_max) {}
  std::unique_ptr<Solver> For(const World& world) override {
    return std::make_unique<Z3Solver>(world, context_, work_max_);
  }

 private:
  z3::context context_;
  const std::uint64_t work_max_;
};

}  // namespace

std::unique_ptr<Solvers> MakeZ3Solvers(std::uint64_t work_max) {
  return std::make_unique<Z3Solvers>(work_max);
}

}  // namespace renkei::policy

#endif
