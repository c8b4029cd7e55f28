#include "node/feed/upkeep.h"

#include <gtest/gtest.h>

#include "tests/support/feed_rig.h"

namespace renkei::feed {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing_support::FeedRig;
using testing_support::SampleDraft;

class UpkeepTest : public testing::Test {
 protected:
  UpkeepTest() { rig_.table.SetRung("beta", 8); }

  record::RecordId PublishUntil(std::optional<Timestamp> embargo) {
    record::Draft draft = SampleDraft();
    draft.header.embargo_until = embargo;
    const record::RecordId id = rig_.author.publisher->Publish(draft, {})->id;
    EXPECT_EQ(rig_.Push(rig_.author, "alpha").back(), absl::StatusCode::kOk);
    return id;
  }
  std::optional<Timestamp> Keep(int at_once = kUpkeepAtOnce) {
    const auto next = Upkeep(*rig_.hub.store, rig_.clock.Now(), at_once);
    EXPECT_TRUE(next.ok()) << next.status();
    return next.value_or(std::nullopt);
  }
  std::optional<Timestamp> Next() { return *NextEmbargoEnd(*rig_.hub.store); }
  // Whether what is withheld under embargo has come to the reader.
  bool CameWhole(const record::RecordId& id) {
    rig_.Pull(rig_.reader, "beta", cursor_);
    return (rig_.reader.HeldSections(id) & policy::Bit(policy::SectionId::kImpact)) != 0;
  }
  Timestamp In(seconds time) const { return rig_.clock.Now() + time; }

  FeedRig rig_;
  std::string cursor_;
};

TEST_F(UpkeepTest, EachEmbargoEndsWhenItIsDueAndNotBefore) {
  const record::RecordId last = PublishUntil(In(hours(5)));
  const record::RecordId first = PublishUntil(In(hours(1)));
  PublishUntil(std::nullopt);
  EXPECT_EQ(Keep(), In(hours(1)));
  rig_.clock.Advance(hours(1) - seconds(1));
  EXPECT_EQ(Keep(), In(seconds(1)));
  EXPECT_FALSE(CameWhole(first));
  rig_.clock.Advance(seconds(1));
  EXPECT_EQ(Keep(), In(hours(4)));
  EXPECT_TRUE(CameWhole(first));
  EXPECT_FALSE(CameWhole(last));
  rig_.clock.Advance(hours(4));
  EXPECT_EQ(Keep(), std::nullopt);
  EXPECT_TRUE(CameWhole(last));
}

TEST_F(UpkeepTest, AnEmbargoThatEndsBeforeAllOthersIsPlannedAnew) {
  PublishUntil(In(hours(5)));
  EXPECT_EQ(Keep(), In(hours(5)));
  PublishUntil(In(hours(2)));
  EXPECT_EQ(Next(), In(hours(2)));
}

TEST_F(UpkeepTest, AnEmbargoThatEndedWhileTheNodeWasAwayEndsAtItsStart) {
  const record::RecordId id = PublishUntil(In(hours(1)));
  Keep();
  const Timestamp end = In(hours(1));
  rig_.clock.Advance(hours(3));
  rig_.hub.Reopen();
  EXPECT_EQ(Next(), end);
  EXPECT_EQ(UpkeepPause(rig_.clock.Now(), Next()), seconds(0));
  EXPECT_EQ(Keep(), std::nullopt);
  EXPECT_TRUE(CameWhole(id));
}

TEST_F(UpkeepTest, WhatIsTooMuchAtOnceIsDueAtOnce) {
  std::vector<record::RecordId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(PublishUntil(In(hours(1) + seconds(i))));
  const Timestamp third = In(hours(1) + seconds(2));
  rig_.clock.Advance(hours(2));
  EXPECT_EQ(Keep(2), third);
  EXPECT_EQ(UpkeepPause(rig_.clock.Now(), third), seconds(0));
  EXPECT_TRUE(CameWhole(ids[1]));
  Keep(2);
  EXPECT_EQ(Keep(2), std::nullopt);
  for (const record::RecordId& id : ids) EXPECT_TRUE(CameWhole(id));
}

TEST_F(UpkeepTest, WhatExpiredIsGoneAtOnceAndItsRoomLater) {
  const record::RecordId id = PublishUntil(std::nullopt);
  ASSERT_TRUE(rig_.hub.Find(id));
  rig_.clock.Advance(rig_.hub.Find(id)->expires - rig_.clock.Now());
  EXPECT_FALSE(CameWhole(id));
  Keep();
  EXPECT_TRUE(rig_.hub.Find(id));
  rig_.clock.Advance(hours(24 * 365));
  Keep();
  EXPECT_FALSE(rig_.hub.Find(id));
}

TEST(UpkeepPauseTest, IsUntilWhatIsDueAndNeverLongerThanAMinute) {
  const Timestamp now = FromUnixSeconds(1'000);
  EXPECT_EQ(UpkeepPause(now, std::nullopt), kUpkeepEvery);
  EXPECT_EQ(UpkeepPause(now, now + seconds(7)), seconds(7));
  EXPECT_EQ(UpkeepPause(now, now + hours(7)), kUpkeepEvery);
  EXPECT_EQ(UpkeepPause(now, now - hours(7)), seconds(0));
  EXPECT_EQ(UpkeepPause(now, Timestamp::max()), kUpkeepEvery);
}

}  // namespace
}  // namespace renkei::feed
