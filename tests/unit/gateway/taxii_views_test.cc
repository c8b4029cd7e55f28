// What TAXII readers are told when what a record shows them changes without a new entry of the
// feed: by verdicts, by what is held of it, by a policy.

#include <set>

#include <gtest/gtest.h>

#include "node/gateway/taxii_objects.h"
#include "tests/unit/gateway/gateway_fixture.h"

namespace renkei::gateway {
namespace {

constexpr char kObjects[] = "/taxii2/renkei/collections/all/objects/";

class TaxiiViewsTest : public GatewayFixture {
 protected:
  // One page; what it brings goes to `had_`, and the next one begins behind it.
  bool ReadPage(int limit) {
    std::string target = kObjects + fmt::format("?limit={}", limit);
    if (!reached_.empty()) target += "&added_after=" + reached_;
    const Response response = Get(target, token_, {{"accept", std::string(kTaxiiType)}});
    EXPECT_EQ(response.status, 200) << Body(response);
    const Json page = Json::parse(Body(response));
    for (const Json& one : page.value("objects", Json::array())) had_.insert(one["id"]);
    const std::string last = HeaderOf(response, "X-TAXII-Date-Added-Last");
    if (!last.empty()) reached_ = last;
    return page.value("more", false);
  }
  void ReadOn() {
    while (ReadPage(1000)) {
    }
  }
  // What a reader who begins now is told.
  std::set<std::string> Now() {
    const std::set<std::string> had = std::exchange(had_, {});
    const std::string reached = std::exchange(reached_, "");
    ReadOn();
    reached_ = reached;
    return std::exchange(had_, had);
  }
  store::ShownView View() {
    store::ShownView view;
    const auto read = [&](const store::Reader&, const store::ShownReader& shown) -> absl::Status {
      ASSIGN_OR_RETURN(const auto found, shown.FindView(TaxiiObjects::ViewKey("all", "")));
      if (found) view = *found;
      return absl::OkStatus();
    };
    EXPECT_TRUE(store::FindShownStore(*rig_.hub.store)->ReadShown(read).ok());
    return view;
  }
  // Our own team calls the address of a record wrong; answers the verdict.
  record::RecordId SayFalse(const record::RecordId& id, const std::string& address) {
    const auto said = rig_.hub.publisher->Sight(id, address, renkei::v1::VERDICT_FALSE_POSITIVE);
    EXPECT_TRUE(said.ok()) << said.status();
    return said.ok() ? said->id : record::RecordId{};
  }
  void TakeBack(const record::RecordId& verdict) {
    EXPECT_TRUE(rig_.hub.publisher->Withdraw(verdict, record::WithdrawalReason::kMistake).ok());
  }
  // From now on this is all that the hub holds of a record.
  void Hold(const record::RecordId& id, const Bytes& stored) {
    const absl::Status held = rig_.hub.store->Commit([&](store::Writer& writer) {
      return writer.UpdateStored(id, stored, /*attestations=*/"");
    });
    EXPECT_TRUE(held.ok()) << held;
  }
  Bytes StoredOf(const record::RecordId& id) {
    Bytes stored;
    const absl::Status read =
        rig_.hub.store->Read([&](const store::Reader& reader) -> absl::Status {
          ASSIGN_OR_RETURN(const auto row, reader.FindRecord(id));
          stored = row ? row->stored : Bytes();
          return absl::OkStatus();
        });
    EXPECT_TRUE(read.ok()) << read;
    return stored;
  }
  void SetPolicy(int version, std::string_view sections) {
    static constexpr char kPolicy[] =
        "policy \"other\" version {}\nlevels listed < accredited < certified\ncircles members\n"
        "accept a from level >= listed in circle on kind in {{incident}}\n"
        "grant g to level >= listed in circle on tlp <= green allow exist, see {}\n";
    rig_.hub.SetPolicy(fmt::format(kPolicy, version, sections));
  }

