#include "node/feed/indicator_score.h"

#include <gtest/gtest.h>

namespace renkei::feed {
namespace {

using std::chrono::hours;
using store::IndicatorTally;
namespace v1 = store::v1;

const Timestamp kNow = FromUnixSeconds(1'790'000'000);

IndicatorTally Fresh(int confidence) {
  return {.told_by = {"alpha"},
          .listed = 1,
          .confidence = confidence,
          .first_seen = kNow,
          .last_seen = kNow};
}

int Score(const IndicatorTally& tally, int days = 0,
          v1::IndicatorType type = v1::INDICATOR_TYPE_IPV4) {
  return ScoreOf(tally, type, {}, kNow + hours(24) * days);
}

TEST(IndicatorScoreTest, ItIsTheConfidenceAtFirstAndHalvesByType) {
  EXPECT_EQ(Score(Fresh(80)), 80);
  EXPECT_EQ(Score(Fresh(80), 14), 40);
  EXPECT_EQ(Score(Fresh(80), 28), 20);
  EXPECT_EQ(Score(Fresh(80), 365, v1::INDICATOR_TYPE_SHA256), 40);
  EXPECT_EQ(Score(Fresh(80), 60, v1::INDICATOR_TYPE_HOSTNAME), 40);
  EXPECT_EQ(Score(Fresh(80), -1), 80);
  EXPECT_EQ(Score(Fresh(100), 3650), 0);
  config::IndicatorsConfig for_ever;
  for_ever.half_lives["ipv4"] = 0;
  EXPECT_EQ(ScoreOf(Fresh(80), v1::INDICATOR_TYPE_IPV4, for_ever, kNow + hours(24 * 500)), 80);
}

TEST(IndicatorScoreTest, WhoSaysNoConfidenceHasTheNodesAndWhatNobodyListsHasNone) {
  IndicatorTally unsure = Fresh(0);
  unsure.confidence.reset();
  EXPECT_EQ(Score(unsure), 50);
  unsure.listed = 0;
  EXPECT_EQ(Score(unsure), 0);
  EXPECT_EQ(Score({}), 0);
}

TEST(IndicatorScoreTest, EachTeamThatDisputesItHalvesIt) {
  IndicatorTally tally = Fresh(80);
  tally.disputed_by = {"beta"};
  EXPECT_EQ(Score(tally), 40);
  tally.disputed_by = {"beta", "gamma"};
  EXPECT_EQ(Score(tally), 20);
}

TEST(IndicatorScoreTest, OneTeamLowersAndOnlySeveralTakeOut) {
  IndicatorTally tally = Fresh(80);
  tally.disputed_by = {"beta"};
  EXPECT_FALSE(IsTakenOut(tally, {}));
  tally.disputed_by = {"beta", "gamma"};
  EXPECT_TRUE(IsTakenOut(tally, {}));
  EXPECT_FALSE(IsTakenOut(tally, {.false_positive_teams = 3}));
  EXPECT_FALSE(IsTakenOut(Fresh(80), {}));
}

TEST(IndicatorScoreTest, FewerTeamsThanStandByItTakeNothingOut) {
  IndicatorTally tally = Fresh(80);
  tally.told_by = {"alpha", "delta", "epsilon"};
  tally.disputed_by = {"beta", "gamma"};
  EXPECT_FALSE(IsTakenOut(tally, {}));
  // One of them has changed its mind.
  tally.disputed_by = {"beta", "delta", "gamma"};
  EXPECT_TRUE(IsTakenOut(tally, {}));
}

TEST(IndicatorScoreTest, OurOwnWordIsEnoughForOurLists) {
  IndicatorTally tally = Fresh(80);
  tally.told_by = {"alpha", "delta", "epsilon"};
  tally.disputed_by = {"own"};
  tally.disputed_here = true;
  EXPECT_TRUE(IsTakenOut(tally, {}));
}

TEST(IndicatorScoreTest, TypesAreWrittenAsEverywhere) {
  EXPECT_EQ(IndicatorTypeWord(v1::INDICATOR_TYPE_IPV4_NET), "ipv4-net");
  EXPECT_EQ(IndicatorTypeWord(v1::INDICATOR_TYPE_SHA256), "sha256");
}

}  // namespace
}  // namespace renkei::feed
