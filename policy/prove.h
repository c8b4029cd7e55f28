// Proves the `never`, `always` and `narrower than` lines of a policy for every peer and record, or
// finds one that breaks the line.
//
// Lines speak of the policy's own answer, before the author's header, which only takes away.  What
// counts as a peer and a record: policy/world.h.  What a line means where peer and record share
// several circles: docs/policy.md section 5.
//
// A counterexample is confirmed before it is told: the evaluator gives what the line forbids (or
// withholds what it asks for), and the test that is printed fails in the policy.  An engine that
// gives up, or whose answer the evaluator does not confirm, makes the line unknown: never a pass.
//
// Pure: no I/O, no clock but the one passed in.  Thread-safe.  Limits: kProofWorkMax a question,
// kProofMillisecondsMax a question with Z3, kProofQuestionsMax a line.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace renkei::policy {

inline constexpr std::uint64_t kProofWorkMax = 5'000'000;
inline constexpr unsigned kProofMillisecondsMax = 10'000;
inline constexpr std::size_t kProofQuestionsMax = 1'000;

class Solvers;

enum class Engine : std::uint8_t { kZ3, kEnumerate };
std::string_view ToWord(Engine engine);  // `z3`, `enumerate`
std::optional<Engine> EngineFromWord(std::string_view word);
bool HasEngine(Engine engine);  // is it in this build
Engine DefaultEngine();         // Z3 where there is one

struct ProveOptions {
  Engine engine = DefaultEngine();
  // Levels' numbers from the charter, as in Evaluator::Make; empty: the defaults.
  std::map<std::string, Rung> rungs{};
  // Steps of the search, or Z3's own count of its work, in one question.
  std::uint64_t work_max = kProofWorkMax;
  // An engine made before (policy/question.h), for many short proofs one after another; else it is
  // made anew.
  std::shared_ptr<Solvers> solvers{};
  // Time since whenever; without it no proof says how long it took.
  std::function<std::chrono::nanoseconds()> now{};
};

struct Proof {
  enum class Result : std::uint8_t { kProved, kRefuted, kUnknown };

  int line = 0;
  std::string text{};  // the line, canonical
  Result result = Result::kUnknown;
  Engine engine = Engine::kEnumerate;
  std::string why{};  // of kUnknown
  // Of kRefuted: statements to paste into the policy, where the test fails because of this leak
  // (and passes once it is closed); and what the rules say of it, in words.
  std::string counterexample{};
  std::string explanation{};
  double milliseconds = 0;

  bool proved() const { return result == Result::kProved; }
};
std::string_view ToWord(Proof::Result result);  // `proved`, `refuted`, `unknown`

// Every line of Policy::lines_to_prove(), in its order.  The loader reads the policies that
// `narrower than` names; without one such lines are unknown.
std::vector<Proof> ProveAll(const Policy& policy, const Loader& loader,
                            const ProveOptions& options = {});

}  // namespace renkei::policy
