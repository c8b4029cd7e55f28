// A TAXII reader loses nothing, whatever changes amid its own requests.

#include <map>

#include "node/feed/upkeep.h"
#include "tests/unit/gateway/taxii_reader_fixture.h"

namespace renkei::gateway {
namespace {

class TaxiiAmidTest : public TaxiiReaderFixture {};

// Once hidden, an object may have been passed by anybody, whatever its view knew at the time.
TEST_F(TaxiiAmidTest, ARowThatShowedNothingIsForgottenByWhoPassesIt) {
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  Publish(DraftOf("203.0.113.2"));  // so that the first one's places are passed
  ReadOn();
  const std::set<std::string> all = std::exchange(had_, {});
  const Bytes whole = StoredOf(id);
  // It is back before its view hears that it was away.
  reached_ = "";
  shown_.Before(2, [&] { HoldLess(id); });  // the view has caught up
  ReadPage(1000);
  EXPECT_FALSE(shown_.waits());
  EXPECT_LT(had_.size(), all.size());
  Hold(id, whole);
  ExpectNothingMissed("held again");
}

// ... unless its view has heard meanwhile that it is back.
TEST_F(TaxiiAmidTest, ARowThatShowsAgainWhenItIsToBeForgottenStays) {
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  Publish(DraftOf("203.0.113.2"));
  ReadOn();
  const Bytes whole = StoredOf(id);
  had_.clear();
  reached_ = "";
  shown_.Before(2, [&] {
    HoldLess(id);
    // Before they are forgotten.
    shown_.Before(1, [&] {
      Hold(id, whole);
      Get(fmt::format("{}?limit=1", kObjects), token_, {{"accept", std::string(kTaxiiType)}});
    });
  });
  ReadPage(1000);
  EXPECT_FALSE(shown_.waits());
  ExpectNothingMissed("back at once");
}

// What is held of it changed when it had been looked at, and that had not been written down.
TEST_F(TaxiiAmidTest, WhatChangesAmidALookIsLookedAtAgain) {
  for (int call = 1; call <= 8; ++call) {
    had_.clear();
    reached_ = "";
    const record::RecordId id = Publish(DraftOf(fmt::format("203.0.113.{}", call)));
    const Bytes whole = StoredOf(id);
    HoldLess(id);
    shown_.Before(call, [&] { Hold(id, whole); });
    ReadOn();
    if (shown_.waits()) Hold(id, whole);
    shown_.Before(0, {});
    ExpectNothingMissed(fmt::format("call {}", call));
  }
}

// The same of a view that is asked for the first time.
TEST_F(TaxiiAmidTest, WhatChangesBeforeAViewStandsIsLookedAtAgain) {
  const record::RecordId id = Publish();
  const Bytes whole = StoredOf(id);
  for (int call = 1; call <= 5; ++call) {
    Become(fmt::format("client{}", call),
           fmt::format("level=certified circles={{members}} team=t{}", call));
    HoldLess(id);
    shown_.Before(call, [&] { Hold(id, whole); });
    ReadOn();
    EXPECT_FALSE(shown_.waits());
    ExpectNothingMissed(fmt::format("call {}", call));
  }
}

// Two records tell one observable; the row of the first stood for both.
TEST_F(TaxiiAmidTest, WhatTwoRecordsTellIsToldWhileOneOfThemShowsIt) {
  for (int i = 2; i < 8; ++i) {
    const int call = i / 2;
    ReadOn();
    const auto [had, before] = std::pair(had_, reached_);
    const record::Draft draft = ContextOf(fmt::format("203.0.113.{}", i));
    const record::RecordId first = Publish(draft);
    Publish(draft);
    Publish(DraftOf("198.51.100.1"));  // so that the places of both are passed
    ReadOn();
    had_ = had;
    reached_ = before;
    const Bytes whole = StoredOf(first);
    shown_.Before(call, [&] { HoldLess(first); });
    ReadOn(i % 2 == 0 ? 3 : 1000);
    shown_.Before(0, {});
    ExpectNothingMissed(fmt::format("call {}", call));
    Hold(first, whole);
    ExpectNothingMissed(fmt::format("held again, call {}", call));
  }
}

// Peers change what is held of records all the time: readers read on.
TEST_F(TaxiiAmidTest, RecordsThatWaitForASecondLookKeepNoPageEmpty) {
  for (int i = 2; i < 5; ++i) Publish(DraftOf(fmt::format("203.0.113.{}", i)));
  ReadOn();
  const std::set<std::string> others = std::exchange(had_, {});
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  const Bytes whole = StoredOf(id);
  ReadOn();
  had_.clear();
  reached_ = "";
  const auto had_others = [&] {
    return std::includes(had_.begin(), had_.end(), others.begin(), others.end());
  };
  bool less = false;
  for (std::size_t pages = 0; !had_others(); ++pages) {
    ASSERT_LE(pages, others.size());
    // When the view has caught up, the page not read.
    shown_.Before(pages == 0 ? 2 : 3, [&] {
      less = !less;
      if (less) HoldLess(id);
      if (!less) Hold(id, whole);
    });
    ReadPage(2);
    EXPECT_FALSE(shown_.waits());
  }
  Hold(id, whole);
  ExpectNothingMissed("in the end");
}

// A request that began under an earlier policy made the view anew, and the next one again.
TEST_F(TaxiiAmidTest, APolicyThatChangesAmidARequestDoublesNothing) {
  Become("peer", kListedFacts);
  int version = 2;
  SetPolicy(++version, "summary indicators");
  for (int i = 1; i < 5; ++i) Publish(DraftOf(fmt::format("203.0.113.{}", i)));
  ReadOn();
  const std::set<std::string> all = had_;
  for (int call = 1; call <= 6; ++call) {
    had_.clear();
    shown_.Before(call, [&] { SetPolicy(++version, "summary indicators"); });
    ReadOn();
    shown_.Before(0, {});
    ReadOn();
    EXPECT_EQ(had_, std::set<std::string>()) << call;
    EXPECT_EQ(Now(), all) << call;
  }
}

TEST_F(TaxiiAmidTest, AnEmbargoThatEndsAmidARequestIsHeardOf) {
  Become("peer", kListedFacts);
  SetEmbargoPolicy();
  for (int call = 1; call <= 6; ++call) {
    record::Draft draft = DraftOf(fmt::format("203.0.113.{}", call));
    draft.header.embargo_until = rig_.clock.Now() + std::chrono::minutes(30);
    Publish(draft);
    const std::size_t before = Now().size();
    const auto end = [&] {
      rig_.clock.Advance(std::chrono::minutes(30));
      EXPECT_TRUE(feed::Upkeep(*rig_.hub.store, rig_.clock.Now()).ok());
    };
    shown_.Before(call, end);
    ReadOn();
    if (shown_.waits()) end();
    shown_.Before(0, {});
    ExpectNothingMissed(fmt::format("call {}", call));
    EXPECT_GT(Now().size(), before);
  }
}

// Property: whatever comes, goes and comes back between the pages of a reader who reads on, and
// amid them, in the end it has been told all that there is.
class TaxiiReaderProperty : public TaxiiAmidTest, public testing::WithParamInterface<const char*> {
 protected:
  struct Known {
    record::RecordId id{};
    std::string address{};
    Bytes stored{};
  };

