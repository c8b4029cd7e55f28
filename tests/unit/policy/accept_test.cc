#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_fixtures.h"

namespace renkei::policy {
namespace {

constexpr char kAcceptRules[] =
    "accept a-members from level >= listed in circle on kind in {incident, sighting}\n"
    "accept a-advisory from level >= certified in circle on kind in {advisory}\n"
    "deny d everywhere to anyone forbid all\n";

using Circles = std::vector<AcceptAnswer::Circle>;

Marking HeaderFor(std::vector<std::string> circles, Kind kind) {
  Marking marking = Green();
  marking.circles = std::move(circles);
  marking.kind = kind;
  return marking;
}

TEST(AcceptTest, IsJudgedInEachCircleByTheRungThere) {
  const Evaluator evaluator = MustMake(kAcceptRules);
  Peer author = Member(kCertified);
  author.circles.push_back({.circle = "finance", .rung = kListed});
  const std::vector<std::string> both = {"energy", "finance"};
  EXPECT_EQ(evaluator.Accept(author, HeaderFor(both, Kind::kAdvisory)).circles,
            (Circles{{"energy", "a-advisory", 5}}));
  EXPECT_EQ(evaluator.Accept(author, HeaderFor(both, Kind::kIncident)).circles,
            (Circles{{"energy", "a-members", 4}, {"finance", "a-members", 4}}));
}

TEST(AcceptTest, CirclesInWhichTheAuthorIsNotAttestedDontCount) {
  const Evaluator evaluator = MustMake(kAcceptRules);
  const AcceptAnswer answer =
      evaluator.Accept(Member(), HeaderFor({"energy", "finance"}, Kind::kIncident));
  EXPECT_EQ(answer.circle_names(), std::vector<std::string>{"energy"});
  EXPECT_FALSE(evaluator.Accept(Member(), HeaderFor({"finance"}, Kind::kIncident)).accepted());
  EXPECT_FALSE(evaluator.Accept(Member(), HeaderFor({}, Kind::kIncident)).accepted());
  EXPECT_FALSE(evaluator.Accept(Member(0), HeaderFor({"energy"}, Kind::kIncident)).accepted());
}

TEST(AcceptTest, ARefusalSaysWhatTheNearestRuleAsksFor) {
  const AcceptAnswer answer =
      MustMake(kAcceptRules).Accept(Member(), HeaderFor({"energy"}, Kind::kAdvisory));
  ASSERT_FALSE(answer.accepted());
  ASSERT_EQ(answer.nearest.size(), 2U);
  EXPECT_EQ(
      answer.nearest[0],
      (NearRule{
          "a-members", 4, "energy", {{"kind in {incident, sighting}", "the record is advisory"}}}));
  EXPECT_EQ(answer.nearest[1],
            (NearRule{"a-advisory", 5, "energy", {{"level >= certified", "you have listed"}}}));
}

TEST(AcceptTest, AnUnnamedAuthorIsKnownByItsRungOnly) {
  const Evaluator evaluator = MustMake(
      "accept by-team from team in {alpha} on kind in {incident}\n"
      "accept by-level from level >= listed on kind in {sighting}\n");
  const Peer unnamed = {.circles = {{.circle = "energy", .rung = kListed}}};
  EXPECT_FALSE(evaluator.Accept(unnamed, HeaderFor({"energy"}, Kind::kIncident)).accepted());
  EXPECT_TRUE(evaluator.Accept(unnamed, HeaderFor({"energy"}, Kind::kSighting)).accepted());
}

TEST(AcceptTest, WithoutARuleNobodyPublishes) {
  const Evaluator evaluator = MustMake("grant g to in circle allow all\n");
  EXPECT_FALSE(evaluator.Accept(Member(14), Green()).accepted());
}

}  // namespace
}  // namespace renkei::policy
