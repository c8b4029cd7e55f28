// What TAXII readers are told when what a record shows them changes without a new entry of the
// feed: by verdicts, by what is held of it, by time.

#include <map>

#include "node/gateway/limits.h"
#include "node/gateway/saved_searches.h"
#include "node/gateway/taken_out.h"
#include "tests/unit/gateway/taxii_reader_fixture.h"

namespace renkei::gateway {
namespace {

class TaxiiViewsTest : public TaxiiReaderFixture {};

TEST_F(TaxiiViewsTest, AVerdictTakenBackHasOnlyTheRecordsThatListItsValueLookedAtAgain) {
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  Publish(DraftOf("203.0.113.2"));
  Publish(DraftOf("203.0.113.3"));
  ReadOn();
  const store::ShownPlace before = View().place;
  const record::RecordId verdict = SayFalse(id, "203.0.113.1");
  ReadOn();
  EXPECT_EQ(View().place.looked, before.looked);
  TakeBack(verdict);
  ReadOn();
  const store::ShownPlace after = View().place;
  EXPECT_EQ(after.basis, before.basis);
  EXPECT_EQ(after.looked, before.looked + 1);
}

// A walk that had not come to the record let its row stand, behind the reader's back.
TEST_F(TaxiiViewsTest, AnIndicatorThatComesBackComesAtTheEndOfEachReading) {
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  ReadOn();
  const std::set<std::string> all = std::exchange(had_, {});
  for (int turn = 0; turn < 3; ++turn) {
    const record::RecordId verdict = SayFalse(id, "203.0.113.1");
    ReadOn();
    const std::set<std::string> without = Now();
    std::vector<std::string> gone;
    std::set_difference(all.begin(), all.end(), without.begin(), without.end(),
                        std::back_inserter(gone));
    ASSERT_EQ(gone.size(), 1U);
    had_.clear();
    TakeBack(verdict);
    ReadOn();
    EXPECT_EQ(had_.count(gone[0]), 1U) << turn;
  }
}

TEST_F(TaxiiViewsTest, WhatIsHeldOfARecordLaterIsAddedThen) {
  const record::RecordId id = Publish();
  Publish(DraftOf("203.0.113.2"));
  ReadOn();
  const std::set<std::string> all = std::exchange(had_, {});
  const Bytes whole = StoredOf(id);
  auto less = record::Record::FromStored(whole);
  ASSERT_TRUE(less.ok()) << less.status();
  less->Keep(less->header().must_disclose);
  Hold(id, less->ToStored());
  ReadOn();
  EXPECT_LT(Now().size(), all.size());
  had_.clear();
  Hold(id, whole);
  ReadOn();
  EXPECT_EQ(Now(), all);
  // Exactly what had gone is told again.
  const std::set<std::string> again = had_;
  EXPECT_FALSE(again.empty());
  EXPECT_LT(again.size(), all.size());
}

// A record that had expired shows nothing; its next revision may live again.
TEST_F(TaxiiViewsTest, WhatExpiredAndLivesAgainComesAtTheEnd) {
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  ReadOn();
  const std::set<std::string> all = had_;
  const Timestamp expires = rig_.clock.Now() + std::chrono::hours(1);
  SetExpiry(id, expires);
  ReadOn();
  rig_.clock.Advance(std::chrono::hours(2));
  EXPECT_EQ(Now(), std::set<std::string>());
  had_.clear();
  reached_ = "";
  Publish(DraftOf("203.0.113.2"));
  ReadOn();
  SetExpiry(id, expires + std::chrono::hours(100));
  ExpectNothingMissed("lives again");
  for (const std::string& one : all) EXPECT_EQ(had_.count(one), 1U) << one;
}

// A row of every expired record stood before those of the next, and was looked at each time.
TEST_F(TaxiiViewsTest, WhatExpiredIsForgottenByItself) {
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  ReadOn();
  const Timestamp expires = rig_.clock.Now() + std::chrono::hours(1);
  SetExpiry(id, expires);
  ReadOn();
  const auto rows = [&] {
    std::size_t all = 0;
    const auto read = [&](const store::Reader&, const store::ShownReader& shown) -> absl::Status {
      ASSIGN_OR_RETURN(const auto found, shown.After(View().number, 0, rig_.clock.Now(), 100));
      all = found.size();
      return absl::OkStatus();
    };
    EXPECT_TRUE(store::FindShownStore(*rig_.hub.store)->ReadShown(read).ok());
    return all;
  };
  EXPECT_TRUE(gateway_.Tidy().ok());
  EXPECT_GT(rows(), 0U);
  rig_.clock.Advance(std::chrono::hours(1));
  EXPECT_TRUE(gateway_.Tidy().ok());
  EXPECT_EQ(rows(), 0U);
  had_.clear();
  SetExpiry(id, expires + std::chrono::hours(100));
  ExpectNothingMissed("lives again");
  EXPECT_GT(had_.size(), 0U);
}

// Records of a search go out of its time without anybody saying so; an object that very many of
// them told was looked for among the same ones each time.
TEST_F(TaxiiViewsTest, AnObjectIsFoundBehindVeryManyThatShowItNoMore) {
  const auto save = [](store::Writer& writer) {
    return SaveSearch(writer, "late", SearchTerms{.since = "1h"});
  };
  ASSERT_TRUE(rig_.hub.store->Commit(save).ok());
  for (int i = 0; i <= kFindRowsMax; ++i) Publish();
  const std::map<std::string, std::string> accept = {{"accept", std::string(kTaxiiType)}};
  const std::string objects = "/taxii2/renkei/collections/search-late/objects/";
  const Json page =
      Json::parse(Body(Get(objects + "?limit=1&match%5Btype%5D=identity", token_, accept)));
  const std::string one = objects + page["objects"][0]["id"].get<std::string>() + "/";
  EXPECT_EQ(Get(one, token_, accept).status, 200);
  rig_.clock.Advance(std::chrono::hours(2));
  Publish();
  EXPECT_EQ(Get(one, token_, accept).status, 503);
  EXPECT_EQ(Get(one, token_, accept).status, 200);
}

TEST_F(TaxiiViewsTest, ADamagedRecordKeepsNobodyFromTheOthers) {
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  Publish(DraftOf("203.0.113.2"));
  const std::size_t all = Now().size();
  Hold(id, "damaged");
  const std::size_t less = Now().size();
  EXPECT_LT(less, all);
  EXPECT_GT(less, 0U);
}

// Verdicts that come faster than they are reckoned are reckoned now and then.
TEST_F(TaxiiViewsTest, ReckoningThatTakesLongRests) {
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  std::chrono::steady_clock::time_point ticks{};
  std::chrono::milliseconds takes{1};
  TakenOutKeeper keeper(Parts{.store = *rig_.hub.store,
                              .shown = shown_,
                              .policies = *rig_.hub.policies,
                              .community = rig_.hub.community,
                              .clock = rig_.clock,
                              .assets = [this] { return OwnAssets{.gate = gate_}; }},
                        [&] { return ticks += takes; });
  const auto taken_out = [&] {
    std::size_t keys = 0;
    EXPECT_TRUE(keeper.Settle().ok());
    EXPECT_TRUE(
        shown_
            .ReadShown([&](const store::Reader&, const store::ShownReader& shown) -> absl::Status {
              ASSIGN_OR_RETURN(const auto all, shown.TakenOut());
              keys = all.size();
              return absl::OkStatus();
            })
            .ok());
    return keys;
  };
  EXPECT_EQ(taken_out(), 0U);
  record::RecordId verdict = SayFalse(id, "203.0.113.1");
  EXPECT_EQ(taken_out(), 1U);
  takes = std::chrono::milliseconds(200);
  TakeBack(verdict);
  EXPECT_EQ(taken_out(), 0U);
  verdict = SayFalse(id, "203.0.113.1");
  EXPECT_EQ(taken_out(), 0U);  // it rests for 2 s
  ticks += std::chrono::seconds(2);
  EXPECT_EQ(taken_out(), 1U);
  // A minute is the longest.
  takes = std::chrono::seconds(20);
  TakeBack(verdict);
  ticks += std::chrono::seconds(2);
  EXPECT_EQ(taken_out(), 0U);
  SayFalse(id, "203.0.113.1");
  EXPECT_EQ(taken_out(), 0U);
  rig_.clock.Advance(std::chrono::minutes(1));
  EXPECT_EQ(taken_out(), 1U);
}

}  // namespace
}  // namespace renkei::gateway
