#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policy/compiled.h"
#include "policy/explain.h"
#include "policy/policy.h"
#include "policy/test_facts.h"

namespace renkei::policy {
namespace {

// Who gave what was not to be there.
std::string GivenText(const Explanation& said, std::uint64_t bits) {
  std::string text = fmt::format("expected not {}, but it is allowed", ActionsText(bits));
  for (const CircleExplanation& circle : said.circles) {
    for (const RuleHit& hit : circle.grants) {
      if ((hit.bits & bits) == 0) continue;
      text += fmt::format("; in {} by grant {} (line {})", circle.circle, hit.rule, hit.line);
    }
  }
  return text + "\n";
}

std::string MissingText(const Explanation& said, std::uint64_t bits) {
  std::string text = fmt::format("expected {}, but it is withheld", ActionsText(bits));
  for (const std::string& note : said.notes) text += "; " + note;
  for (const CircleExplanation& circle : said.circles) {
    for (const RuleHit& hit : circle.denies) {
      if ((hit.bits & bits) == 0) continue;
      text += fmt::format("; in {} by deny {} (line {})", circle.circle, hit.rule, hit.line);
    }
  }
  for (const RuleHit& hit : said.everywhere) {
    if ((hit.bits & bits) == 0) continue;
    text += fmt::format("; everywhere by deny {} (line {})", hit.rule, hit.line);
  }
  for (const Withheld& withheld : said.withheld) {
    const bool meant =
        withheld.section ? (bits & Bit(*withheld.section)) != 0 : (bits & Mask::kExist) != 0;
    if (!meant || withheld.nearest.empty()) continue;
    const NearRule& near = withheld.nearest.front();
    text += fmt::format("; {} needs", near.rule);
    for (const UnmetAtom& unmet : near.unmet) text += fmt::format(" {}", unmet.needs);
    break;
  }
  return text + "\n";
}

}  // namespace

std::vector<TestResult> Evaluator::RunTests() const {
  std::vector<TestResult> results;
  for (const Test& test : compiled_->policy->file().tests) {
    const TestFacts asked = FactsOfTest(test, compiled_->levels);
    Tracer trace;
    const Evaluation evaluation =
        Evaluate(*compiled_, asked.peer, asked.marking, Purpose::kTest, trace, asked.unknowns);
    const Mask mask = Close(Mask(evaluation.bits), asked.marking);
    const Explanation said =
        Describe(*compiled_, asked.peer, asked.marking, evaluation, trace, mask);
    const std::uint64_t bits = said.mask.bits();
    TestResult result{.name = test.title.text, .line = test.title.place.line};
    for (const Expectation& expectation : test.expectations) {
      const std::uint64_t given = expectation.bits & bits;
      const std::uint64_t missing = expectation.bits & ~bits;
      if (expectation.negated && given != 0) result.text += GivenText(said, given);
      if (!expectation.negated && missing != 0) result.text += MissingText(said, missing);
    }
    result.passed = result.text.empty();
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace renkei::policy
