// Records without a name: what holds in both modes.
#include "node/feed/kept_attestations.h"
#include "tests/unit/feed/unnamed_fixture.h"

namespace renkei::feed {
namespace {

using policy::SourceMode;

class UnnamedModeTest : public UnnamedTest, public testing::WithParamInterface<SourceMode> {};

INSTANTIATE_TEST_SUITE_P(Modes, UnnamedModeTest,
                         testing::Values(SourceMode::kPseudonymous, SourceMode::kAnonymous),
                         [](const auto& test) { return std::string(ToWord(test.param)); });

TEST_P(UnnamedModeTest, TheAuthorUpdatesAndWithdrawsAfterARestart) {
  const SourceMode source = GetParam();
  const record::RecordId id = MustPublish(source).id;
  Deliver(source);
  EXPECT_EQ(TitleOf(rig_.reader, id), "one");
  rig_.author.Reopen();
  const auto updated = rig_.author.publisher->Update(id, DraftOf("two"), {});
  ASSERT_TRUE(updated.ok()) << Message(updated.status());
  EXPECT_EQ(updated->revision, 2U);
  Deliver(source);
  EXPECT_EQ(TitleOf(rig_.reader, id), "two");
  rig_.author.Reopen();
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  Deliver(source);
  EXPECT_EQ(rig_.reader.Find(id)->state, store::RecordState::kWithdrawn);
  EXPECT_EQ(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(UnnamedModeTest, TheCopyThatComesBackIsAnyonesAndTheAuthorsStaysApart) {
  const SourceMode source = GetParam();
  const record::RecordId id = MustPublish(source).id;
  EXPECT_FALSE(rig_.author.Find(id)) << "nothing may be read from our feed yet";
  // Nobody who reads from the author's own node hears of it.
  const auto own_feed = rig_.author.egress->Read(rig_.Peer("beta"), {}, "");
  EXPECT_TRUE(own_feed->items.empty());
  Deliver(source);
  std::string cursor;
  rig_.Pull(rig_.author, "alpha", cursor);
  const auto at_author = rig_.author.Find(id);
  const auto at_reader = rig_.reader.Find(id);
  ASSERT_TRUE(at_author && at_reader);
  EXPECT_FALSE(at_author->own);
  EXPECT_EQ(at_author->author, "");
  EXPECT_EQ(at_author->stored, at_reader->stored);
  EXPECT_EQ(at_author->attestations, at_reader->attestations);
  EXPECT_EQ(at_author->circles, at_reader->circles);
}

TEST_P(UnnamedModeTest, TheHubJoinsTeamAndRecordInNoRow) {
  const SourceMode source = GetParam();
  const record::RecordId id = MustPublish(source).id;
  Deliver(source);
  const auto row = rig_.hub.Find(id);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->author, "");
  EXPECT_FALSE(row->own);
  ASSERT_TRUE(rig_.hub.store
                  ->Read([&](const store::Reader& reader) -> absl::Status {
                    ASSIGN_OR_RETURN(const auto held, reader.Held(id));
                    EXPECT_FALSE(held.empty());
                    for (const store::HeldRow& one : held) EXPECT_EQ(one.link, "unnamed");
                    EXPECT_EQ(*reader.ReceivedSince("alpha", kNow - hours(24)), 0);
                    EXPECT_EQ(reader.ListObjects("unnamed_count")->size(), 1U);
                    EXPECT_FALSE(*reader.FindUnreleased(id));
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_P(UnnamedModeTest, TheSameSourceRevisesItsRecordAndStaysInItsMode) {
  record::Draft draft = DraftOf("one");
  draft.source_format = "misp";
  draft.source_id = "uuid-1";
  const PublishOptions options{.source = GetParam()};
  const auto first = rig_.author.publisher->Publish(draft, options);
  ASSERT_TRUE(first.ok()) << Message(first.status());
  EXPECT_EQ(rig_.author.publisher->Publish(draft, {})->result, PublishResult::kUnchanged);
  draft.sections.mutable_summary()->mutable_title(0)->set_value("two");
  const auto revised = rig_.author.publisher->Publish(draft, {});
  ASSERT_TRUE(revised.ok()) << Message(revised.status());
  EXPECT_EQ(revised->result, PublishResult::kRevised);
  EXPECT_EQ(revised->id, first->id);
  // Its name must not come out because a flag was forgotten, or another given.
  const auto named = rig_.author.publisher->Publish(draft, {.source = SourceMode::kAttributed});
  EXPECT_EQ(named.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(rig_.author.publisher->Update(first->id, draft, {.source = SourceMode::kAttributed})
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(UnnamedModeTest, TheCharterMustAllowIt) {
  rig_.table.anonymous = false;
  rig_.table.pseudonymous = false;
  const auto refused = rig_.author.publisher->Publish(DraftOf("x"), {.source = GetParam()});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  // The hub asks for itself.
  EXPECT_EQ(Submit(SealBy(crypto::SigningKey::Generate(), GetParam(), kNow)),
            absl::StatusCode::kPermissionDenied);
}

TEST_P(UnnamedModeTest, IdsOfTheSystemItCameFromStayHome) {
  record::Draft draft = SampleDraft();
  const Bytes uuid = "sixteen bytes id";
  draft.sections.mutable_indicators()->mutable_indicators(0)->set_uuid(uuid);
  draft.sections.mutable_indicators()->add_objects()->set_uuid(uuid);
  draft.sections.mutable_detection_rules()->add_rules()->set_uuid(uuid);
  const auto published = rig_.author.publisher->Publish(draft, {.source = GetParam()});
  ASSERT_TRUE(published.ok()) << Message(published.status());
  Deliver(GetParam());
  const auto row = rig_.reader.Find(published->id);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->stored.find(uuid), Bytes::npos);
}

TEST_P(UnnamedModeTest, OnlyMembersOfTheCircleSubmitAndQuotasCountAgainstThem) {
  const auto fresh = [&] { return SealBy(crypto::SigningKey::Generate(), GetParam(), kNow); };
  EXPECT_EQ(Submit(fresh(), "stranger"), absl::StatusCode::kPermissionDenied);
  rig_.hub.intake->SetLimits({.records_per_peer_per_day = 2});
  EXPECT_EQ(Submit(fresh()), absl::StatusCode::kOk);
  EXPECT_EQ(Submit(fresh()), absl::StatusCode::kOk);
  EXPECT_EQ(Submit(fresh()), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Submit(fresh(), "beta"), absl::StatusCode::kOk);
  rig_.clock.Advance(hours(24));
  EXPECT_EQ(Submit(fresh()), absl::StatusCode::kOk);
}

TEST_P(UnnamedModeTest, TheHubLintsAgainWhatItCan) {
  record::Draft draft = SampleDraft();
  draft.sections.mutable_impact()->add_description()->set_value("lost C:\\Users\\mallory\\plan");
  EXPECT_EQ(Submit(SealBy(crypto::SigningKey::Generate(), GetParam(), kNow, draft)),
            absl::StatusCode::kPermissionDenied);
}

// Its own program would not have sealed it: the hub takes nobody's word for that.
TEST_P(UnnamedModeTest, TheHubAsksTheCrowdAgain) {
  const SourceMode source = GetParam();
  const crypto::SigningKey key = crypto::SigningKey::Generate();
  record::Draft draft = SampleDraft();
  rig_.table.crowded = false;
  EXPECT_EQ(Submit(SealBy(key, source, kNow, draft)), absl::StatusCode::kFailedPrecondition);
  draft.sections.clear_victim();
  draft.header.countries = {"jp"};
  EXPECT_EQ(Submit(SealBy(key, source, kNow, draft)), absl::StatusCode::kFailedPrecondition);
  draft.header.countries.clear();
  EXPECT_EQ(Submit(SealBy(key, source, kNow, draft)), absl::StatusCode::kOk);
}

// Whatever has become of the crowd, an author takes back what it said.
TEST_P(UnnamedModeTest, ACrowdThatIsGoneStopsRevisionsAndNoWithdrawal) {
  const SourceMode source = GetParam();
  const record::RecordId id = MustPublish(source).id;
  Deliver(source);
  ASSERT_TRUE(rig_.author.publisher->Update(id, DraftOf("two"), {}).ok());
  rig_.table.crowded = false;
  EXPECT_EQ(rig_.Push(rig_.author, "alpha").front(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kLegal).ok());
  Deliver(source);
  EXPECT_EQ(rig_.reader.Find(id)->state, store::RecordState::kWithdrawn);
}

// A public address that is no indicator: the author saw the warning.
TEST_P(UnnamedModeTest, AWarningOfTheLintDoesNotRefuseAtTheHub) {
  record::Draft draft = DraftOf("seen from 198.51.100.99 too");
  EXPECT_EQ(Submit(SealBy(crypto::SigningKey::Generate(), GetParam(), kNow, draft)),
            absl::StatusCode::kOk);
}

TEST_P(UnnamedModeTest, ATeamThatLostItsLevelTakesBackButWritesNothingMore) {
  const SourceMode source = GetParam();
  const record::RecordId id = MustPublish(source).id;
  Deliver(source);
  rig_.table.SetRung("alpha", 0);
  ASSERT_TRUE(rig_.author.publisher->Update(id, DraftOf("two"), {}).ok());
  EXPECT_EQ(rig_.Push(rig_.author, "alpha").front(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kLegal).ok());
  Deliver(source);
  EXPECT_EQ(rig_.reader.Find(id)->state, store::RecordState::kWithdrawn);
}

TEST_P(UnnamedModeTest, TheRungStaysThatOfTheFirstRevision) {
  const SourceMode source = GetParam();
  rig_.table.SetRung("alpha", 4);
  const record::RecordId id = MustPublish(source).id;
  Deliver(source);
  rig_.table.SetRung("alpha", 12);
  ASSERT_TRUE(rig_.author.publisher->Update(id, DraftOf("two"), {}).ok());
  Deliver(source);
  EXPECT_EQ(TitleOf(rig_.reader, id), "two");
  const auto kept = DecodeAttestations(rig_.reader.Find(id)->attestations);
  ASSERT_TRUE(kept.ok());
  const auto author =
      rig_.reader.community.CheckAuthor(HeaderOf(rig_.reader, id), *kept, Lapsed::kRefuse);
  ASSERT_TRUE(author.ok());
  EXPECT_EQ(author->facts.circles.front().rung, 4);
}

}  // namespace
}  // namespace renkei::feed
