#include "node/feed/egress.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "node/feed/limits.h"
#include "node/feed/upkeep.h"
#include "node/record/limits.h"
#include "tests/support/feed_rig.h"

namespace renkei::feed {
namespace {

using policy::SectionId;
using testing_support::FeedRig;
using testing_support::SampleDraft;

constexpr policy::SectionMask kListedSees = policy::Bit(SectionId::kSummary) |
                                            policy::Bit(SectionId::kTechniques) |
                                            policy::Bit(SectionId::kIndicators);

class EgressTest : public testing::Test {
 protected:
  record::RecordId Publish(const record::Draft& draft = SampleDraft()) {
    const record::RecordId id = rig_.author.publisher->Publish(draft, {})->id;
    EXPECT_EQ(rig_.Push(rig_.author, "alpha").back(), absl::StatusCode::kOk);
    return id;
  }
  std::vector<FeedBatch> Pull() { return rig_.Pull(rig_.reader, "beta", cursor_); }
  static std::size_t Items(const std::vector<FeedBatch>& batches) {
    std::size_t items = 0;
    for (const FeedBatch& batch : batches) items += batch.items.size();
    return items;
  }
  FeedRig rig_;
  std::string cursor_;
};

TEST_F(EgressTest, APeerGetsExactlyWhatItsLevelEarns) {
  const record::RecordId id = Publish();
  rig_.table.SetRung("beta", 4);
  const auto batches = Pull();
  ASSERT_EQ(Items(batches), 1U);
  EXPECT_EQ(rig_.reader.HeldSections(id), kListedSees);
  // Nothing of the rest was in the bytes.
  const Bytes& wire = std::get<OfferedRecord>(batches[0].items[0]).record;
  EXPECT_EQ(wire.find("data-loss"), std::string::npos);
}

TEST_F(EgressTest, ATeamWithoutALevelGetsCursorsAndNothingElse) {
  rig_.table.SetRung("beta", 0);
  const auto before = Pull();
  Publish();
  const auto after = Pull();
  EXPECT_EQ(Items(before) + Items(after), 0U);
  EXPECT_FALSE(after.back().cursor.empty());
  EXPECT_EQ(before.back().cursor.size(), after.back().cursor.size() - 16);
}

TEST_F(EgressTest, GainedAccessIsBackfilledAndLostAccessTakenBack) {
  rig_.table.SetRung("beta", 4);
  const record::RecordId id = Publish();
  Pull();
  EXPECT_EQ(rig_.reader.HeldSections(id), kListedSees);
  rig_.table.SetRung("beta", 12);
  Pull();
  EXPECT_NE(rig_.reader.HeldSections(id) & policy::Bit(SectionId::kVictim), 0);
  rig_.table.SetRung("beta", 4);
  Pull();
  EXPECT_EQ(rig_.reader.HeldSections(id), kListedSees);
  rig_.table.SetRung("beta", 0);
  Pull();
  EXPECT_FALSE(rig_.reader.Find(id));
  rig_.table.SetRung("beta", 8);
  Pull();
  EXPECT_TRUE(rig_.reader.Find(id));
}

TEST_F(EgressTest, AccessThatChangesAmidABackfillEndsAsItShould) {
  rig_.table.SetRung("beta", 4);
  std::vector<record::RecordId> ids;
  for (int i = 0; i < 3 * static_cast<int>(kBatchItemsMax); ++i) ids.push_back(Publish());
  Pull();
  // Raised, and lowered again after the first batch of the back-fill.
  rig_.table.SetRung("beta", 12);
  auto batch = rig_.hub.egress->Read(rig_.Peer("beta"), {}, cursor_);
  ASSERT_TRUE(batch.ok());
  ASSERT_TRUE(batch->more);
  cursor_ = batch->cursor;
  ASSERT_TRUE(rig_.reader.intake->TakeBatch({.link = "hub", .team = "hub"}, *batch).ok());
  EXPECT_NE(rig_.reader.HeldSections(ids[0]) & policy::Bit(SectionId::kVictim), 0);
  rig_.table.SetRung("beta", 4);
  Pull();
  for (const record::RecordId& id : ids) ASSERT_EQ(rig_.reader.HeldSections(id), kListedSees);
}

TEST_F(EgressTest, ANewPolicyIsAppliedToWhatWasSentBefore) {
  rig_.table.SetRung("beta", 12);
  const record::RecordId id = Publish();
  Pull();
  EXPECT_NE(rig_.reader.HeldSections(id) & policy::Bit(SectionId::kVictim), 0);
  rig_.hub.SetPolicy(
      "policy \"strict\" version 2\nlevels listed < accredited < certified\ncircles members\n"
      "accept a from level >= listed in circle on kind in {incident}\n"
      "grant g to level >= listed in circle on tlp <= green allow exist, see summary\n");
  Pull();
  EXPECT_EQ(rig_.reader.HeldSections(id), policy::Bit(SectionId::kSummary));
}

TEST_F(EgressTest, WithdrawalsReachAllWhoHadTheRecordWhateverThePolicySaysNow) {
  rig_.table.SetRung("beta", 12);
  const record::RecordId id = Publish();
  Pull();
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  rig_.Push(rig_.author, "alpha");
  rig_.hub.SetPolicy(
      "policy \"closed\" version 3\nlevels listed < accredited < certified\ncircles members\n"
      "grant g to peer in {observer} allow exist\n");
  Pull();
  ASSERT_TRUE(rig_.reader.Find(id));
  EXPECT_EQ(rig_.reader.Find(id)->state, store::RecordState::kWithdrawn);
  // The receipt goes back, and the author hears of it.
  EXPECT_EQ(rig_.Push(rig_.reader, "beta").back(), absl::StatusCode::kOk);
  std::string authors_cursor;
  const auto batches = rig_.Pull(rig_.author, "alpha", authors_cursor);
  bool confirmed = false;
  for (const FeedBatch& batch : batches) {
    for (const FeedItem& item : batch.items) {
      const auto* confirmation = std::get_if<Confirmation>(&item);
      if (confirmation == nullptr) continue;
      confirmed = true;
      EXPECT_EQ(confirmation->receipts, 1U);
      EXPECT_EQ(confirmation->sent_to, 1U);
    }
  }
  EXPECT_TRUE(confirmed);
}

TEST_F(EgressTest, AWithdrawalOfWhatAPeerNeverHadStaysUnseen) {
  rig_.table.SetRung("beta", 4);
  record::Draft draft = SampleDraft();
  draft.header.tlp = policy::Tlp::kAmber;  // listed may not know of it
  const record::RecordId id = Publish(draft);
  Pull();
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  rig_.Push(rig_.author, "alpha");
  EXPECT_EQ(Items(Pull()), 0U);
  EXPECT_FALSE(rig_.reader.Find(id));
}

TEST_F(EgressTest, ANarrowerRevisionTakesTheEarlierOneBack) {
  rig_.table.SetRung("beta", 4);
  const record::RecordId id = Publish();
  Pull();
  ASSERT_TRUE(rig_.reader.Find(id));
  record::Draft narrower = SampleDraft();
  narrower.header.tlp = policy::Tlp::kRed;
  ASSERT_TRUE(rig_.author.publisher->Update(id, narrower, {}).ok());
  rig_.Push(rig_.author, "alpha");
  Pull();
  EXPECT_FALSE(rig_.reader.Find(id));
}

TEST_F(EgressTest, ACursorAheadOfARestoredStoreStartsAgain) {
  rig_.table.SetRung("beta", 12);
  Publish();
  Pull();
  const CursorCodec codec(*crypto::AeadKey::From(Bytes(32, 'k')), rig_.hub.store->epoch());
  const Bytes ahead = codec.Seal({.segments = {{1'000'000, 1}}}, rig_.Peer("beta"), {});
  EXPECT_EQ(rig_.hub.egress->Read(rig_.Peer("beta"), {}, ahead).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST_F(EgressTest, AWithdrawalKeepsNoMarksOfARevisionItsReaderNeverSaw) {
  record::Draft draft = SampleDraft();
  draft.header.tags = {"case-7"};
  draft.header.sectors = {"energy"};
  const record::RecordId id = Publish(draft);
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  const auto header = record::ParseHeader(rig_.author.Find(id)->header);
  EXPECT_TRUE(header->tags.empty() && header->sectors.empty() && header->recipients.empty());
}

TEST_F(EgressTest, TheEndOfAnEmbargoIsAnEventOfItsOwn) {
  rig_.table.SetRung("beta", 8);
  record::Draft draft = SampleDraft();
  draft.header.embargo_until = rig_.clock.Now() + std::chrono::hours(2);
  const record::RecordId id = Publish(draft);
  Pull();
  EXPECT_EQ(rig_.reader.HeldSections(id) & policy::Bit(SectionId::kImpact), 0);
  rig_.clock.Advance(std::chrono::hours(3));
  ASSERT_TRUE(Upkeep(*rig_.hub.store, rig_.clock.Now()).ok());
  Pull();
  EXPECT_NE(rig_.reader.HeldSections(id) & policy::Bit(SectionId::kImpact), 0);
}

TEST_F(EgressTest, ExpiredRecordsAreNotHandedOut) {
  rig_.table.SetRung("beta", 12);
  Publish();
  rig_.clock.Advance(std::chrono::hours(24 * 200));
  EXPECT_EQ(Items(Pull()), 0U);
}

TEST_F(EgressTest, AnAuthorGetsNoCopyOfItsOwn) {
  Publish();
  std::string cursor;
  EXPECT_EQ(Items(rig_.Pull(rig_.author, "alpha", cursor)), 0U);
}

TEST_F(EgressTest, CursorsGoOnAfterARestart) {
  rig_.table.SetRung("beta", 12);
  Publish();
  Pull();
  rig_.hub.Reopen();
  const record::RecordId id = Publish();
  EXPECT_EQ(Items(Pull()), 1U);
  EXPECT_TRUE(rig_.reader.Find(id));
}

TEST_F(EgressTest, BatchesAreBoundedAndComplete) {
  rig_.table.SetRung("beta", 12);
  constexpr std::size_t kRecords = kBatchItemsMax * 2 + 7;
  for (std::size_t i = 0; i < kRecords; ++i) Publish();
  const auto batches = Pull();
  EXPECT_EQ(Items(batches), kRecords);
  for (const FeedBatch& batch : batches) EXPECT_LE(batch.items.size(), kBatchItemsMax);
}

TEST_F(EgressTest, AMemberPassesOnOnlyWhatItsLinkLetsIt) {
  rig_.table.SetRung("beta", 8);  // accredited: may relay the technical part
  const record::RecordId id = Publish();
  Pull();
  rig_.table.SetRung("gamma", 12);
  const auto batch = rig_.reader.egress->Read(rig_.Peer("gamma"), {}, "");
  ASSERT_TRUE(batch.ok());
  ASSERT_EQ(batch->items.size(), 1U);
  const auto passed = record::Open(std::get<OfferedRecord>(batch->items[0]).record);
  ASSERT_TRUE(passed.ok());
  EXPECT_EQ(passed->header().record_id, id);
  EXPECT_EQ(passed->held(), kListedSees);
}

// Gamma follows beta by a direct link, and has met the hub but to join.
class RelayTest : public EgressTest {
 protected:
  RelayTest() : gamma_(rig_.table, "gamma", rig_.clock) { rig_.table.SetRung("beta", 8); }

  std::vector<FeedItem> PassOn() {
    std::vector<FeedItem> items;
    bool more = true;
    while (more) {
      auto batch = rig_.reader.egress->Read(rig_.Peer("gamma"), {}, gammas_cursor_);
      RENKEI_CHECK(batch.ok());
      more = batch->more;
      gammas_cursor_ = batch->cursor;
      items.insert(items.end(), batch->items.begin(), batch->items.end());
      RENKEI_CHECK(
          gamma_.intake->TakeBatch({.link = "beta", .team = "beta"}, *std::move(batch)).ok());
    }
    return items;
  }

  record::RecordId PublishAndPassOn() {
    const record::RecordId id = Publish();
    Pull();
    PassOn();
    EXPECT_TRUE(gamma_.Find(id));
    return id;
  }

  testing_support::RigNode gamma_;
  std::string gammas_cursor_;
};

TEST_F(RelayTest, ARetractionReachesThoseWhoHadTheRecordFromUs) {
  const record::RecordId id = PublishAndPassOn();
  rig_.table.SetRung("beta", 0);
  Pull();
  ASSERT_FALSE(rig_.reader.Find(id));
  PassOn();
  EXPECT_FALSE(gamma_.Find(id));
  // And back, with what comes back.
  rig_.table.SetRung("beta", 8);
  Pull();
  PassOn();
  EXPECT_TRUE(gamma_.Find(id));
}

TEST_F(RelayTest, LosingTheLeaveToPassOnTakesBackWhatWasPassedOn) {
  const record::RecordId id = PublishAndPassOn();
  rig_.table.SetRung("beta", 4);  // listed: reads it, and may pass on nothing
  Pull();
  ASSERT_TRUE(rig_.reader.Find(id));
  PassOn();
  EXPECT_FALSE(gamma_.Find(id));
}

TEST_F(RelayTest, ARevisionThatMayNotBePassedOnTakesTheOneBeforeBack) {
  const record::RecordId id = PublishAndPassOn();
  record::Draft closer = SampleDraft();
  closer.header.relay = policy::Relay::kNone;
  ASSERT_TRUE(rig_.author.publisher->Update(id, closer, {}).ok());
  rig_.Push(rig_.author, "alpha");
  Pull();
  ASSERT_EQ(rig_.reader.Find(id)->revision, 2U);
  PassOn();
  EXPECT_FALSE(gamma_.Find(id));
}

TEST_F(RelayTest, ARetractionIsNotToldToWhoNeverHadTheRecord) {
  record::Draft closed = SampleDraft();
  closed.header.relay = policy::Relay::kNone;
  const record::RecordId kept = Publish(closed);
  const record::RecordId passed = Publish();
  rig_.table.SetRung("gamma", 0);
  Pull();
  EXPECT_TRUE(PassOn().empty());
  rig_.table.SetRung("beta", 0);
  Pull();
  ASSERT_FALSE(rig_.reader.Find(kept));
  ASSERT_FALSE(rig_.reader.Find(passed));
  EXPECT_TRUE(PassOn().empty());
}

TEST_F(EgressTest, WhatMayNotBePassedOnDoesNotExistForOthers) {
  rig_.table.SetRung("beta", 12);
  record::Draft draft = SampleDraft();
  draft.header.relay = policy::Relay::kNone;
  Publish(draft);
  Pull();
  rig_.table.SetRung("gamma", 12);
  const auto batch = rig_.reader.egress->Read(rig_.Peer("gamma"), {}, "");
  ASSERT_TRUE(batch.ok());
  EXPECT_TRUE(batch->items.empty());
}

// Each asks for every team's whole access: a batch of them is small, and others come in between.
TEST_F(EgressTest, ConfirmationsAreFewInABatchAndAllComeInTheEnd) {
  constexpr std::size_t kRecords = 2 * kConfirmationsPerBatchMax + 1;
  std::vector<record::RecordId> ids;
  for (std::size_t i = 0; i < kRecords; ++i) ids.push_back(Publish());
  Pull();
  for (const record::RecordId& id : ids) {
    ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  }
  rig_.Push(rig_.author, "alpha");
  Pull();
  rig_.Push(rig_.reader, "beta");
  std::string authors_cursor;
  std::size_t confirmed = 0;
  for (const FeedBatch& batch : rig_.Pull(rig_.author, "alpha", authors_cursor)) {
    const auto here = std::count_if(batch.items.begin(), batch.items.end(), [](const auto& item) {
      return std::holds_alternative<Confirmation>(item);
    });
    EXPECT_LE(here, kConfirmationsPerBatchMax);
    confirmed += static_cast<std::size_t>(here);
  }
  EXPECT_EQ(confirmed, kRecords);
}

class AccessTest : public EgressTest {
 protected:
  // A read with a rung that changes each time.
  absl::Status ReadAs(policy::Rung rung) {
    rig_.table.SetRung("beta", rung);
    return rig_.hub.egress->Read(rig_.Peer("beta"), {}, "").status();
  }
  std::size_t Generations() {
    std::size_t generations = 0;
    EXPECT_TRUE(rig_.hub.store
                    ->Read([&](const store::Reader& reader) -> absl::Status {
                      generations = reader.Access("beta")->size();
                      return absl::OkStatus();
                    })
                    .ok());
    return generations;
  }
};

TEST_F(AccessTest, APeersPapersChangeItsAccessOnlySoOftenADay) {
  for (int i = 0; i < kGenerationsPerPeerPerDayMax; ++i) {
    ASSERT_TRUE(ReadAs(i % 2 == 0 ? 4 : 8).ok()) << i;
  }
  EXPECT_EQ(ReadAs(4).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Generations(), static_cast<std::size_t>(kGenerationsPerPeerPerDayMax));
  // Facts that have a generation are served on.
  EXPECT_TRUE(ReadAs(8).ok());
  // A policy of ours is no doing of the peer's.
  rig_.hub.SetPolicy(
      "policy \"closed\" version 3\nlevels listed < accredited < certified\ncircles members\n"
      "grant g to peer in {observer} allow exist\n");
  EXPECT_TRUE(ReadAs(4).ok());
  rig_.clock.Advance(std::chrono::hours(24));
  EXPECT_TRUE(ReadAs(8).ok());
}

TEST_F(AccessTest, GenerationsThatNoRecordLivesLongEnoughToNeedAreForgotten) {
  ASSERT_TRUE(ReadAs(4).ok());
  ASSERT_TRUE(ReadAs(8).ok());
  rig_.clock.Advance(record::kLifetimeMax + record::kTombstoneAfterExpiry);
  // The one in force when the oldest record that may live was made stays.
  ASSERT_TRUE(ReadAs(4).ok());
  EXPECT_EQ(Generations(), 2U);
}

}  // namespace
}  // namespace renkei::feed
