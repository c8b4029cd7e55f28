// What the provers are asked, and the engines that answer.  Internal to policy/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/prove.h"
#include "policy/world.h"

namespace renkei::policy {

// A bit (by number) that the rules of a policy give in one of these slots.
struct Given {
  std::size_t policy = 0;
  int bit = 0;
  std::vector<std::size_t> slots{};
};

// Is there a peer and a record of which all this holds?
struct Question {
  std::vector<int> literals{};
  std::vector<Given> given{};    // each
  std::vector<Given> missing{};  // unless empty, at least one is given in none of its slots
};

struct Found {
  enum class Outcome : std::uint8_t { kNobody, kSomebody, kGaveUp };

  Outcome outcome = Outcome::kGaveUp;
  Assignment assignment{};  // of kSomebody
  std::string why{};        // of kGaveUp
};

// Answers questions about one world, which outlives it.
class Solver {
 public:
  virtual ~Solver() = default;
  virtual Found Solve(const Question& question) = 0;
};

// Makes the solvers of one engine, which it outlives: what is costly to make is made once.
class Solvers {
 public:
  virtual ~Solvers() = default;
  virtual std::unique_ptr<Solver> For(const World& world) = 0;
};

// Null if this build lacks the engine.  One thread at a time.
std::shared_ptr<Solvers> MakeSolvers(Engine engine, std::uint64_t work_max = kProofWorkMax);
std::unique_ptr<Solvers> MakeEnumerators(std::uint64_t work_max);
// Null in a build without Z3.
std::unique_ptr<Solvers> MakeZ3Solvers(std::uint64_t work_max);

// Whether the assignment answers the question with yes: by plain evaluation, no search.
bool Holds(const World& world, const Question& question, const Assignment& assignment);

}  // namespace renkei::policy
