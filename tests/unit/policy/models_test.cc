// The policies that `policy new` writes: each parses, has no warning, and keeps what it promises.

#include "policy/models.h"

#include <gtest/gtest.h>

#include "policy/format.h"
#include "policy/lint.h"
#include "policy/policy.h"
#include "policy/prove.h"

namespace renkei::policy {
namespace {

class ModelsTest : public testing::TestWithParam<std::string> {};

TEST_P(ModelsTest, ParsesWithoutAWarningAndItsTestsPass) {
  const std::string text = ModelText(GetParam(), "pier.example");
  const ParseResult parsed = Parse(text, "model");
  ASSERT_NE(parsed.policy, nullptr) << ToString(parsed.problems.front());
  for (const Problem& warning : parsed.warnings) ADD_FAILURE() << ToString(warning);
  EXPECT_EQ(parsed.policy->name(), "pier.example");
  const auto evaluator = Evaluator::Make(parsed.policy);
  ASSERT_TRUE(evaluator.ok());
  const auto results = evaluator->RunTests();
  EXPECT_GE(results.size(), 5u);
  for (const TestResult& test : results) EXPECT_TRUE(test.passed) << test.name << ": " << test.text;
  EXPECT_GE(parsed.policy->file().assertions.size(), 3u);
  for (const Proof& proof : ProveAll(*parsed.policy, {})) {
    EXPECT_TRUE(proof.proved()) << proof.text << "\n" << proof.counterexample << proof.why;
  }
  for (const Problem& finding : Lint(*parsed.policy, "model")) ADD_FAILURE() << ToString(finding);
}

TEST_P(ModelsTest, StandsInCanonicalLayout) {
  const std::string text = ModelText(GetParam(), "pier.example");
  EXPECT_EQ(Format(text), text);
}

TEST_P(ModelsTest, NamesLevelsThatEveryCharterHas) {
  const ParseResult parsed = Parse(ModelText(GetParam(), "pier.example"), "model");
  ASSERT_NE(parsed.policy, nullptr);
  EXPECT_TRUE(
      Evaluator::Make(parsed.policy, {{"listed", 4}, {"accredited", 8}, {"certified", 12}}).ok());
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const Model& model : Models()) names.emplace_back(model.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, ModelsTest, testing::ValuesIn(Names()),
                         [](const auto& test) { return test.param; });

TEST(ModelTextTest, OfNoModelIsEmpty) { EXPECT_EQ(ModelText("pyramid", "pier.example"), ""); }

}  // namespace
}  // namespace renkei::policy