  std::string token_ = Token("client", "", {Scope::kTaxii});
  std::string reached_;
  std::set<std::string> had_;
};

TEST_F(TaxiiViewsTest, AVerdictHasOnlyTheRecordsThatListItsValueLookedAtAgain) {
  const record::RecordId id = Publish(DraftOf("203.0.113.1"));
  Publish(DraftOf("203.0.113.2"));
  Publish(DraftOf("203.0.113.3"));
  ReadOn();
  const store::ShownPlace before = View().place;
  SayFalse(id, "203.0.113.1");
  ReadOn();
  const store::ShownPlace after = View().place;
  EXPECT_EQ(after.basis, before.basis);
  EXPECT_EQ(after.until, before.until);
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

// Of a row that was not reached under one policy nobody knows who passed it meanwhile.
TEST_F(TaxiiViewsTest, AViewWhoseBasisChangesBeforeItIsThroughIsMadeAnew) {
  for (int i = 0; i < 3; ++i) Publish(DraftOf(fmt::format("203.0.113.{}", i)));
  ReadOn();
  const std::set<std::string> all = std::exchange(had_, {});
  store::ShownPlace place = View().place;
  place.basis = "another";
  place.reached = place.until - 1;
  const auto put = [&](store::Writer&, store::ShownWriter& shown) -> absl::Status {
    return shown.PutView(TaxiiObjects::ViewKey("all", ""), place).status();
  };
  ASSERT_TRUE(store::FindShownStore(*rig_.hub.store)->CommitShown(put).ok());
  ReadOn();
  EXPECT_EQ(had_, all);
  // One that was through keeps its places.
  had_.clear();
  place = View().place;
  place.basis = "another";
  place.until = place.reached;
  ASSERT_TRUE(store::FindShownStore(*rig_.hub.store)->CommitShown(put).ok());
  ReadOn();
  EXPECT_EQ(had_, std::set<std::string>());
  EXPECT_EQ(Now(), all);
}

// Property: whatever comes, goes and comes back between the pages of a reader who reads on, in the
// end it has been told all that there is.
TEST_F(TaxiiViewsTest, AReaderWhoReadsOnMissesNothingThatIsThereInTheEnd) {
  int version = 2;
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::uint32_t state = seed;
    const auto random = [&](std::uint32_t below) {
      state = state * 1'664'525U + 1'013'904'223U;
      return (state >> 16) % below;
    };
    struct Known {
      record::RecordId id{};
      std::string address{};
      Bytes stored{};
      bool whole = true;  // held
      std::optional<record::RecordId> verdict{};
    };
    std::vector<Known> records;
    const auto publish = [&] {
      const std::string address = fmt::format("203.0.113.{}", 20 * seed + records.size());
      const record::RecordId id = Publish(DraftOf(address));
      records.push_back({.id = id, .address = address, .stored = StoredOf(id)});
    };
    const auto change = [&] {
      Known& one = records[random(static_cast<std::uint32_t>(records.size()))];
      const std::uint32_t what = random(6);
      if (what == 0 && records.size() < 10) publish();
      if (what == 1 && one.whole && !one.verdict) one.verdict = SayFalse(one.id, one.address);
      if (what == 2 && one.verdict) {
        TakeBack(*one.verdict);
        one.verdict.reset();
      }
      if (what == 3) {
        auto less = record::Record::FromStored(one.stored);
        ASSERT_TRUE(less.ok()) << less.status();
        less->Keep(less->header().must_disclose);
        Hold(one.id, less->ToStored());
      }
      if (what == 4) Hold(one.id, one.stored);
      if (what == 3 || what == 4) one.whole = what == 4;
      if (what == 5) SetPolicy(++version, random(2) == 0 ? "summary" : "summary indicators impact");
    };
    for (int i = 0; i < 4; ++i) publish();
    for (int i = 0; i < 40; ++i) {
      change();
      if (random(2) == 0) ReadPage(static_cast<int>(1 + random(5)));
    }
    ReadOn();
    for (const std::string& id : Now()) EXPECT_EQ(had_.count(id), 1U) << seed << " " << id;
  }
}

}  // namespace
}  // namespace renkei::gateway
