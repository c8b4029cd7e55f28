#include "node/feed/month_statistics.h"

#include <gtest/gtest.h>

#include "tests/support/feed_rig.h"

namespace renkei::feed {
namespace {

using testing_support::FeedRig;
using testing_support::SampleDraft;

Timestamp Day(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                               static_cast<int>(day)};
}

TEST(DueMonthTest, IsTheOldestUnpublishedOneThatEndedAWeekAgo) {
  const Timestamp founded = Day(2031, 3, 20);
  EXPECT_EQ(DueMonth("", founded, Day(2031, 4, 7)), std::nullopt);
  EXPECT_EQ(DueMonth("", founded, Day(2031, 4, 8)), "2031-03");
  EXPECT_EQ(DueMonth("", founded, Day(2031, 7, 9)), "2031-03");
  EXPECT_EQ(DueMonth("2031-03", founded, Day(2031, 4, 30)), std::nullopt);
  EXPECT_EQ(DueMonth("2031-03", founded, Day(2031, 7, 9)), "2031-04");
  EXPECT_EQ(DueMonth("2031-12", founded, Day(2032, 2, 8)), "2032-01");
  EXPECT_EQ(DueMonth("2031-12", founded, Day(2031, 1, 1)), std::nullopt) << "a clock set back";
}

TEST(DueMonthTest, AfterALongAbsenceOnlyAsManyMonthsAsAreKept) {
  EXPECT_EQ(DueMonth("2031-03", Day(2031, 3, 1), Day(2041, 4, 8)), "2039-04");
}

class CountedTest : public testing::Test {
 protected:
  CountedTest() {
    subject_.author = "alpha";
    subject_.circles = {"members"};
    subject_.header.kind = policy::Kind::kIncident;
    subject_.header.tlp = policy::Tlp::kAmber;
    subject_.header.source = policy::SourceMode::kAttributed;
    subject_.header.type = *policy::RsitFromWord("fraud/phishing");
    subject_.header.expires = now_ + std::chrono::hours(1);
  }
  bool Counts() const { return Counted(subject_, now_).has_value(); }

  const Timestamp now_ = testing_support::kNow;
  Subject subject_;
};

TEST_F(CountedTest, TypeSectorAndTeamAreTheHeaders) {
  auto counted = Counted(subject_, now_);
  ASSERT_TRUE(counted.has_value());
  EXPECT_EQ(counted->team, "alpha");
  EXPECT_EQ(counted->type, "fraud/phishing");
  EXPECT_EQ(counted->sector, anonymize::kNotSaid);
  subject_.header.sectors = {"energy"};
  subject_.header.type = 0;
  counted = Counted(subject_, now_);
  EXPECT_EQ(counted->type, anonymize::kNotSaid);
  EXPECT_EQ(counted->sector, "energy");
  subject_.header.sectors = {"energy", "rail"};
  EXPECT_EQ(Counted(subject_, now_)->sector, anonymize::kSeveral);
}

TEST_F(CountedTest, AnUnnamedRecordIsOfNoTeamWhateverIsKnown) {
  subject_.header.source = policy::SourceMode::kPseudonymous;
  EXPECT_EQ(Counted(subject_, now_)->team, "");
}

TEST_F(CountedTest, WhatNotEveryoneMayKnowOfDoesNotCount) {
  EXPECT_TRUE(Counts());
  subject_.header.tlp = policy::Tlp::kAmberStrict;
  EXPECT_FALSE(Counts());
  subject_.header.tlp = policy::Tlp::kGreen;
  subject_.header.min_level = 4;
  EXPECT_FALSE(Counts());
  subject_.header.min_level = 0;
  subject_.circles = {"energy"};
  EXPECT_FALSE(Counts());
  subject_.circles = {"energy", "members"};
  EXPECT_TRUE(Counts());
  subject_.header.recipients.resize(1);
  EXPECT_FALSE(Counts());
  subject_.header.recipients.clear();
  subject_.header.embargo_until = now_ + std::chrono::hours(1);
  EXPECT_FALSE(Counts());
  subject_.header.embargo_until = now_;
  EXPECT_TRUE(Counts());
}

TEST_F(CountedTest, DrillsSightingsAndRequestsDoNotCount) {
  subject_.header.exercise = true;
  EXPECT_FALSE(Counts());
  subject_.header.exercise = false;
  for (const policy::Kind kind :
       {policy::Kind::kSighting, policy::Kind::kRequest, policy::Kind::kWithdrawal}) {
    subject_.header.kind = kind;
    EXPECT_FALSE(Counts());
  }
}

TEST(CountStatisticsTest, CountsTheMonthsLiveRecordsOnceEach) {
  FeedRig rig;
  const std::string month = MonthText(testing_support::kNow);
  const auto put = [&rig](const std::string& author, const std::string& sector, Timestamp issued,
                          bool withdrawn = false) {
    record::Draft draft = SampleDraft();
    draft.header.sectors = {sector};
    record::SealPlan plan = testing_support::SamplePlan();
    plan.issued = issued;
    plan.expires = testing_support::kNow + std::chrono::hours(24 * 60);
    const record::Record record =
        testing_support::SampleRecord(crypto::SigningKey::Generate(), draft, plan);
    store::RecordRow row = MakeRow(record);
    row.author = author;
    row.circles = JoinCircles(record.header().circles);
    row.received = issued;
    if (withdrawn) row.state = store::RecordState::kWithdrawn;
    ASSERT_TRUE(
        rig.hub.store->Commit([&](store::Writer& writer) { return writer.PutRecord(row).status(); })
            .ok());
  };
  for (int team = 0; team < 5; ++team) {
    const std::string slug = fmt::format("team-{}", team);
    for (int i = 0; i < 3; ++i) {
      put(slug, "energy", testing_support::kNow);
      put(slug, "rail", testing_support::kNow);
    }
    put(slug, "energy", testing_support::kNow - std::chrono::hours(24 * 40));
    put(slug, "rail", testing_support::kNow, /*withdrawn=*/true);
  }
  const auto counted =
      CountStatistics(*rig.hub.store, rig.hub.community, month, testing_support::kNow);
  ASSERT_TRUE(counted.ok()) << counted.status();
  const std::vector<anonymize::StatisticsCell> sectors = {{"energy", 15}, {"rail", 15}};
  EXPECT_EQ(counted->sectors, sectors);
  const std::vector<anonymize::StatisticsCell> types = {{std::string(anonymize::kNotSaid), 30}};
  EXPECT_EQ(counted->types, types);
  const auto nothing =
      CountStatistics(*rig.hub.store, rig.hub.community, "2001-01", testing_support::kNow);
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(*nothing, anonymize::MonthStatistics{});
}

}  // namespace
}  // namespace renkei::feed
