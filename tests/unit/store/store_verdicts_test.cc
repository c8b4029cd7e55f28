// What teams say of indicators: counted by team, disputed, answered.
#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/store/indicators_suite.h"

namespace renkei::store {
namespace {

class VerdictsTest : public IndicatorsSuite {};

TEST_P(VerdictsTest, TeamsAreCountedOnceAndTheLastTimeIsNoLaterThanSaid) {
  record::Draft dated = DraftOf({evil_});
  v1::Indicator& indicator = *dated.sections.mutable_indicators()->mutable_indicators(0);
  const std::int64_t now = UnixSeconds(testing_support::kNow);
  indicator.set_first_seen_us((now - 1000) * 1'000'000);
  indicator.set_last_seen_us((now + 1000) * 1'000'000);
  indicator.set_confidence(80);
  Put(RowFor(1, dated, "alpha"));
  Put(RowFor(2, DraftOf({evil_}), "alpha"));
  Put(RowFor(3, VerdictOn(evil_, v1::VERDICT_SEEN), "beta", std::chrono::seconds(60)));
  Put(RowFor(4, VerdictOn(evil_, v1::VERDICT_SEEN), ""));
  const IndicatorTally tally = TallyOf(evil_);
  EXPECT_EQ(tally.told_by, (Strings{"alpha", "beta"}));
  EXPECT_EQ(tally.unnamed, 1);
  EXPECT_EQ(tally.listed, 2);
  EXPECT_EQ(tally.confidence, 80);
  EXPECT_EQ(UnixSeconds(*tally.first_seen), now - 1000);
  EXPECT_EQ(UnixSeconds(*tally.last_seen), now + 60);
  EXPECT_TRUE(tally.disputed_by.empty());
}

TEST_P(VerdictsTest, AVerdictOfATeamByNameIsCountedWhereverTheIndicatorIs) {
  PutSaid(1, {evil_, other_}, "alpha");
  PutSaid(2, {evil_}, "delta");
  Put(RowFor(3, VerdictOn(evil_, v1::VERDICT_FALSE_POSITIVE), "beta"));
  Put(RowFor(4, VerdictOn(evil_, v1::VERDICT_FALSE_POSITIVE), "beta"));
  Put(RowFor(5, VerdictOn(evil_, v1::VERDICT_FALSE_POSITIVE), ""));
  EXPECT_EQ(TallyOf(evil_).disputed_by, Strings{"beta"});
  EXPECT_TRUE(TallyOf(other_).disputed_by.empty());
  const RecordId first = IdOf(1);
  Put(RowFor(6, VerdictOn({v1::INDICATOR_TYPE_UNSPECIFIED, ""}, v1::VERDICT_FALSE_POSITIVE, &first),
             "gamma"));
  EXPECT_EQ(TallyOf(evil_).disputed_by, (Strings{"beta", "gamma"}));
  EXPECT_EQ(TallyOf(other_).disputed_by, Strings{"gamma"});
  const auto disputed = AskIndex(
      [&](const IndicatorReader& reader) { return reader.Disputed(clock_.Now(), 1, 100); });
  EXPECT_EQ(disputed.size(), 2U);
}

TEST_P(VerdictsTest, ATeamThatListsAndDisputesWithoutEndHidesNobody) {
  record::Draft sure = DraftOf({evil_});
  sure.sections.mutable_indicators()->mutable_indicators(0)->set_confidence(90);
  Put(RowFor(1, sure, "alpha"));
  Put(RowFor(2, VerdictOn(evil_, v1::VERDICT_SEEN), "beta", std::chrono::seconds(60)));
  const RecordId first = IdOf(1);
  Put(RowFor(3, VerdictOn({v1::INDICATOR_TYPE_UNSPECIFIED, ""}, v1::VERDICT_FALSE_POSITIVE, &first),
             "gamma"));
  Flood(evil_, "mallory", 1100);
  Flood(evil_, "", 1100);
  const IndicatorTally tally = TallyOf(evil_);
  EXPECT_EQ(tally.told_by, (Strings{"alpha", "beta", "mallory"}));
  EXPECT_EQ(tally.disputed_by, (Strings{"gamma", "mallory"}));
  EXPECT_EQ(tally.confidence, 90);
  EXPECT_EQ(tally.listed, 1 + kTellingsOfTeam + kTellingsUnnamed);
}

TEST_P(VerdictsTest, ATeamThatSawItOftenStillListsIt) {
  PutSaid(1, {evil_}, "alpha");
  Write([&](Writer& writer) {
    const RecordRow row = RowFor(0, VerdictOn(evil_, v1::VERDICT_SEEN), "alpha");
    for (std::uint32_t n = 0; n < 2 * kTellingsOfTeam; ++n) {
      RecordRow one = row;
      one.id = IdOf(10 + n);
      EXPECT_OK(writer.PutRecord(one).status());
    }
  });
  EXPECT_EQ(TallyOf(evil_).listed, 1);
}

TEST_P(VerdictsTest, WhatTwoTeamsDisputeIsListedHoweverMuchAThirdDisputes) {
  PutSaid(1, {evil_, other_}, "alpha");
  Put(RowFor(2, VerdictOn(evil_, v1::VERDICT_FALSE_POSITIVE), "beta"));
  const RecordId first = IdOf(1);
  Put(RowFor(3, VerdictOn({v1::INDICATOR_TYPE_UNSPECIFIED, ""}, v1::VERDICT_FALSE_POSITIVE, &first),
             "gamma"));
  std::vector<Said> many;
  for (int n = 0; n < 40; ++n) many.push_back({.value = fmt::format("n{}.example", n)});
  PutSaid(4, many, "delta");
  for (std::uint32_t n = 0; n < 40; ++n) {
    Put(RowFor(10 + n, VerdictOn(many[n], v1::VERDICT_FALSE_POSITIVE), "mallory"));
  }
  const auto keys = [&](int teams, int limit) {
    return AskIndex(
        [&](const IndicatorReader& reader) { return reader.Disputed(clock_.Now(), teams, limit); });
  };
  const auto evil = KeyOf(evil_.type, evil_.value).key;
  EXPECT_EQ(keys(2, 9), std::vector<IndicatorKey>{evil});
  // Two of beta and gamma, three of mallory.
  const auto each = keys(1, 9);
  EXPECT_EQ(each.size(), 2U + 3U);
  EXPECT_EQ(std::count(each.begin(), each.end(), evil), 1);
  EXPECT_EQ(keys(3, 1000), std::vector<IndicatorKey>{});
}

TEST_P(VerdictsTest, OurOwnVerdictIsListedWithoutOthers) {
  PutSaid(1, {evil_}, "alpha");
  RecordRow own = RowFor(2, VerdictOn(evil_, v1::VERDICT_FALSE_POSITIVE), "beta");
  own.own = true;
  Put(own);
  const auto keys = AskIndex(
      [&](const IndicatorReader& reader) { return reader.Disputed(clock_.Now(), 2, 100); });
  EXPECT_EQ(keys, std::vector<IndicatorKey>{KeyOf(evil_.type, evil_.value).key});
}

TEST_P(VerdictsTest, TheAuthorIsToldOfEachTeamHoweverOftenOneDisputes) {
  RecordRow own = RowFor(1, DraftOf({evil_}), "alpha");
  own.own = true;
  Put(own);
  Put(RowFor(2, VerdictOn(evil_, v1::VERDICT_FALSE_POSITIVE), "omega"));
  Flood(evil_, "mallory", 30);
  const RecordId first = IdOf(1);
  const auto disputes = AskIndex(
      [&](const IndicatorReader& reader) { return reader.DisputesOf(first, clock_.Now(), 10); });
  ASSERT_EQ(disputes.size(), 2U);
  EXPECT_EQ(disputes[0].team, "mallory");
  EXPECT_EQ(disputes[1].team, "omega");
  EXPECT_FALSE(disputes[1].answered);
  // The answer: a revision that is newer than all of them.
  RecordRow answer = RowFor(1, DraftOf({evil_}), "alpha", std::chrono::seconds(60));
  answer.own = true;
  Put(answer);
  EXPECT_TRUE(AskIndex([&](const IndicatorReader& reader) {
                return reader.OwnDisputed(clock_.Now(), 10);
              }).empty());
  const auto answered = AskIndex(
      [&](const IndicatorReader& reader) { return reader.DisputesOf(first, clock_.Now(), 10); });
  ASSERT_EQ(answered.size(), 2U);
  EXPECT_TRUE(answered[1].answered);
}

TEST_P(VerdictsTest, TheAuthorIsToldWhichTeamsDisputeWhat) {
  RecordRow own = RowFor(1, DraftOf({evil_, other_}), "alpha");
  own.own = true;
  Put(own);
  PutSaid(2, {other_}, "beta");
  const RecordId first = IdOf(1);
  Put(RowFor(3, VerdictOn(evil_, v1::VERDICT_FALSE_POSITIVE, &first), "beta"));
  Put(RowFor(4, VerdictOn({v1::INDICATOR_TYPE_UNSPECIFIED, ""}, v1::VERDICT_FALSE_POSITIVE, &first),
             "gamma"));
  Put(RowFor(5, VerdictOn(other_, v1::VERDICT_FALSE_POSITIVE, &first), "alpha"));
  const auto disputes = AskIndex(
      [&](const IndicatorReader& reader) { return reader.DisputesOf(first, clock_.Now(), 10); });
  ASSERT_EQ(disputes.size(), 2U);
  EXPECT_EQ(disputes[0].team, "gamma");
  EXPECT_EQ(disputes[0].value, "");
  EXPECT_EQ(disputes[1].team, "beta");
  EXPECT_EQ(disputes[1].value, "evil.example");
  const auto records =
      AskIndex([&](const IndicatorReader& reader) { return reader.OwnDisputed(clock_.Now(), 10); });
  EXPECT_EQ(records, std::vector<RecordId>{first});
}

// With a hundred teams that dispute, an equal share was left for our own verdicts.
TEST_P(VerdictsTest, NoneOfOurOwnVerdictsIsLeftOutForThoseOfOthers) {
  PutSaid(1, {evil_, other_});
  for (std::uint32_t n = 0; n < 2; ++n) {
    RecordRow own =
        RowFor(2 + n, VerdictOn(n == 0 ? evil_ : other_, v1::VERDICT_FALSE_POSITIVE), "home");
    own.own = true;
    Put(own);
  }
  for (std::uint32_t n = 0; n < 5; ++n) {
    Put(RowFor(10 + n, VerdictOn({.value = "else.example"}, v1::VERDICT_FALSE_POSITIVE),
               fmt::format("team-{}", n)));
  }
  // One verdict of each of the others.
  const auto disputed =
      AskIndex([&](const IndicatorReader& reader) { return reader.Disputed(clock_.Now(), 9, 6); });
  EXPECT_EQ(disputed.size(), 2U);
}

TEST_P(VerdictsTest, ChangesRiseWhenAVerdictOrWhatItIsAboutDoes) {
  const auto rises = [&](const auto& work) {
    const std::uint64_t before = FindIndicatorStore(*store_)->verdict_changes();
    work();
    return FindIndicatorStore(*store_)->verdict_changes() > before;
  };
  EXPECT_FALSE(rises([&] { PutSaid(1, {evil_}); }));
  EXPECT_TRUE(rises([&] { Put(RowFor(2, VerdictOn(evil_, v1::VERDICT_FALSE_POSITIVE), "beta")); }));
  EXPECT_FALSE(rises([&] { PutSaid(3, {other_}); }));
  EXPECT_TRUE(rises([&] { PutSaid(4, {other_, evil_}, "gamma"); }));
  EXPECT_TRUE(rises([&] { Write([](Writer& writer) { EXPECT_OK(writer.DropRecord(IdOf(4))); }); }));
  EXPECT_FALSE(rises([&] { Put(RowFor(5, VerdictOn(other_, v1::VERDICT_SEEN), "beta")); }));
  // A verdict on a record as a whole, before the record is there.
  const RecordId later = IdOf(7);
  EXPECT_TRUE(
      rises([&] { Put(RowFor(6, VerdictOn({}, v1::VERDICT_FALSE_POSITIVE, &later), "beta")); }));
  EXPECT_TRUE(rises([&] { PutSaid(7, {{.value = "new.example"}}); }));
  EXPECT_TRUE(rises([&] { Write([](Writer& writer) { EXPECT_OK(writer.DropRecord(IdOf(2))); }); }));
  EXPECT_FALSE(rises(
      [&] { Write([](Writer& writer) { EXPECT_OK(writer.PutObject("kind", "key", "value")); }); }));
}

INSTANTIATE_TEST_SUITE_P(Backends, VerdictsTest, testing::ValuesIn(Backends()), BackendName);

}  // namespace
}  // namespace renkei::store
