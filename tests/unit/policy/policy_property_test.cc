#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/policy/oracle.h"
#include "tests/unit/policy/policy_fixtures.h"
#include "tests/unit/policy/random_policy.h"

namespace renkei::policy {
namespace {

constexpr unsigned kPolicies = 150;
constexpr int kPairs = 60;  // of peer and record, per policy

std::string Join(const std::vector<std::string>& statements) {
  return std::accumulate(statements.begin(), statements.end(), std::string());
}

Evaluator Make(const std::string& text) { return *Evaluator::Make(MustParse(text)); }

TEST(PolicyPropertyTest, AnswersAsTheSpecificationReads) {
  int seen = 0;
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const std::string text = Join(world.Statements(12));
    const Evaluator evaluator = Make(text);
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      const Oracle oracle(evaluator.policy().file(), peer, marking);
      const Mask mask = evaluator.Decide(peer, marking);
      ASSERT_EQ(mask.bits(), oracle.Bits()) << text << "seed " << seed << " pair " << i;
      seen += mask.exist() ? 1 : 0;
    }
  }
  EXPECT_GT(seen, 500) << "the worlds are too poor to show anything";
}

TEST(PolicyPropertyTest, ExplainAnswersAsDecide) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const Evaluator evaluator = Make(Join(world.Statements(10)));
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      const Explanation said = evaluator.Explain(peer, marking);
      ASSERT_EQ(said.mask, evaluator.Decide(peer, marking));
      std::size_t reasons = said.mask.exist() ? 0 : 1;
      for (const auto section : {SectionId::kSummary, SectionId::kVictim}) {
        if (!said.mask.Sees(section)) ++reasons;
      }
      ASSERT_GE(said.withheld.size(), reasons);
    }
  }
}

TEST(PolicyPropertyTest, MoreTrustNeverSeesLess) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const Evaluator evaluator = Make(Join(world.Statements(12)));
    for (int i = 0; i < kPairs; ++i) {
      Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      if (peer.circles.empty()) continue;
      Membership& in = peer.circles[static_cast<std::size_t>(
          world.Below(static_cast<int>(peer.circles.size())))];
      Mask before;
      for (in.rung = 0; in.rung <= kRungMax; ++in.rung) {
        const Mask now = evaluator.Decide(peer, marking);
        ASSERT_EQ(now & before, before) << "seed " << seed << " rung " << int{in.rung};
        before = now;
      }
    }
  }
}

TEST(PolicyPropertyTest, AStricterTlpIsNeverSeenByMore) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const Evaluator evaluator = Make(Join(world.Statements(12)));
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      Marking marking = world.RandomMarking();
      marking.tlp = Tlp::kClear;
      Mask before = evaluator.Decide(peer, marking);
      for (int tlp = 2; tlp <= 5; ++tlp) {
        marking.tlp = static_cast<Tlp>(tlp);
        const Mask now = evaluator.Decide(peer, marking);
        ASSERT_EQ(now & before, now) << "seed " << seed << " tlp " << tlp;
        before = now;
      }
    }
  }
}

TEST(PolicyPropertyTest, OrderOfRulesNeverChangesTheMask) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    std::vector<std::string> statements = world.Statements(10);
    const Evaluator evaluator = Make(Join(statements));
    std::shuffle(statements.begin() + 1, statements.end(), std::mt19937(seed));
    const Evaluator shuffled = Make(Join(statements));
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      ASSERT_EQ(evaluator.Decide(peer, marking), shuffled.Decide(peer, marking)) << "seed " << seed;
    }
  }
}

TEST(PolicyPropertyTest, LayersOnlyNarrow) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const Evaluator relay = Make(Join(world.Statements(10)));
    const Evaluator receiver = Make(Join(world.Statements(10)));
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      const Mask first = relay.Decide(peer, marking);
      const Mask both = Close(first & receiver.Decide(peer, marking), marking);
      ASSERT_EQ(both & first, both);
      const auto sections = static_cast<SectionMask>(world.Below(0x10000));
      const Mask limited = Evaluator::LimitTo(both, sections, marking);
      ASSERT_EQ(limited & both, limited);
      ASSERT_EQ((limited.see() | limited.relay()) & ~sections, 0);
    }
  }
}

TEST(PolicyPropertyTest, PrintedTextIsTheSamePolicy) {
  for (unsigned seed = 0; seed < 4 * kPolicies; ++seed) {
    RandomWorld world(seed);
    const auto policy = MustParse(Join(world.Statements(8)));
    const std::string printed = Print(*policy);
    const auto again = MustParse(printed);
    ASSERT_EQ(*again, *policy) << printed;
    ASSERT_EQ(Print(*again), printed);
  }
}

// Mistakes made by chance: the parser must survive, and report where.
TEST(PolicyPropertyTest, BrokenTextIsReportedWithItsPlace) {
  for (unsigned seed = 0; seed < 20 * kPolicies; ++seed) {
    RandomWorld world(seed);
    std::string text = Join(world.Statements(4));
    for (int i = 0; i < 3; ++i) {
      const auto at = static_cast<std::size_t>(world.Below(static_cast<int>(text.size())));
      if (world.Chance(50)) {
        text.erase(at, static_cast<std::size_t>(1 + world.Below(8)));
      } else {
        text[at] = static_cast<char>(world.Below(256));
      }
    }
    const ParseResult result = Parse(text, "broken");
    ASSERT_EQ(result.policy == nullptr, !result.problems.empty());
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    for (const Problem& problem : result.problems) {
      ASSERT_GE(problem.line, 1);
      ASSERT_LE(problem.line, lines);
      ASSERT_GE(problem.column, 1);
    }
    if (result.policy == nullptr) continue;
    ASSERT_EQ(*MustParse(Print(*result.policy)), *result.policy);
  }
}

}  // namespace
}  // namespace renkei::policy
