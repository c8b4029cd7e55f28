// Random policies and lines: both engines say the same, every refutation is a leak by the words of
// the specification, and no random peer and record break a line that was proved.
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policy/prove.h"
#include "policy/question.h"
#include "tests/unit/policy/oracle.h"
#include "tests/unit/policy/policy_fixtures.h"
#include "tests/unit/policy/random_policy.h"

namespace renkei::policy {
namespace {

constexpr unsigned kPoliciesAShard = 500;
constexpr int kPairsPerLine = 40;  // of peer and record, for each proved line

std::string RandomPolicyText(RandomWorld& world, int lines) {
  std::vector<std::string> statements = world.Statements(3 + world.Below(6));
  for (int i = 0; i < lines; ++i) statements.push_back(world.Line(i));
  return std::accumulate(statements.begin(), statements.end(), std::string());
}

// The last test in the policy with the counterexample pasted; it must be there and fail.
bool PastedTestFails(const Policy& policy, const Proof& proof) {
  const auto pasted = MustParse(Print(policy) + proof.counterexample);
  const std::vector<TestResult> results = Evaluator::Make(pasted)->RunTests();
  return results.size() == policy.file().tests.size() + 1 && !results.back().passed;
}

class ProvePropertyTest : public ::testing::TestWithParam<unsigned> {};

TEST_P(ProvePropertyTest, EnginesAgreeAndAreRight) {
  int proved = 0;
  int refuted = 0;
  const ProveOptions slowly{.engine = Engine::kEnumerate,
                            .solvers = MakeSolvers(Engine::kEnumerate)};
  const ProveOptions quickly{.engine = DefaultEngine(), .solvers = MakeSolvers(DefaultEngine())};
  for (unsigned i = 0; i < kPoliciesAShard; ++i) {
    const unsigned seed = GetParam() * kPoliciesAShard + i;
    RandomWorld world(seed);
    const std::string text = RandomPolicyText(world, 1 + static_cast<int>(seed % 2));
    SCOPED_TRACE(fmt::format("seed {}\n{}", seed, text));
    const auto policy = MustParse(text);
    ASSERT_EQ(*MustParse(Print(*policy)), *policy);
    const std::vector<Proof> slow = ProveAll(*policy, {}, slowly);
    const std::vector<Proof> fast = ProveAll(*policy, {}, quickly);
    ASSERT_EQ(slow.size(), fast.size());
    for (std::size_t line = 0; line < slow.size(); ++line) {
      ASSERT_EQ(slow[line].why, "") << slow[line].text;
      ASSERT_EQ(fast[line].why, "") << fast[line].text;
      ASSERT_EQ(slow[line].result, fast[line].result) << slow[line].text;
      ASSERT_NE(slow[line].result, Proof::Result::kUnknown);
      if (!slow[line].proved()) {
        ++refuted;
        ASSERT_TRUE(PastedTestFails(*policy, slow[line])) << slow[line].counterexample;
        if (fast[line].counterexample != slow[line].counterexample) {
          ASSERT_TRUE(PastedTestFails(*policy, fast[line])) << fast[line].counterexample;
        }
        continue;
      }
      ++proved;
      const Assertion& assertion = policy->file().assertions[line];
      for (int pair = 0; pair < kPairsPerLine; ++pair) {
        const auto [peer, marking] = world.PossiblePair();
        ASSERT_FALSE(Oracle(policy->file(), peer, marking).Breaks(assertion))
            << slow[line].text << "\nin pair " << pair;
      }
    }
  }
  // Both happen often, else nothing is shown.
  EXPECT_GT(proved, static_cast<int>(kPoliciesAShard) / 5);
  EXPECT_GT(refuted, static_cast<int>(kPoliciesAShard) / 5);
}

// Sanitizers make this eight times slower and look at one part of it; scripts/test compares all in
// the build that is shipped.
#if defined(RENKEI_SANITIZED)
constexpr unsigned kShards = 1;
constexpr unsigned kNarrowerSeeds = 90;
#else
constexpr unsigned kShards = 20;
constexpr unsigned kNarrowerSeeds = 300;
#endif
INSTANTIATE_TEST_SUITE_P(TenThousandPolicies, ProvePropertyTest, ::testing::Range(0U, kShards));

// `narrower than` between a policy and itself with rules taken away or added.
TEST(ProveNarrowerPropertyTest, EnginesAgreeAndNoPairIsWider) {
  int proved = 0;
  int refuted = 0;
  for (unsigned seed = 0; seed < kNarrowerSeeds; ++seed) {
    RandomWorld world(seed);
    std::vector<std::string> statements = world.Statements(8);
    const std::string wide = std::accumulate(statements.begin(), statements.end(), std::string());
    statements.erase(statements.begin() + 4 + world.Below(static_cast<int>(statements.size()) - 4));
    const std::string text = std::accumulate(statements.begin(), statements.end(), std::string()) +
                             "narrower than \"wide.policy\"\n";
    SCOPED_TRACE(fmt::format("seed {}\n{}\n{}", seed, wide, text));
    const auto policy = MustParse(text);
    const auto other = MustParse(wide);
    const Loader loader = [&](std::string_view) { return absl::StatusOr<std::string>(wide); };
    const Proof slow = ProveAll(*policy, loader, {.engine = Engine::kEnumerate}).back();
    const Proof fast = ProveAll(*policy, loader, {.engine = DefaultEngine()}).back();
    ASSERT_EQ(slow.why, "");
    ASSERT_EQ(fast.why, "");
    ASSERT_EQ(slow.result, fast.result);
    (slow.proved() ? proved : refuted) += 1;
    if (!slow.proved()) {
      ASSERT_TRUE(PastedTestFails(*policy, slow)) << slow.counterexample;
      continue;
    }
    for (int pair = 0; pair < kPairsPerLine; ++pair) {
      const auto [peer, marking] = world.PossiblePair();
      const std::uint64_t mine = Oracle(policy->file(), peer, marking).OwnBits();
      ASSERT_EQ(mine & ~Oracle(other->file(), peer, marking).OwnBits(), 0U);
    }
  }
  EXPECT_GT(proved, static_cast<int>(kNarrowerSeeds) / 10);
  EXPECT_GT(refuted, static_cast<int>(kNarrowerSeeds) / 10);
}

}  // namespace
}  // namespace renkei::policy
