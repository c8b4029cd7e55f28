// The index of indicators: kept with the records, searched by value, place and marks.
#include <algorithm>
#include <map>
#include <set>

#include "node/store/indicators.h"
#include "tests/support/record_for_tests.h"
#include "tests/unit/store/store_suite.h"

namespace renkei::store {
namespace {

using record::KeyOf;

struct Said {
  v1::IndicatorType type = v1::INDICATOR_TYPE_DOMAIN;
  std::string value{};
};

class StoreIndicatorsTest : public StoreSuite {
 protected:
  record::Draft DraftOf(const std::vector<Said>& said) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kIndicators;
    draft.header.tlp = policy::Tlp::kGreen;
    for (const Said& one : said) {
      v1::Indicator& indicator = *draft.sections.mutable_indicators()->add_indicators();
      indicator.set_ref(fmt::format("{}", draft.sections.indicators().indicators_size()));
      indicator.set_type(one.type);
      indicator.set_value(one.value);
    }
    return draft;
  }
  record::Draft VerdictOn(const Said& said, v1::Verdict verdict, const RecordId* about = nullptr) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kSighting;
    draft.header.tlp = policy::Tlp::kGreen;
    if (about != nullptr) draft.header.about = record::About{.record_id = *about};
    v1::Sighting& sighting = *draft.sections.mutable_indicators()->add_sightings();
    sighting.set_type(said.type);
    sighting.set_value(said.value);
    sighting.set_verdict(verdict);
    return draft;
  }
  RecordRow RowFor(std::uint32_t n, const record::Draft& draft, const std::string& author = "alpha",
                   std::chrono::seconds later = {}) {
    record::SealPlan plan = testing_support::SamplePlan();
    plan.issued += later;
    plan.expires += later;
    const record::Record record = testing_support::SampleRecord(key_, draft, plan);
    RecordRow row = RowOf(n);
    row.kind = draft.header.kind;
    row.author = author;
    row.issued = plan.issued;
    row.expires = plan.expires;
    row.header = record.header_bytes();
    row.stored = record.ToStored();
    return row;
  }
  void PutSaid(std::uint32_t n, const std::vector<Said>& said, const std::string& author = "alpha",
               std::chrono::seconds later = {}) {
    Put(RowFor(n, DraftOf(said), author, later));
  }
  // So many records of one team that list it, and as many that dispute it.
  void Flood(const Said& said, const std::string& team, std::uint32_t records) {
    const RecordRow listing = RowFor(0, DraftOf({said}), team);
    const RecordRow verdict = RowFor(0, VerdictOn(said, v1::VERDICT_FALSE_POSITIVE), team);
    Write([&](Writer& writer) {
      for (std::uint32_t n = 0; n < 2 * records; ++n) {
        RecordRow row = n % 2 == 0 ? listing : verdict;
        row.id = IdOf(next_flood_++);
        EXPECT_OK(writer.PutRecord(row).status());
      }
    });
  }
  template <class Query>
  auto AskIndex(Query query) {
    using Answer = typename decltype(query(std::declval<const IndicatorReader&>()))::value_type;
    Answer answer{};
    EXPECT_OK(FindIndicatorStore(*store_)->ReadIndicators(
        [&](const Reader&, const IndicatorReader& reader) -> absl::Status {
          ASSIGN_OR_RETURN(answer, query(reader));
          return absl::OkStatus();
        }));
    return answer;
  }
  IndicatorPage Page(const IndicatorQuery& query) {
    return AskIndex(
        [&](const IndicatorReader& reader) { return reader.Search(query, clock_.Now()); });
  }
  // `record.value` of all pages, in order.
  std::vector<std::string> Found(IndicatorQuery query) {
    std::vector<std::string> found;
    for (int pages = 0; pages < 100; ++pages) {
      const IndicatorPage page = Page(query);
      for (const IndicatorHit& hit : page.hits) {
        found.push_back(fmt::format("{}.{}", Number(hit.record), hit.value));
      }
      if (page.next.empty()) return found;
      query.after = page.next;
    }
    ADD_FAILURE() << "the pages do not end";
    return found;
  }
  std::vector<std::string> FoundByValue(std::string_view value) {
    IndicatorQuery query;
    for (const auto& one : record::KeysOfAnyType(value)) query.keys.push_back(one.key);
    return Found(query);
  }
  IndicatorTally TallyOf(const Said& said) {
    return AskIndex([&](const IndicatorReader& reader) {
      return reader.Tally(KeyOf(said.type, said.value).key, clock_.Now());
    });
  }
  static std::uint32_t Number(const RecordId& id) { return ByteReader(id.view()).U32(); }

  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
  const Said evil_{.value = "evil.example"};
  const Said other_{.value = "other.example"};
  std::uint32_t next_flood_ = 100'000;
};

using Strings = std::vector<std::string>;

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

TEST_P(StoreIndicatorsTest, TeamsAreCountedOnceAndTheLastTimeIsNoLaterThanSaid) {
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

TEST_P(StoreIndicatorsTest, AVerdictOfATeamByNameIsCountedWhereverTheIndicatorIs) {
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

TEST_P(StoreIndicatorsTest, ATeamThatListsAndDisputesWithoutEndHidesNobody) {
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

TEST_P(StoreIndicatorsTest, ATeamThatSawItOftenStillListsIt) {
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

TEST_P(StoreIndicatorsTest, WhatTwoTeamsDisputeIsListedHoweverMuchAThirdDisputes) {
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

TEST_P(StoreIndicatorsTest, OurOwnVerdictIsListedWithoutOthers) {
  PutSaid(1, {evil_}, "alpha");
  RecordRow own = RowFor(2, VerdictOn(evil_, v1::VERDICT_FALSE_POSITIVE), "beta");
  own.own = true;
  Put(own);
  const auto keys = AskIndex(
      [&](const IndicatorReader& reader) { return reader.Disputed(clock_.Now(), 2, 100); });
  EXPECT_EQ(keys, std::vector<IndicatorKey>{KeyOf(evil_.type, evil_.value).key});
}

TEST_P(StoreIndicatorsTest, TheAuthorIsToldOfEachTeamHoweverOftenOneDisputes) {
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

TEST_P(StoreIndicatorsTest, TheAuthorIsToldWhichTeamsDisputeWhat) {
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

INSTANTIATE_TEST_SUITE_P(Backends, StoreIndicatorsTest, testing::ValuesIn(Backends()), BackendName);

}  // namespace
}  // namespace renkei::store
