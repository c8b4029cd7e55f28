// Records without a name: pseudonyms, release, rules of publishing.
#include <algorithm>
#include <future>
#include <thread>

#include "node/feed/limits.h"
#include "node/membership/anon_master.h"
#include "tests/unit/feed/unnamed_fixture.h"

namespace renkei::feed {
namespace {

TEST_F(UnnamedTest, WhoeverDeliversIsToldThoughTheFeedHasNothingNew) {
  int told = 0;
  rig_.author.publisher->OnQueued([&told] { ++told; });
  const record::RecordId id = MustPublish(SourceMode::kAnonymous).id;
  EXPECT_EQ(told, 1);
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  EXPECT_EQ(told, 2);
}

TEST_F(UnnamedTest, APseudonymIsStableInItsEpochAndLivesOnInItsRecords) {
  const record::RecordId first = MustPublish(SourceMode::kPseudonymous).id;
  const record::RecordId second = MustPublish(SourceMode::kPseudonymous, "other").id;
  Deliver(SourceMode::kPseudonymous);
  const crypto::PublicKey key = HeaderOf(rig_.reader, first).origin;
  EXPECT_EQ(HeaderOf(rig_.reader, second).origin, key);
  rig_.clock.Advance(hours(24 * 60));
  ASSERT_TRUE(rig_.author.publisher->Update(first, DraftOf("two"), {}).ok());
  const record::RecordId later = MustPublish(SourceMode::kPseudonymous, "later").id;
  Deliver(SourceMode::kPseudonymous);
  EXPECT_EQ(TitleOf(rig_.reader, first), "two");
  EXPECT_EQ(HeaderOf(rig_.reader, first).origin, key);
  EXPECT_NE(HeaderOf(rig_.reader, later).origin, key);
}

TEST_F(UnnamedTest, APseudonymStartsNoRecordAfterItsEpochAndSevenDays) {
  const crypto::SigningKey key = crypto::SigningKey::Generate();
  const Timestamp epoch_end = Timestamp((membership::EpochOf(kNow) + 1) * membership::kEpochLength);
  const record::Record first = SealBy(key, SourceMode::kPseudonymous, kNow);
  EXPECT_EQ(Submit(first), absl::StatusCode::kOk);
  rig_.clock.Advance(epoch_end - kNow + hours(24 * 7) - hours(1));
  EXPECT_EQ(Submit(SealBy(key, SourceMode::kPseudonymous, rig_.clock.Now())),
            absl::StatusCode::kOk);
  rig_.clock.Advance(hours(1));
  EXPECT_EQ(Submit(SealBy(key, SourceMode::kPseudonymous, rig_.clock.Now())),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(UnnamedTest, TheMappingOfAPseudonymIsKeptOnceAndForgottenWhenItsRecordsArePast) {
  const record::RecordId id = MustPublish(SourceMode::kPseudonymous).id;
  Deliver(SourceMode::kPseudonymous);
  const crypto::PublicKey key = HeaderOf(rig_.hub, id).origin;
  const auto mapping = [&] {
    std::optional<Bytes> found;
    EXPECT_TRUE(rig_.hub.store
                    ->Read([&](const store::Reader& reader) -> absl::Status {
                      found = *FindSealedPseudonym(reader, key);
                      return absl::OkStatus();
                    })
                    .ok());
    return found;
  };
  ASSERT_TRUE(mapping());
  const Bytes sealed = *mapping();
  ASSERT_TRUE(rig_.author.publisher->Update(id, DraftOf("two"), {}).ok());
  Deliver(SourceMode::kPseudonymous);
  EXPECT_EQ(*mapping(), sealed);
  const Timestamp expires = HeaderOf(rig_.hub, id).expires;
  EXPECT_TRUE(ForgetUnnamed(*rig_.hub.store, expires + hours(24 * 30)).ok());
  EXPECT_TRUE(mapping());
  EXPECT_TRUE(
      ForgetUnnamed(*rig_.hub.store, expires + hours(24 * 30) + std::chrono::seconds(1)).ok());
  EXPECT_FALSE(mapping());
}

TEST_F(UnnamedTest, AnonymousRecordsWaitForTheEndOfTheirHourAndComeShuffled) {
  std::vector<record::RecordId> submitted;
  for (int i = 0; i < 24; ++i) {
    submitted.push_back(MustPublish(SourceMode::kAnonymous, std::to_string(i)).id);
  }
  Push();
  // A hub that starts anew releases nothing early.
  EXPECT_EQ(*ReleaseUnnamed(*rig_.hub.store, rig_.clock.Now(), hours(1)), 0);
  Pull();
  EXPECT_FALSE(rig_.reader.Find(submitted[0]));
  rig_.clock.Advance(hours(1));
  EXPECT_EQ(*ReleaseUnnamed(*rig_.hub.store, rig_.clock.Now(), hours(1)), 24);
  std::vector<record::RecordId> arrived;
  for (const FeedBatch& batch : rig_.Pull(rig_.reader, "beta", cursor_)) {
    for (const FeedItem& item : batch.items) {
      const auto record = record::Open(std::get<OfferedRecord>(item).record);
      arrived.push_back(record->header().record_id);
    }
  }
  // 1 of 24! orders is that of submission, and 1 that of the ids.
  EXPECT_NE(arrived, submitted);
  EXPECT_FALSE(std::is_sorted(arrived.begin(), arrived.end()));
  std::sort(arrived.begin(), arrived.end());
  std::sort(submitted.begin(), submitted.end());
  EXPECT_EQ(arrived, submitted);
  EXPECT_EQ(rig_.hub.Find(submitted[0])->received, rig_.clock.Now());
}

TEST_F(UnnamedTest, WhatIsWithdrawnBeforeItsReleaseIsNeverHeardOf) {
  const record::RecordId id = MustPublish(SourceMode::kAnonymous).id;
  Push();
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  Push();
  EndPeriod();
  Pull();
  EXPECT_FALSE(rig_.hub.Find(id));
  EXPECT_FALSE(rig_.reader.Find(id));
}

TEST_F(UnnamedTest, ARevisionBeforeTheReleaseTakesThePlaceOfTheOneBefore) {
  const record::RecordId id = MustPublish(SourceMode::kAnonymous).id;
  ASSERT_TRUE(rig_.author.publisher->Update(id, DraftOf("two"), {}).ok());
  Push();
  EndPeriod();
  Pull();
  EXPECT_EQ(TitleOf(rig_.reader, id), "two");
}

TEST_F(UnnamedTest, WhatIsSentAgainChangesNothing) {
  const crypto::SigningKey key = crypto::SigningKey::Generate();
  const record::Record record = SealBy(key, SourceMode::kAnonymous, kNow);
  EXPECT_EQ(Submit(record), absl::StatusCode::kOk);
  EXPECT_EQ(Submit(record), absl::StatusCode::kOk);
  EndPeriod();
  const auto offset = rig_.hub.Find(record.header().record_id)->offset;
  // Also from somebody who got it over the feed.
  EXPECT_EQ(Submit(record, "beta"), absl::StatusCode::kOk);
  EndPeriod();
  EXPECT_EQ(rig_.hub.Find(record.header().record_id)->offset, offset);
}

TEST_F(UnnamedTest, ARevisionStaysInItsSourceMode) {
  const crypto::SigningKey key = crypto::SigningKey::Generate();
  const record::Record first = SealBy(key, SourceMode::kPseudonymous, kNow);
  EXPECT_EQ(Submit(first), absl::StatusCode::kOk);
  record::Draft draft = SampleDraft();
  draft.header.source = SourceMode::kAnonymous;
  const record::Header& h = first.header();
  const auto second = record::Seal(
      record::AnonymizedDraftForTests::Of(draft), key,
      {.circles = {kCircle},
       .issued = kNow,
       .expires = kNow + hours(24 * 365),
       .previous = record::PreviousRevision{h.record_id, h.id_nonce, 1, first.leaf(), kNow}});
  ASSERT_TRUE(second.ok()) << Message(second.status());
  EXPECT_EQ(Submit(*second), absl::StatusCode::kInvalidArgument);
}

TEST_F(UnnamedTest, AnAnonymousDraftHasNoContactAttachmentsOrTags) {
  record::Draft draft = SampleDraft();
  draft.sections.mutable_contact()->add_points()->set_name("duty officer");
  draft.sections.mutable_attachments()->add_attachments()->set_name("report");
  draft.header.tags = {"campaign-7"};
  const auto refused = rig_.author.publisher->Publish(draft, {.source = SourceMode::kAnonymous});
  ASSERT_TRUE(refused.ok()) << Message(refused.status());
  EXPECT_EQ(refused->result, PublishResult::kRefused);
  EXPECT_EQ(refused->findings.size(), 3U);
  EXPECT_EQ(rig_.author.Waiting(), 0);
}

TEST_F(UnnamedTest, AnUnnamedRecordGoesToExactlyOneCircleAndNotFromAHub) {
  record::Draft draft = SampleDraft();
  draft.header.circles = {"members"};
  EXPECT_EQ(rig_.hub.publisher->Publish(draft, {.source = SourceMode::kAnonymous}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  record::DraftHeader header;
  header.source = SourceMode::kAnonymous;
  header.circles = {"energy", "members"};
  EXPECT_EQ(CheckUnnamed(header, rig_.author.community).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(UnnamedTest, TheModeOfNodeTomlHoldsUnlessTheDraftOrTheCallSaysOther) {
  rig_.author.config.publish.default_source = "anonymous";
  rig_.author.publisher->SetConfig(rig_.author.config);
  const auto source_of = [&](const record::RecordId& id) {
    std::optional<store::UnnamedRow> row;
    EXPECT_TRUE(rig_.author.store
                    ->Read([&](const store::Reader& reader) -> absl::Status {
                      row = *reader.FindUnnamed(id);
                      return absl::OkStatus();
                    })
                    .ok());
    return row ? row->source : SourceMode::kAttributed;
  };
  record::Draft draft = SampleDraft();
  EXPECT_EQ(source_of(rig_.author.publisher->Publish(draft, {})->id), SourceMode::kAnonymous);
  draft.header.source = SourceMode::kPseudonymous;
  EXPECT_EQ(source_of(rig_.author.publisher->Publish(draft, {})->id), SourceMode::kPseudonymous);
  EXPECT_EQ(
      source_of(rig_.author.publisher->Publish(draft, {.source = SourceMode::kAttributed})->id),
      SourceMode::kAttributed);
}

TEST_F(UnnamedTest, ATeamBringsOnlySoManyNewPseudonymsADay) {
  const auto submit = [&](const std::string& team) {
    return Submit(SealBy(crypto::SigningKey::Generate(), SourceMode::kPseudonymous, kNow), team);
  };
  for (int i = 0; i < kPseudonymsPerTeamPerDayMax; ++i) {
    ASSERT_EQ(submit("alpha"), absl::StatusCode::kOk) << i;
  }
  EXPECT_EQ(submit("alpha"), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(submit("beta"), absl::StatusCode::kOk);
  rig_.clock.Advance(hours(24));
  EXPECT_EQ(submit("alpha"), absl::StatusCode::kOk);
}

// A hub that lacks the record must hear of its end all the same: others may have it.
TEST_F(UnnamedTest, WhoUsedUpADayMayStillTakeBack) {
  rig_.hub.intake->SetLimits({.records_per_peer_per_day = 1});
  MustPublish(SourceMode::kAnonymous, "one");
  const record::RecordId second = MustPublish(SourceMode::kAnonymous, "two").id;
  using Codes = std::vector<absl::StatusCode>;
  EXPECT_EQ(rig_.Push(rig_.author, "alpha"),
            (Codes{absl::StatusCode::kOk, absl::StatusCode::kResourceExhausted}));
  ASSERT_TRUE(rig_.author.publisher->Withdraw(second, record::WithdrawalReason::kMistake).ok());
  EXPECT_EQ(rig_.Push(rig_.author, "alpha"), Codes{absl::StatusCode::kOk});
}

TEST_F(UnnamedTest, TheNumbersOfADayAreGoneWithIt) {
  MustPublish(SourceMode::kAnonymous);
  Push();
  const auto rows = [&] {
    std::size_t kept = 0;
    EXPECT_TRUE(rig_.hub.store
                    ->Read([&](const store::Reader& reader) -> absl::Status {
                      kept = reader.ListObjects("unnamed_count")->size();
                      return absl::OkStatus();
                    })
                    .ok());
    return kept;
  };
  EXPECT_TRUE(ForgetUnnamed(*rig_.hub.store, rig_.clock.Now()).ok());
  EXPECT_EQ(rows(), 1U);
  rig_.clock.Advance(hours(24));
  EXPECT_TRUE(ForgetUnnamed(*rig_.hub.store, rig_.clock.Now()).ok());
  EXPECT_EQ(rows(), 0U);
}

// Who was vouched for once could seal anything with that key, and hand it on where no hub looks.
TEST_F(UnnamedTest, ARecordWithoutANameComesFromTheHubFirst) {
  const record::RecordId id = MustPublish(SourceMode::kPseudonymous).id;
  Push();
  std::vector<FeedBatch> batches;
  std::string at_hub;
  for (bool more = true; more;) {
    auto batch = rig_.hub.egress->Read(rig_.Peer("beta"), {}, at_hub);
    ASSERT_TRUE(batch.ok());
    more = batch->more;
    at_hub = batch->cursor;
    batches.push_back(*batch);
  }
  const auto hand = [&](const FeedBatch& batch) {
    return rig_.reader.intake->TakeBatch({.link = "gamma", .team = "gamma"}, batch);
  };
  auto report = hand(batches.front());
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->refused, 1);
  EXPECT_FALSE(rig_.reader.Find(id));
  Pull();
  ASSERT_TRUE(rig_.reader.Find(id));
  // The same revision may come from others too, for what they add to it.
  report = hand(batches.front());
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->refused, 0);
  // A revision that the hub never saw.
  const std::shared_ptr<const record::Record> held = std::make_shared<const record::Record>(
      *record::Record::FromStored(rig_.reader.Find(id)->stored));
  ASSERT_TRUE(rig_.author.publisher->Update(id, DraftOf("two"), {}).ok());
  std::vector<store::OutboxRow> waiting;
  ASSERT_TRUE(rig_.author.store
                  ->Read([&](const store::Reader& reader) -> absl::Status {
                    ASSIGN_OR_RETURN(waiting, reader.OutboxOf("hub", id));
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_EQ(waiting.size(), 1U);
  OfferedRecord second = std::get<OfferedRecord>(batches.front().items.front());
  second.record = DecodeOutbox(waiting.front().payload)->record;
  FeedBatch revised{.cursor = "g"};
  revised.items.emplace_back(second);
  report = hand(revised);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->refused, 1);
  EXPECT_EQ(rig_.reader.Find(id)->leaf, held->leaf());
}

class LintTurnTest : public UnnamedTest {
 protected:
  record::Record Leaky(SourceMode source = SourceMode::kAnonymous) {
    return LeakyBy(crypto::SigningKey::Generate(), source);
  }
  record::Record LeakyBy(const crypto::SigningKey& key, SourceMode source) {
    record::Draft draft = SampleDraft();
    draft.sections.mutable_impact()->add_description()->set_value("lost C:\\Users\\mallory\\plan");
    return SealBy(key, source, rig_.clock.Now(), draft);
  }
};

TEST_F(LintTurnTest, TheLintIsAskedAfterTheQuota) {
  rig_.hub.intake->SetLimits({.records_per_peer_per_day = 1});
  EXPECT_EQ(Submit(Leaky()), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Submit(SealBy(crypto::SigningKey::Generate(), SourceMode::kAnonymous, kNow)),
            absl::StatusCode::kOk);
  EXPECT_EQ(Submit(Leaky()), absl::StatusCode::kResourceExhausted);
}

TEST_F(LintTurnTest, TheLintIsAskedAfterTheLimitsOfPseudonyms) {
  const crypto::SigningKey old = crypto::SigningKey::Generate();
  ASSERT_EQ(Submit(SealBy(old, SourceMode::kPseudonymous, kNow)), absl::StatusCode::kOk);
  for (int i = 1; i < kPseudonymsPerTeamPerDayMax; ++i) {
    ASSERT_EQ(Submit(SealBy(crypto::SigningKey::Generate(), SourceMode::kPseudonymous, kNow)),
              absl::StatusCode::kOk);
  }
  EXPECT_EQ(Submit(Leaky(SourceMode::kPseudonymous)), absl::StatusCode::kResourceExhausted);
  rig_.clock.Advance(membership::kEpochLength + hours(24 * 8));
  EXPECT_EQ(Submit(LeakyBy(old, SourceMode::kPseudonymous)), absl::StatusCode::kInvalidArgument);
}

TEST_F(LintTurnTest, WhatTheLintRefusesIsLimitedPerDay) {
  for (int i = 0; i < kLintRefusalsPerTeamPerDayMax; ++i) {
    ASSERT_EQ(Submit(Leaky()), absl::StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(Submit(Leaky()), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Submit(Leaky(), "beta"), absl::StatusCode::kPermissionDenied);
  rig_.clock.Advance(hours(24));
  EXPECT_EQ(Submit(Leaky()), absl::StatusCode::kPermissionDenied);
}

// Such threads are few, and every stream needs them.
TEST_F(LintTurnTest, TheLintDoesNotRunOnTheThreadThatHandsOver) {
  std::promise<std::thread::id> refused_on;
  rig_.hub.intake->Take({.link = "alpha", .team = "alpha", .author_only = true},
                        {.record = Leaky().Disclose(policy::kAllSections)},
                        [&](const absl::StatusOr<Outcome>& outcome) {
                          EXPECT_EQ(outcome.status().code(), absl::StatusCode::kPermissionDenied);
                          refused_on.set_value(std::this_thread::get_id());
                        });
  EXPECT_NE(refused_on.get_future().get(), std::this_thread::get_id());
}

TEST_F(LintTurnTest, AStoppedIntakeRefusesWhatItWouldHaveToLookThrough) {
  rig_.hub.intake->Stop();
  EXPECT_EQ(Submit(Leaky()), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace renkei::feed