  std::uint32_t Below(std::uint32_t below) {
    state_ = state_ * 1'664'525U + 1'013'904'223U;
    return (state_ >> 16) % below;
  }
  void PublishOne() {
    // Few addresses: several records tell the same.
    const std::string address = fmt::format("203.0.113.{}", 1 + Below(4));
    record::Draft draft = Below(2) == 0 ? DraftOf(address) : ContextOf(address);
    if (Below(3) == 0) draft.header.embargo_until = rig_.clock.Now() + std::chrono::minutes(30);
    const record::RecordId id = Publish(draft);
    records_.push_back({.id = id, .address = address, .stored = StoredOf(id)});
  }
  void Judge(const Known& one) {
    const auto said = verdicts_.find(one.address);
    if (said != verdicts_.end()) {
      TakeBack(said->second);
      verdicts_.erase(said);
    } else if (rig_.hub.Find(one.id)->expires > rig_.clock.Now() &&
               StoredOf(one.id) == one.stored) {
      verdicts_[one.address] = SayFalse(one.id, one.address);
    }
  }
  void Change() {
    const Known one = records_[Below(static_cast<std::uint32_t>(records_.size()))];
    switch (Below(8)) {
      case 0:
        return records_.size() < 10 ? PublishOne() : void();
      case 1:
      case 2:
        return Judge(one);
      case 3:
        return HoldLess(one.id);
      case 4:
        return Hold(one.id, one.stored);
      case 5:
        if (Below(3) == 0) return SetEmbargoPolicy();
        return SetPolicy(++version_, Below(2) == 0 ? "summary" : "summary indicators impact");
      case 6:
        return SetExpiry(one.id,
                         rig_.clock.Now() + std::chrono::minutes(Below(2) == 0 ? 20 : 100'000));
      default:
        rig_.clock.Advance(std::chrono::minutes(15));
        EXPECT_TRUE(feed::Upkeep(*rig_.hub.store, rig_.clock.Now()).ok());
    }
  }

  std::uint32_t state_ = 0;
  int version_ = 10;
  std::vector<Known> records_;
  std::map<std::string, record::RecordId> verdicts_;
};

TEST_P(TaxiiReaderProperty, WhoReadsOnMissesNothingThatIsThereInTheEnd) {
  Become("reader", GetParam());
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    state_ = seed;
    had_.clear();
    reached_ = "";
    records_.clear();
    for (int i = 0; i < 4; ++i) PublishOne();
    for (int i = 0; i < 50; ++i) {
      const std::uint32_t amid = Below(3);
      if (amid == 0) Change();
      if (amid == 1) shown_.Before(static_cast<int>(1 + Below(6)), [&] { Change(); });
      ReadPage(static_cast<int>(1 + Below(5)));
    }
    shown_.Before(0, {});
    ExpectNothingMissed(fmt::format("seed {}", seed));
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, TaxiiReaderProperty, testing::Values("", kListedFacts),
                         [](const auto& info) { return info.index == 0 ? "Own" : "Peer"; });

}  // namespace
}  // namespace renkei::gateway
