#include <gtest/gtest.h>

#include "tests/unit/policy/policy_fixtures.h"

namespace renkei::policy {
namespace {

Evaluator Default() {
  return *Evaluator::Make(MustParse(DefaultPolicyText("example-community.net")));
}

Peer In(const std::string& circle, Rung rung) {
  return {
      .team = "alpha", .kind = PeerKind::kMember, .circles = {{.circle = circle, .rung = rung}}};
}

Marking For(const std::string& circle, Kind kind, Tlp tlp) {
  Marking marking = Green();
  marking.circles = {circle};
  marking.kind = kind;
  marking.tlp = tlp;
  return marking;
}

TEST(DefaultPolicyTest, ParsesWithoutProblemOrWarning) {
  const ParseResult result = Parse(DefaultPolicyText("example-community.net"), "default.policy");
  EXPECT_EQ(ToText(result.problems), "");
  EXPECT_EQ(ToText(result.warnings), "");
  ASSERT_NE(result.policy, nullptr);
  EXPECT_EQ(result.policy->name(), "example-community.net");
  EXPECT_EQ(result.policy->lines_to_prove().size(), 3U);
}

TEST(DefaultPolicyTest, ItsTestsPass) {
  const std::vector<TestResult> results = Default().RunTests();
  EXPECT_EQ(results.size(), 9U);
  for (const TestResult& result : results) EXPECT_TRUE(result.passed) << result.name << result.text;
}

TEST(DefaultPolicyTest, AcceptsEveryKindInUse) {
  const Evaluator evaluator = Default();
  for (const Kind kind : {Kind::kIncident, Kind::kIndicators, Kind::kSighting, Kind::kRequest}) {
    EXPECT_TRUE(
        evaluator.Accept(In("members", kListed), For("members", kind, Tlp::kAmber)).accepted())
        << ToWord(kind);
  }
  for (const Kind kind : {Kind::kAdvisory, Kind::kVulnerability}) {
    EXPECT_FALSE(
        evaluator.Accept(In("members", kListed), For("members", kind, Tlp::kAmber)).accepted());
    EXPECT_TRUE(
        evaluator.Accept(In("members", kAccredited), For("members", kind, Tlp::kAmber)).accepted());
  }
}

TEST(DefaultPolicyTest, HoldsInCirclesFoundedLater) {
  const Evaluator evaluator = Default();
  const Mask here =
      evaluator.Decide(In("members", 8), For("members", Kind::kIncident, Tlp::kAmber));
  const Mask there = evaluator.Decide(In("rail", 8), For("rail", Kind::kIncident, Tlp::kAmber));
  EXPECT_TRUE(here.exist());
  EXPECT_EQ(here, there);
}

// The `never` and `always` lines, over every level, TLP and fact of the moment.
TEST(DefaultPolicyTest, KeepsItsNeverAndAlwaysLines) {
  const Evaluator evaluator = Default();
  for (Rung rung = 1; rung <= kRungMax; ++rung) {
    for (int tlp = 1; tlp <= 5; ++tlp) {
      for (int facts = 0; facts < 32; ++facts) {
        Peer peer = In("members", rung);
        peer.recipient = (facts & 1) != 0;
        peer.own = (facts & 2) != 0;
        if ((facts & 4) != 0) peer.kind = PeerKind::kHub;
        Marking marking = For("members", Kind::kIncident, static_cast<Tlp>(tlp));
        marking.embargoed = (facts & 8) != 0;
        if ((facts & 16) != 0) marking.tags = {"law-enforcement"};
        const Mask mask = evaluator.Decide(peer, marking);
        if (rung < kCertified && (facts & 7) == 0) {
          EXPECT_FALSE(mask.Sees(SectionId::kVictim));
          EXPECT_FALSE(mask.Sees(SectionId::kContact));
        }
        if (marking.tlp == Tlp::kRed) {
          EXPECT_EQ(mask.relay(), 0);
        }
        if (mask.Sees(SectionId::kTechniques)) {
          EXPECT_TRUE(mask.Sees(SectionId::kCaveats));
        }
      }
    }
  }
}

}  // namespace
}  // namespace renkei::policy
