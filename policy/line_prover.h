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

  bool always() const { return assertion != nullptr && assertion->source->always; }
  bool narrower() const { return assertion == nullptr; }
  // Bits that the conditions ask for.
  std::uint64_t asked() const { return narrower() ? 0 : assertion->bits; }
};

// Proves one line.
class LineProver {
 public:
  // `policies`: the policy, and for `narrower than` the other.  All outlive this.
  LineProver(const Line& line, std::vector<const CompiledPolicy*> policies,
             std::vector<const Evaluator*> evaluators, Solvers& solvers,
             const ProveOptions& options)
      : line_(line),
        policies_(std::move(policies)),
        evaluators_(std::move(evaluators)),
        solvers_(solvers),
        options_(options) {}

  void Prove(Proof& proof);

 private:
  struct Search {
    std::unique_ptr<World> world{};
    std::unique_ptr<Solver> solver{};
  };
  enum class Verdict : std::uint8_t { kHolds, kBroken, kUnknown };

  // Bits that some rule gives; of each group that no rule tells apart, one.
  std::vector<bool> RulesOf(int bit) const;
  // Of bits that every rule treats alike, one.
  std::uint64_t OneOfEach(std::uint64_t bits) const;
  std::vector<int> BitsToAsk(std::uint64_t bits) const;
  Search& SearchWith(std::size_t slots);
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
  const std::vector<const CompiledPolicy*> policies_;
  const std::vector<const Evaluator*> evaluators_;
  Solvers& solvers_;
  const ProveOptions& options_;
  std::map<std::size_t, Search> searches_{};
};

}  // namespace renkei::policy
