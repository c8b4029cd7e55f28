#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_fixtures.h"

namespace renkei::policy {
namespace {

constexpr char kBaseRules[] =
    "set shared = summary indicators\n"
    "grant g to level >= listed in circle on tlp <= green kind in {incident} allow exist, query, "
    "sight, see "
    "shared\n"
    "grant v to level >= certified same-sector allow see victim\n"
    "grant r to recipient allow exist, see contact\n"
    "deny e to level < certified on embargo forbid see indicators\n"
    "deny t everywhere to team in {spun-off} forbid all\n"
    "deny n to not same-sector forbid sight\n";

struct RunCase {
  std::string name;
  std::string test;  // after the title
  bool passes;
};
void PrintTo(const RunCase& test, std::ostream* out) { *out << test.name; }

class RunTestsTest : public testing::TestWithParam<RunCase> {};

TEST_P(RunTestsTest, PassesAsTheTableSays) {
  const Evaluator evaluator = MustMake(kBaseRules + ("test \"t\" " + GetParam().test + "\n"));
  const std::vector<TestResult> results = evaluator.RunTests();
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].passed, GetParam().passes) << results[0].text;
  EXPECT_EQ(results[0].text.empty(), GetParam().passes);
  EXPECT_EQ(results[0].line, 11);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RunTestsTest,
    testing::ValuesIn(std::vector<RunCase>{
        {"Sees",
         "peer level=listed circles={energy} record circles={energy} tlp=green expect see shared",
         true},
        {"MissesOneBitOfMany",
         "peer level=listed circles={energy} record circles={energy} tlp=green expect see shared "
         "victim",
         false},
        {"NotMeansNone",
         "peer level=listed circles={energy} record circles={energy} tlp=green expect not see "
         "summary victim",
         false},
        {"NotVictim",
         "peer level=listed circles={energy} record circles={energy} tlp=green expect exist; not "
         "see victim",
         true},
        {"EveryExpectationCounts",
         "peer level=listed circles={energy} record circles={energy} tlp=green expect exist; see "
         "victim",
         false},
        {"StricterTlp",
         "peer level=listed circles={energy} record circles={energy} tlp=amber expect not all",
         true},
        {"KindIsIncidentUnlessGiven",
         "peer level=listed circles={energy} record circles={energy} tlp=green kind=sighting "
         "expect exist",
         false},
        {"LevelHoldsInAllCircles",
         "peer level=listed circles={energy, finance} record circles={finance} tlp=green expect "
         "exist",
         true},
        {"LevelInOneCircle",
         "peer level=listed level.finance=certified circles={energy, finance} sector=water"
         " record circles={finance} tlp=green sectors={water} expect see victim",
         true},
        {"LevelOfAnotherCircle",
         "peer level=listed level.finance=certified circles={energy, finance} sector=water"
         " record circles={energy} tlp=green sectors={water} expect see victim",
         false},
        {"NoLevelIsNobody",
         "peer circles={energy} record circles={energy} tlp=clear expect not all", true},
        {"NoCircleInCommon",
         "peer level=certified circles={finance} record circles={energy} tlp=clear expect exist",
         false},
        {"Embargo",
         "peer level=listed circles={energy} record circles={energy} tlp=green embargo"
         " expect not see indicators; see summary",
         true},
        {"UnknownIsFalse",
         "peer level=listed circles={energy} record circles={energy} tlp=green expect query", true},
        {"UnknownIsFalseAndNotNegates",
         "peer level=listed circles={energy} record circles={energy} tlp=green expect not sight",
         true},
        {"Recipient",
         "peer level=listed circles={energy} recipient record circles={energy} tlp=red expect see "
         "contact",
         true},
    }),
    [](const auto& test) { return test.param.name; });

TEST(RunTestsTest, AFailureSaysWhichRuleDecided) {
  const Evaluator evaluator =
      MustMake(std::string(kBaseRules) +
               "test \"a\" peer level=listed circles={energy} record circles={energy} tlp=green\n"
               "  expect not see summary; see victim\n");
  EXPECT_EQ(evaluator.RunTests()[0].text,
            "expected not see summary, but it is allowed; in energy by grant g (line 5)\n"
            "expected see victim, but it is withheld; v needs same-sector level >= certified\n");
}

TEST(RunTestsTest, ChartersRungsDecideWhatLevelsMean) {
  const std::string rules = std::string(kBaseRules) +
                            "test \"a\" peer level=listed circles={energy}"
                            " record circles={energy} tlp=green expect exist\n";
  EXPECT_TRUE(
      MustMake(rules, {{"listed", 2}, {"accredited", 3}, {"certified", 14}}).RunTests()[0].passed);
}

}  // namespace
}  // namespace renkei::policy
