// The index of indicators: kept with the records, searched by value, place and marks.
#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/store/indicators_suite.h"

namespace renkei::store {
namespace {

class StoreIndicatorsTest : public IndicatorsSuite {};

TEST_P(StoreIndicatorsTest, AValueIsFoundHoweverItIsWritten) {
  PutSaid(1, {{v1::INDICATOR_TYPE_DOMAIN, "EVIL[.]example"}});
  PutSaid(2, {{v1::INDICATOR_TYPE_HOSTNAME, "evil.example."}, other_});
  EXPECT_EQ(FoundByValue("Evil(dot)example"), (Strings{"2.evil.example", "1.evil.example"}));
  EXPECT_EQ(FoundByValue("nothing.example"), Strings{});
}

TEST_P(StoreIndicatorsTest, ARevisionAWithdrawalAndARetractionTakeOutWhatIsGone) {
  PutSaid(1, {evil_, other_});
  PutSaid(2, {evil_});
  Put(RowFor(1, DraftOf({other_})));
  EXPECT_EQ(FoundByValue("evil.example"), Strings{"2.evil.example"});
  RecordRow withdrawn = RowFor(2, DraftOf({evil_}));
  withdrawn.state = RecordState::kWithdrawn;
  Put(withdrawn);
  EXPECT_EQ(FoundByValue("evil.example"), Strings{});
  Write([](Writer& writer) { EXPECT_OK(writer.DropRecord(IdOf(1))); });
  EXPECT_EQ(Found({}), Strings{});
  EXPECT_TRUE(TallyOf(other_).told_by.empty());
}

TEST_P(StoreIndicatorsTest, WhatHasExpiredIsNotFoundAndThenNotKept) {
  PutSaid(1, {evil_});
  clock_.Advance(std::chrono::hours(25));
  EXPECT_EQ(FoundByValue("evil.example"), Strings{});
  EXPECT_EQ(TallyOf(evil_).listed, 0);
  Write([&](Writer& writer) { EXPECT_OK(writer.DropExpired(clock_.Now(), 10).status()); });
  EXPECT_EQ(Found({}), Strings{});
}

TEST_P(StoreIndicatorsTest, OnlySectionsThatAreHeldAreInTheIndex) {
  record::Draft draft = DraftOf({evil_});
  draft.sections.mutable_summary()->add_labels("case:seven");
  RecordRow row = RowFor(1, draft);
  const auto record = record::Record::FromStored(row.stored);
  ASSERT_TRUE(record.ok());
  record::Record less = *record;
  less.Keep(policy::Bit(policy::SectionId::kSummary));
  row.stored = less.ToStored();
  Put(row);
  EXPECT_EQ(FoundByValue("evil.example"), Strings{});
  EXPECT_EQ(Found({.tag = "Case:Seven"}), Strings{"1."});
  Write([&](Writer& writer) {
    EXPECT_OK(writer.UpdateStored(IdOf(1), record->ToStored(), "attested"));
  });
  EXPECT_EQ(FoundByValue("evil.example"), Strings{"1.evil.example"});
}

TEST_P(StoreIndicatorsTest, EachMarkFindsItsRecordsNewestFirst) {
  using std::chrono::hours;
  record::Draft draft = DraftOf({evil_, {v1::INDICATOR_TYPE_IPV4, "198.51.100.7"}});
  draft.header.tags = {"phishing"};
  draft.sections.mutable_techniques()->add_techniques()->set_id("T1566.002");
  Put(RowFor(1, draft, "alpha"));
  PutSaid(2, {other_}, "beta", hours(1));
  draft.header.kind = policy::Kind::kIncident;
  Put(RowFor(3, draft, "beta", hours(2)));
  const Timestamp start = testing_support::kNow;
  EXPECT_EQ(Found({.tag = "phishing"}),
            (Strings{"3.evil.example", "3.198.51.100.7", "1.evil.example", "1.198.51.100.7"}));
  EXPECT_EQ(Found({.type = v1::INDICATOR_TYPE_IPV4}),
            (Strings{"3.198.51.100.7", "1.198.51.100.7"}));
  EXPECT_EQ(Found({.type = v1::INDICATOR_TYPE_DOMAIN, .team = "beta"}),
            (Strings{"3.evil.example", "2.other.example"}));
  EXPECT_EQ(Found({.type = v1::INDICATOR_TYPE_DOMAIN, .technique = "t1566"}),
            (Strings{"3.evil.example", "1.evil.example"}));
  EXPECT_EQ(Found({.kind = policy::Kind::kIndicators, .technique = "T1566.002"}),
            (Strings{"1.evil.example", "1.198.51.100.7"}));
  EXPECT_EQ(Found({.since = start + hours(1), .until = start + hours(2)}),
            Strings{"2.other.example"});
  const auto members = record::MakeCircleId("community.example", "members");
  EXPECT_EQ(Found({.tag = "phishing", .circle = members, .until = start + hours(1)}).size(), 2U);
  EXPECT_EQ(Found({.circle = record::MakeCircleId("community.example", "none")}), Strings{});
  EXPECT_EQ(Found({.team = "gamma"}), Strings{});
}

TEST_P(StoreIndicatorsTest, WhatLiesUnderANameOrANetworkIsFound) {
  PutSaid(1, {{v1::INDICATOR_TYPE_URL, "http://www.evil.example/a"},
              {v1::INDICATOR_TYPE_URL, "http://www.evil.example/b"},
              evil_,
              {v1::INDICATOR_TYPE_DOMAIN, "notevil.example"},
              {v1::INDICATOR_TYPE_IPV4, "198.51.100.7"},
              {v1::INDICATOR_TYPE_IPV4_NET, "198.51.100.0/28"}});
  IndicatorQuery query{.under = record::PlacesUnder("evil.example"), .limit = 1};
  EXPECT_EQ(Found(query), (Strings{"1.evil.example", "1.http://www.evil.example/a",
                                   "1.http://www.evil.example/b"}));
  query.under = record::PlacesUnder("198.51.100.0/24");
  EXPECT_EQ(Found(query), (Strings{"1.198.51.100.0/28", "1.198.51.100.7"}));
  query.type = v1::INDICATOR_TYPE_IPV4;
  EXPECT_EQ(Found(query), Strings{"1.198.51.100.7"});
  EXPECT_EQ(
      [&] {
        IndicatorQuery around;
        around.keys = record::NetworksAround("198.51.100.9");
        return Found(around);
      }(),
      Strings{"1.198.51.100.0/28"});
}

TEST_P(StoreIndicatorsTest, PagesOfAnySizeGiveEachHitOnce) {
  for (std::uint32_t n = 1; n <= 7; ++n) {
    PutSaid(n, {evil_, {v1::INDICATOR_TYPE_DOMAIN, fmt::format("n{}.example", n)}}, "alpha",
            std::chrono::seconds(n / 2));
  }
  IndicatorQuery by_value;
  by_value.keys = {KeyOf(evil_.type, evil_.value).key, KeyOf(other_.type, "n3.example").key};
  const Strings values = Found(by_value);
  EXPECT_EQ(values.size(), 8U);
  const Strings all = Found({});
  EXPECT_EQ(all.size(), 14U);
  for (int limit = 1; limit <= 15; ++limit) {
    by_value.limit = limit;
    EXPECT_EQ(Found(by_value), values) << limit;
    EXPECT_EQ(Found({.limit = limit}), all) << limit;
  }
  EXPECT_FALSE(AskIndex([](const IndicatorReader& reader) -> absl::StatusOr<bool> {
    return reader.Search({.after = "short"}, Timestamp()).ok();
  }));
}

TEST_P(StoreIndicatorsTest, ExercisesAreNotInTheIndexAndRecordsWithoutIndicatorsAre) {
  record::Draft drill = DraftOf({evil_});
  drill.header.exercise = true;
  Put(RowFor(1, drill));
  Put(RowFor(2, DraftOf({})));
  EXPECT_EQ(Found({}), Strings{"2."});
  EXPECT_EQ(Found({.type = v1::INDICATOR_TYPE_DOMAIN}), Strings{});
}

INSTANTIATE_TEST_SUITE_P(Backends, StoreIndicatorsTest, testing::ValuesIn(Backends()), BackendName);

}  // namespace
}  // namespace renkei::store
