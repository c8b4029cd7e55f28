#include "node/feed/intake.h"

#include <future>

#include <gtest/gtest.h>

#include "node/feed/limits.h"
#include "tests/support/feed_rig.h"

namespace renkei::feed {
namespace {

using testing_support::FeedRig;
using testing_support::SampleDraft;

class IntakeTest : public testing::Test {
 protected:
  record::RecordId Publish(const record::Draft& draft = SampleDraft()) {
    return rig_.author.publisher->Publish(draft, {})->id;
  }
  absl::StatusOr<Outcome> Take(OfferedRecord offered, const std::string& from = "alpha") {
    std::promise<absl::StatusOr<Outcome>> outcome;
    rig_.hub.intake->Take({.link = from, .team = from, .author_only = true}, std::move(offered),
                          [&](absl::StatusOr<Outcome> o) { outcome.set_value(std::move(o)); });
    return outcome.get_future().get();
  }
  FeedRig rig_;
};

TEST_F(IntakeTest, ARecordIsStoredOnceHoweverOftenItComes) {
  const OfferedRecord offered = rig_.author.Offer(Publish());
  EXPECT_EQ(*Take(offered), Outcome::kStored);
  EXPECT_EQ(*Take(offered), Outcome::kHeld);
}

TEST_F(IntakeTest, FurtherSectionsUpgradeTheSameRevision) {
  const record::RecordId id = Publish();
  const OfferedRecord whole = rig_.author.Offer(id);
  const auto record = record::Open(whole.record);
  EXPECT_EQ(*Take({.record = record->Disclose(policy::Bit(policy::SectionId::kSummary))}),
            Outcome::kStored);
  EXPECT_EQ(*Take(whole), Outcome::kUpgraded);
  EXPECT_EQ(rig_.hub.HeldSections(id), record->held());
  // Fewer sections take nothing away.
  EXPECT_EQ(*Take({.record = record->Disclose(0)}), Outcome::kHeld);
  EXPECT_EQ(rig_.hub.HeldSections(id), record->held());
}

TEST_F(IntakeTest, OnlyTheAuthorHandsItsRecordsToTheHub) {
  const OfferedRecord offered = rig_.author.Offer(Publish());
  EXPECT_EQ(Take(offered, "beta").status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(IntakeTest, AnUnknownAuthorIsRefused) {
  const auto stranger = crypto::SigningKey::Generate();
  const auto record = testing_support::SampleRecord(stranger);
  EXPECT_EQ(Take({.record = record.Disclose(0xffff)}).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(IntakeTest, TheAcceptRulesJudgeTheAuthor) {
  rig_.table.SetRung("alpha", 3);  // below listed
  EXPECT_EQ(Take(rig_.author.Offer(Publish())).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(IntakeTest, AnOlderRevisionNeverReplacesANewerOne) {
  const record::RecordId id = Publish();
  const OfferedRecord first = rig_.author.Offer(id);
  ASSERT_TRUE(rig_.author.publisher->Update(id, SampleDraft(), {}).ok());
  const OfferedRecord second = rig_.author.Offer(id);
  EXPECT_EQ(*Take(second), Outcome::kStored);
  EXPECT_EQ(*Take(first), Outcome::kStale);
  EXPECT_EQ(rig_.hub.Find(id)->revision, 2U);
}

TEST_F(IntakeTest, OnATieTheSmallerLeafWinsInAnyOrder) {
  const record::Record a = testing_support::SampleRecord(rig_.author.key);
  record::SealPlan plan = testing_support::SamplePlan();
  const record::Header& h = a.header();
  plan.previous =
      record::PreviousRevision{h.record_id, h.id_nonce, h.revision, a.leaf(), h.expires};
  const record::Record x = testing_support::SampleRecord(rig_.author.key, SampleDraft(), plan);
  const record::Record y = testing_support::SampleRecord(rig_.author.key, SampleDraft(), plan);
  const crypto::Digest winner = std::min(x.leaf(), y.leaf());
  for (const record::Record* record : {&a, &x, &y, &x}) {
    ASSERT_TRUE(Take({.record = record->Disclose(0xffff)}).ok());
  }
  EXPECT_EQ(rig_.hub.Find(h.record_id)->leaf, winner);
  // Both are kept as proof that the author said two things.
  std::size_t revisions = 0;
  ASSERT_TRUE(rig_.hub.store
                  ->Read([&](const store::Reader& reader) -> absl::Status {
                    ASSIGN_OR_RETURN(const auto rows, reader.Revisions(h.record_id));
                    revisions = rows.size();
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(revisions, 3U);
}

TEST_F(IntakeTest, AWithdrawalIsFinalAndStaysAsATombstone) {
  const record::RecordId id = Publish();
  const OfferedRecord first = rig_.author.Offer(id);
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  const OfferedRecord withdrawal = rig_.author.Offer(id);
  // It overtakes the record: kept for the unknown id, so that the late copy is not stored.
  EXPECT_EQ(*Take(withdrawal), Outcome::kStored);
  EXPECT_EQ(*Take(first), Outcome::kStale);
  EXPECT_EQ(rig_.hub.Find(id)->state, store::RecordState::kWithdrawn);
  EXPECT_EQ(rig_.hub.HeldSections(id), 0);
}

TEST_F(IntakeTest, AWithdrawalIsTakenFromAnAuthorThatLostItsLevel) {
  const record::RecordId id = Publish();
  ASSERT_TRUE(Take(rig_.author.Offer(id)).ok());
  rig_.table.SetRung("alpha", 1);
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  EXPECT_EQ(*Take(rig_.author.Offer(id)), Outcome::kStored);
}

TEST_F(IntakeTest, ExpiredAndFutureRecordsAreRefused) {
  const OfferedRecord offered = rig_.author.Offer(Publish());
  rig_.clock.Advance(-std::chrono::minutes(11));
  // Of two clocks one is wrong and may be mended: not a refusal for good.
  EXPECT_EQ(Take(offered).status().code(), absl::StatusCode::kUnavailable);
  rig_.clock.Advance(std::chrono::hours(24 * 365));
  EXPECT_EQ(Take(offered).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(IntakeTest, APeersDailyQuotaHolds) {
  config::LimitsConfig limits;
  limits.records_per_peer_per_day = 2;
  Intake small(*rig_.hub.store, *rig_.hub.policies, rig_.hub.community, rig_.clock, limits);
  const auto take = [&] {
    std::promise<absl::StatusCode> code;
    small.Take({.link = "alpha", .team = "alpha", .author_only = true},
               rig_.author.Offer(Publish()),
               [&](const absl::StatusOr<Outcome>& o) { code.set_value(o.status().code()); });
    return code.get_future().get();
  };
  EXPECT_EQ(take(), absl::StatusCode::kOk);
  EXPECT_EQ(take(), absl::StatusCode::kOk);
  EXPECT_EQ(take(), absl::StatusCode::kResourceExhausted);
  rig_.clock.Advance(std::chrono::hours(25));
  EXPECT_EQ(take(), absl::StatusCode::kOk);
}

TEST_F(IntakeTest, TheQuotaOfTombstonesCountsThoseWhoseRecordCameLater) {
  config::LimitsConfig limits;
  limits.tombstones_per_peer = 2;
  Intake small(*rig_.hub.store, *rig_.hub.policies, rig_.hub.community, rig_.clock, limits);
  const auto take = [&](const OfferedRecord& offered) {
    std::promise<absl::StatusCode> code;
    small.Take({.link = "alpha", .team = "alpha", .author_only = true}, offered,
               [&](const absl::StatusOr<Outcome>& o) { code.set_value(o.status().code()); });
    return code.get_future().get();
  };
  struct Pair {
    record::RecordId id{};
    OfferedRecord first{};
    OfferedRecord withdrawal{};
  };
  const auto make = [&] {
    Pair pair{.id = Publish()};
    pair.first = rig_.author.Offer(pair.id);
    EXPECT_TRUE(rig_.author.publisher->Withdraw(pair.id, record::WithdrawalReason::kMistake).ok());
    pair.withdrawal = rig_.author.Offer(pair.id);
    return pair;
  };
  for (int i = 0; i < limits.tombstones_per_peer; ++i) {
    const Pair pair = make();
    EXPECT_EQ(take(pair.withdrawal), absl::StatusCode::kOk);
    EXPECT_EQ(take(pair.first), absl::StatusCode::kOk);
    // Nor does a copy that comes late take any room.
    ASSERT_TRUE(rig_.hub.store
                    ->Read([&](const store::Reader& reader) -> absl::Status {
                      ASSIGN_OR_RETURN(const auto revisions, reader.Revisions(pair.id));
                      EXPECT_EQ(revisions.size(), 1U);
                      return absl::OkStatus();
                    })
                    .ok());
  }
  const Pair more = make();
  EXPECT_EQ(take(more.withdrawal), absl::StatusCode::kResourceExhausted);
  // What is known here can always be withdrawn.
  EXPECT_EQ(take(more.first), absl::StatusCode::kOk);
  EXPECT_EQ(take(more.withdrawal), absl::StatusCode::kOk);
}

TEST_F(IntakeTest, ARefusedRecordDoesNotHoldUpTheRestOfABatch) {
  const OfferedRecord good = rig_.author.Offer(Publish());
  FeedBatch batch{.cursor = "c1"};
  batch.items.emplace_back(OfferedRecord{.record = "garbage"});
  batch.items.emplace_back(good);
  const auto report = rig_.reader.intake->TakeBatch({.link = "hub", .team = "hub"}, batch);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->refused, 1);
  EXPECT_EQ(report->stored, 1);
}

TEST_F(IntakeTest, ASightingTellsNoMorePeopleThanTheRecordDid) {
  record::Draft draft = SampleDraft();
  draft.header.tags = {"law-enforcement"};
  draft.header.section_levels = 0x000000000000c000ULL;  // indicators for certified
  const record::RecordId id = Publish(draft);
  ASSERT_TRUE(Take(rig_.author.Offer(id)).ok());
  std::string cursor;
  rig_.Pull(rig_.reader, "beta", cursor);
  const auto sighting = rig_.reader.publisher->Sight(id, "198.51.100.7", renkei::v1::VERDICT_SEEN);
  ASSERT_TRUE(sighting.ok()) << Message(sighting.status());
  const auto header = record::ParseHeader(rig_.reader.Find(sighting->id)->header);
  EXPECT_EQ(header->tags, draft.header.tags);
  EXPECT_EQ(header->section_levels, *draft.header.section_levels);
}

TEST_F(IntakeTest, AnAuthorsRevisionsOfOneRecordAreLimited) {
  const record::RecordId id = Publish();
  absl::StatusOr<Outcome> outcome = Take(rig_.author.Offer(id));
  for (std::size_t i = 0; i < kRevisionsPerRecordMax + 1 && outcome.ok(); ++i) {
    ASSERT_TRUE(rig_.author.publisher->Update(id, SampleDraft(), {}).ok());
    outcome = Take(rig_.author.Offer(id));
  }
  // For good: an author that asked again would ask for ever.
  EXPECT_EQ(outcome.status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  EXPECT_EQ(*Take(rig_.author.Offer(id)), Outcome::kStored);
}

TEST_F(IntakeTest, AttestationsBesideARecordAreLimited) {
  OfferedRecord heavy = rig_.author.Offer(Publish());
  heavy.attestations.resize(1);
  heavy.attestations[0].set_card(Bytes(kCardBytesMax + 1, 'x'));
  EXPECT_EQ(Take(heavy).status().code(), absl::StatusCode::kInvalidArgument);
  OfferedRecord offered = rig_.author.Offer(Publish());
  offered.attestations.resize(17);
  EXPECT_EQ(Take(offered).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(IntakeTest, ASightingIsTakenOnlyOfWhatItsAuthorMaySight) {
  const record::RecordId id = Publish();
  ASSERT_TRUE(Take(rig_.author.Offer(id)).ok());
  std::string cursor;
  rig_.Pull(rig_.reader, "beta", cursor);
  const auto sighting = rig_.reader.publisher->Sight(id, "198.51.100.7", renkei::v1::VERDICT_SEEN);
  ASSERT_TRUE(sighting.ok()) << Message(sighting.status());
  EXPECT_EQ(rig_.Push(rig_.reader, "beta").front(), absl::StatusCode::kOk);
  // Of a record the hub doesn't know: refused as one that may not be seen.
  const record::RecordId unknown = Publish();
  FeedBatch batch{.cursor = "x"};
  batch.items.emplace_back(rig_.author.Offer(unknown));
  ASSERT_TRUE(rig_.reader.intake->TakeBatch({.link = "hub", .team = "hub"}, batch).ok());
  ASSERT_TRUE(rig_.reader.publisher->Sight(unknown, "", renkei::v1::VERDICT_SEEN).ok());
  const auto codes = rig_.Push(rig_.reader, "beta");
  EXPECT_EQ(codes.back(), absl::StatusCode::kPermissionDenied);
}

TEST_F(IntakeTest, ARecordWithTooManyRevisionsDoesNotHoldUpTheHubsFeed) {
  // Another member hands us all that we keep of its record; the hub has one more.
  const record::RecordId id = Publish();
  FeedBatch many{.cursor = "direct"};
  for (std::size_t i = 0; i < kRevisionsPerRecordMax; ++i) {
    many.items.emplace_back(rig_.author.Offer(id));
    ASSERT_TRUE(rig_.author.publisher->Update(id, SampleDraft(), {}).ok());
  }
  ASSERT_TRUE(rig_.reader.intake->TakeBatch({.link = "alpha", .team = "alpha"}, many).ok());
  FeedBatch batch{.cursor = "hub"};
  batch.items.emplace_back(rig_.author.Offer(id));
  const record::RecordId other = Publish();
  batch.items.emplace_back(rig_.author.Offer(other));
  const auto report = rig_.reader.intake->TakeBatch({.link = "hub", .team = "hub"}, batch);
  ASSERT_TRUE(report.ok()) << Message(report.status());
  EXPECT_EQ(report->refused, 1);
  EXPECT_TRUE(rig_.reader.Find(other));
}

TEST_F(IntakeTest, WhatAHubTakesIsNotAheadOfAMembersClockThatIsALittleBehind) {
  const OfferedRecord offered = rig_.author.Offer(Publish());
  rig_.clock.Advance(-std::chrono::minutes(6));
  EXPECT_EQ(Take(offered).status().code(), absl::StatusCode::kUnavailable);
  rig_.clock.Advance(std::chrono::minutes(1));
  EXPECT_EQ(*Take(offered), Outcome::kStored);
  // A member five minutes behind the hub goes on.
  rig_.clock.Advance(-std::chrono::minutes(5));
  FeedBatch batch{.cursor = "c"};
  batch.items.emplace_back(offered);
  EXPECT_TRUE(rig_.reader.intake->TakeBatch({.link = "hub", .team = "hub"}, batch).ok());
}

TEST_F(IntakeTest, RefusalsForAFullQuotaAreNotCountedInTheStoreEachTime) {
  rig_.hub.intake->SetLimits({.records_per_peer_per_day = 1, .tombstones_per_peer = 1});
  const record::RecordId first = Publish();
  ASSERT_TRUE(Take(rig_.author.Offer(first)).ok());
  const OfferedRecord second = rig_.author.Offer(Publish());
  EXPECT_EQ(Take(second).status().code(), absl::StatusCode::kResourceExhausted);
  const auto withdrawal = [&] {
    const record::RecordId id = Publish();
    EXPECT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
    return rig_.author.Offer(id);
  };
  const OfferedRecord tombstone = withdrawal();
  ASSERT_TRUE(Take(tombstone).ok());
  const OfferedRecord another = withdrawal();
  EXPECT_EQ(Take(another).status().code(), absl::StatusCode::kResourceExhausted);
  // What a count in the store would see now is not seen before its time.
  const auto opened = record::Open(tombstone.record);
  ASSERT_TRUE(rig_.hub.store
                  ->Commit([&](store::Writer& writer) -> absl::Status {
                    RETURN_IF_ERROR(writer.DropRecord(first));
                    return writer.DropRecord(opened->header().record_id);
                  })
                  .ok());
  EXPECT_EQ(Take(second).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Take(another).status().code(), absl::StatusCode::kResourceExhausted);
  rig_.clock.Advance(kRecordsRecount);
  EXPECT_TRUE(Take(second).ok());
  EXPECT_EQ(Take(another).status().code(), absl::StatusCode::kResourceExhausted);
  rig_.clock.Advance(kTombstonesRecount);
  EXPECT_TRUE(Take(another).ok());
}

TEST_F(IntakeTest, AConfirmationIsBelievedOfTheHubAndForOurOwnRecordsAlone) {
  const record::RecordId own = Publish();
  const auto foreign = testing_support::SampleRecord(rig_.reader.key).header().record_id;
  const auto tell = [&](const std::string& link, const record::RecordId& id) {
    FeedBatch batch{.cursor = "c"};
    batch.items.emplace_back(Confirmation{.id = id, .receipts = 7, .sent_to = 7});
    ASSERT_TRUE(rig_.author.intake->TakeBatch({.link = link, .team = link}, batch).ok());
  };
  const auto confirmed = [&] {
    std::size_t rows = 0;
    EXPECT_TRUE(rig_.author.store
                    ->Read([&](const store::Reader& reader) -> absl::Status {
                      rows = reader.ListObjects("confirmed")->size();
                      return absl::OkStatus();
                    })
                    .ok());
    return rows;
  };
  tell("beta", own);
  tell("hub", foreign);
  EXPECT_EQ(confirmed(), 0U);
  tell("hub", own);
  EXPECT_EQ(confirmed(), 1U);
}

TEST_F(IntakeTest, ARetractionOfWhatIsNotHeldLeavesNoReceiptBehind) {
  FeedBatch batch{.cursor = "c"};
  batch.items.emplace_back(
      Retraction{.id = testing_support::SampleRecord(rig_.author.key).header().record_id});
  ASSERT_TRUE(rig_.reader.intake->TakeBatch({.link = "hub", .team = "hub"}, batch).ok());
  EXPECT_EQ(rig_.reader.Waiting(), 0);
}

}  // namespace
}  // namespace renkei::feed
