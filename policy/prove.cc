#include "policy/prove.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "policy/compiled.h"
#include "policy/line_prover.h"

namespace renkei::policy {
namespace {

// What proves a policy's lines.
class Prover {
 public:
  Prover(const Policy& policy, const Loader& loader, const ProveOptions& options)
      : policy_(std::make_shared<const Policy>(policy)),
        loader_(loader),
        options_(options),
        solvers_(options.solvers ? options.solvers
                                 : MakeSolvers(options.engine, options.work_max)) {}

  std::vector<Proof> All();

 private:
  struct Ready {
    std::shared_ptr<const CompiledPolicy> compiled{};
    std::optional<Evaluator> evaluator{};
  };

  absl::StatusOr<Ready> MakeReady(const std::shared_ptr<const Policy>& policy) const {
    ASSIGN_OR_RETURN(std::vector<Level> levels, LevelsWithRungs(*policy, options_.rungs));
    ASSIGN_OR_RETURN(Evaluator evaluator, Evaluator::Make(policy, options_.rungs));
    return Ready{.compiled = Compile(policy, std::move(levels), Lines::kCompile),
                 .evaluator = std::move(evaluator)};
  }
  absl::StatusOr<Ready> Load(const std::string& name) const;
  struct Item {
    int line = 0;
    std::size_t assertion = 0;       // by number
    const Name* narrower = nullptr;  // of a `narrower than`
  };
  std::vector<Item> Items() const;
  void ProveItem(const Ready& ready, Searches& searches, const Item& item, Proof& proof) const;
  // Where the conditions of a line stand among those of all lines.
  static std::size_t FirstCondition(const CompiledPolicy& policy, std::size_t assertion);

  std::shared_ptr<const Policy> policy_;
  const Loader& loader_;
  const ProveOptions& options_;
  const std::shared_ptr<Solvers> solvers_;  // null: this build lacks the engine
};

absl::StatusOr<Prover::Ready> Prover::Load(const std::string& name) const {
  if (!loader_) return FailedPrecondition("nothing was given to read it with");
  ASSIGN_OR_RETURN(const std::string text, loader_(name));
  const ParseResult parsed = Parse(text, name);
  if (parsed.policy == nullptr) return FailedPrecondition(ToString(parsed.problems.front()));
  return MakeReady(parsed.policy);
}

// In the order of Policy::lines_to_prove().
std::vector<Prover::Item> Prover::Items() const {
  std::vector<Item> items;
  const PolicyFile& file = policy_->file();
  for (std::size_t i = 0; i < file.assertions.size(); ++i) {
    items.push_back({.line = file.assertions[i].title.place.line, .assertion = i});
  }
  for (const Name& name : file.narrower) {
    items.push_back({.line = name.place.line, .narrower = &name});
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.line < b.line; });
  return items;
}

std::size_t Prover::FirstCondition(const CompiledPolicy& policy, std::size_t assertion) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < assertion; ++i) first += policy.assertions[i].conditions.size();
  return first;
}

void Prover::ProveItem(const Ready& ready, Searches& searches, const Item& item,
                       Proof& proof) const {
  if (item.narrower == nullptr) {
    const CompiledAssertion& source = ready.compiled->assertions[item.assertion];
    const Line line{.assertion = &source,
                    .title = source.source->title.text,
                    .first_condition = FirstCondition(*ready.compiled, item.assertion)};
    LineProver(line, searches, {&*ready.evaluator}, options_).Prove(proof);
    return;
  }
  const absl::StatusOr<Ready> other = Load(item.narrower->text);
  if (!other.ok()) {
    proof.why = fmt::format("read policy `{}`: {}", item.narrower->text, Message(other.status()));
    return;
  }
  const Line line{.title = fmt::format("narrower than {}", item.narrower->text)};
  Searches both({ready.compiled.get(), other->compiled.get()}, {}, *solvers_);
  LineProver(line, both, {&*ready.evaluator, &*other->evaluator}, options_).Prove(proof);
}

std::vector<Proof> Prover::All() {
  std::vector<Proof> proofs;
  const absl::StatusOr<Ready> ready = MakeReady(policy_);
  const std::vector<LineToProve> lines = policy_->lines_to_prove();
  const std::vector<Item> items = Items();
  std::optional<Searches> searches;
  if (ready.ok() && solvers_ != nullptr) {
    std::vector<CompiledAssertion::Condition> conditions;
    for (const CompiledAssertion& assertion : ready->compiled->assertions) {
      conditions.insert(conditions.end(), assertion.conditions.begin(), assertion.conditions.end());
    }
    searches.emplace(std::vector<const CompiledPolicy*>{ready->compiled.get()},
                     std::move(conditions), *solvers_);
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Proof proof{.line = lines[i].line, .text = lines[i].text, .engine = options_.engine};
    const auto start = options_.now ? options_.now() : std::chrono::nanoseconds(0);
    if (!ready.ok()) {
      proof.why = Message(ready.status());
    } else if (solvers_ == nullptr) {
      proof.why = fmt::format("this build has no engine {}", ToWord(options_.engine));
    } else {
      ProveItem(*ready, *searches, items[i], proof);
    }
    if (options_.now) {
      proof.milliseconds =
          std::chrono::duration<double, std::milli>(options_.now() - start).count();
    }
    proofs.push_back(std::move(proof));
  }
  return proofs;
}

}  // namespace

std::shared_ptr<Solvers> MakeSolvers(Engine engine, std::uint64_t work_max) {
  return engine == Engine::kZ3 ? MakeZ3Solvers(work_max) : MakeEnumerators(work_max);
}

std::string_view ToWord(Engine engine) { return engine == Engine::kZ3 ? "z3" : "enumerate"; }

std::optional<Engine> EngineFromWord(std::string_view word) {
  for (const Engine engine : {Engine::kZ3, Engine::kEnumerate}) {
    if (word == ToWord(engine)) return engine;
  }
  return std::nullopt;
}

bool HasEngine([[maybe_unused]] Engine engine) {
#ifdef RENKEI_HAVE_Z3
  return true;
#else
  return engine == Engine::kEnumerate;
#endif
}

Engine DefaultEngine() { return HasEngine(Engine::kZ3) ? Engine::kZ3 : Engine::kEnumerate; }

std::string_view ToWord(Proof::Result result) {
  switch (result) {
    case Proof::Result::kProved:
      return "proved";
    case Proof::Result::kRefuted:
      return "refuted";
    case Proof::Result::kUnknown:
      break;
  }
  return "unknown";
}

std::vector<Proof> ProveAll(const Policy& policy, const Loader& loader,
                            const ProveOptions& options) {
  return Prover(policy, loader, options).All();
}

}  // namespace renkei::policy
