// Proves one line of a policy, or finds who breaks it.  Internal to policy/.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/compiled.h"
#include "policy/counterexample.h"
#include "policy/prove.h"
#include "policy/question.h"
#include "policy/world.h"

namespace renkei::policy {

// A line, whichever it is.
struct Line {
  const CompiledAssertion* assertion = nullptr;  // null: `narrower than`
  std::string title{};
  std::size_t first_condition = 0;  // in Searches

  bool always() const { return assertion != nullptr && assertion->source->always; }
  bool narrower() const { return assertion == nullptr; }
  // Bits that the conditions ask for.
  std::uint64_t asked() const { return narrower() ? 0 : assertion->bits; }
};

// Worlds and their solvers by the number of circles, made when first asked for: lines of the same
// policies share them.
class Searches {
 public:
  struct Search {
    std::unique_ptr<World> world{};
    std::unique_ptr<Solver> solver{};
  };

  // `policies`: the policy, and for `narrower than` the other.  `conditions`: those of all lines,
  // one after another.  `policies` and `solvers` outlive this.
  Searches(std::vector<const CompiledPolicy*> policies,
           std::vector<CompiledAssertion::Condition> conditions, Solvers& solvers)
      : policies_(std::move(policies)), conditions_(std::move(conditions)), solvers_(solvers) {}

  const std::vector<const CompiledPolicy*>& policies() const { return policies_; }
  Search& With(std::size_t slots);

 private:
  const std::vector<const CompiledPolicy*> policies_;
  const std::vector<CompiledAssertion::Condition> conditions_;
  Solvers& solvers_;
  std::map<std::size_t, Search> by_slots_{};
};

// Proves one line.
class LineProver {
 public:
  // `evaluators`: of the policies of `searches`.  All outlive this.
  LineProver(const Line& line, Searches& searches, std::vector<const Evaluator*> evaluators,
             const ProveOptions& options)
      : line_(line),
        searches_(searches),
        policies_(searches.policies()),
        evaluators_(std::move(evaluators)),
        options_(options) {}

  void Prove(Proof& proof);

 private:
  enum class Verdict : std::uint8_t { kHolds, kBroken, kUnknown };

  // Bits that some rule gives; of each group that no rule tells apart, one.
  std::vector<bool> RulesOf(int bit) const;
  // Of bits that every rule treats alike, one.
  std::uint64_t OneOfEach(std::uint64_t bits) const;
  std::vector<int> BitsToAsk(std::uint64_t bits) const;
  // Of the line, in that world.
  std::vector<int> Conditions(const World& world) const;
  // What of the bits the policy must give in slot 0, and of their needs in any slot.
  Question BaseQuestion(std::uint64_t given, std::uint64_t needs, std::size_t slots) const;
  std::vector<Question> QuestionsFor(int bit, std::size_t slots) const;
  Verdict Ask(std::size_t slots, const Question& question, Proof& proof);
  Verdict AskAbout(int bit, Proof& proof);
  bool Tell(const World& world, const Assignment& assignment, Proof& proof) const;
  std::uint64_t BrokenBits(const Situation& situation) const;
  std::string Confirm(const std::string& paste) const;
  std::string Explained(const Situation& situation, std::uint64_t bits) const;

  const Line& line_;
  Searches& searches_;
  const std::vector<const CompiledPolicy*>& policies_;
  const std::vector<const Evaluator*> evaluators_;
  const ProveOptions& options_;
};

}  // namespace renkei::policy
