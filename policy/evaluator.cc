#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "policy/compiled.h"
#include "policy/explain.h"
#include "policy/policy.h"

namespace renkei::policy {
namespace {

absl::Status CheckRungs(const std::vector<Level>& levels) {
  Rung below = 0;
  for (const Level& level : levels) {
    if (level.rung == 0 || level.rung > kRungMax) {
      return FailedPrecondition(fmt::format("level `{}` has rung {}; rungs run from 1 to {}",
                                            level.name, level.rung, kRungMax));
    }
    if (level.rung <= below) {
      return FailedPrecondition(
          fmt::format("level `{}` has rung {}, not above the level before it (rung {})", level.name,
                      level.rung, below));
    }
    below = level.rung;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Level>> LevelsWithRungs(const Policy& policy,
                                                   const std::map<std::string, Rung>& rungs) {
  std::vector<Level> levels = policy.levels();
  for (Level& level : levels) {
    if (rungs.empty()) continue;
    const auto found = rungs.find(level.name);
    if (found == rungs.end()) {
      return FailedPrecondition(fmt::format("the charter has no rung for level `{}` of policy `{}`",
                                            level.name, policy.name()));
    }
    level.rung = found->second;
  }
  RETURN_IF_ERROR(
      Annotate(CheckRungs(levels), fmt::format("levels of policy `{}`", policy.name())));
  return levels;
}

std::vector<std::string> AcceptAnswer::circle_names() const {
  std::vector<std::string> names;
  for (const Circle& circle : circles) names.push_back(circle.circle);
  return names;
}

Evaluator::Evaluator(std::shared_ptr<const CompiledPolicy> compiled)
    : compiled_(std::move(compiled)) {}

absl::StatusOr<Evaluator> Evaluator::Make(std::shared_ptr<const Policy> policy,
                                          const std::map<std::string, Rung>& rungs) {
  RENKEI_CHECK(policy != nullptr);
  ASSIGN_OR_RETURN(std::vector<Level> levels, LevelsWithRungs(*policy, rungs));
  return Evaluator(Compile(std::move(policy), std::move(levels)));
}

const Policy& Evaluator::policy() const { return *compiled_->policy; }

Mask Evaluator::Decide(const Peer& peer, const Marking& marking) const {
  NoTrace trace;
  return Close(Mask(Evaluate(*compiled_, peer, marking, Purpose::kAnswer, trace).bits), marking);
}

Explanation Evaluator::Explain(const Peer& peer, const Marking& marking) const {
  Tracer trace;
  const Evaluation evaluation = Evaluate(*compiled_, peer, marking, Purpose::kAnswer, trace);
  const Mask mask = Close(Mask(evaluation.bits), marking);
  return Describe(*compiled_, peer, marking, evaluation, trace, mask);
}

Explanation Evaluator::ExplainSupposed(const Peer& peer, const Marking& marking,
                                       HeaderLimits limits) const {
  Tracer trace;
  const Purpose purpose = limits == HeaderLimits::kApplied ? Purpose::kSuppose : Purpose::kTest;
  const Evaluation evaluation = Evaluate(*compiled_, peer, marking, purpose, trace);
  const Mask mask = Close(Mask(evaluation.bits), marking);
  return Describe(*compiled_, peer, marking, evaluation, trace, mask);
}

AcceptAnswer Evaluator::Accept(const Peer& author, const Marking& marking) const {
  AcceptAnswer answer;
  CircleList circles = CommonCircles(*compiled_, author, marking);
  const Facts facts = FactsOf(compiled_->words, author, marking, Purpose::kAnswer);
  Tracer trace;
  const RuleSet& accepts = compiled_->accepts;
  AskRules(*compiled_, accepts, facts, circles, trace,
           [&](const Need&, CircleFacts& circle, std::ptrdiff_t number) {
             const std::string& name = circle.membership->circle;
             const auto had = [&](const auto& accepted) { return accepted.circle == name; };
             if (std::any_of(answer.circles.begin(), answer.circles.end(), had)) return;
             const Rule& rule = *accepts.rules[static_cast<std::size_t>(number)].source;
             answer.circles.push_back(
                 {.circle = name, .rule = rule.name.text, .line = rule.name.place.line});
           });
  std::sort(answer.circles.begin(), answer.circles.end(),
            [](const auto& a, const auto& b) { return a.circle < b.circle; });
  if (!answer.accepted()) {
    answer.nearest = Nearest(*compiled_, author, marking, trace, Mask::kAll);
  }
  return answer;
}

Mask Evaluator::LimitTo(Mask mask, SectionMask sections, const Marking& marking) {
  const std::uint64_t kept = std::uint64_t{sections} | std::uint64_t{sections} << 16;
  return Close(Mask(mask.bits() & (kept | ~(Mask::kSee | Mask::kRelay))), marking);
}

}  // namespace renkei::policy
