#include "node/feed/publisher.h"

#include <gtest/gtest.h>

#include "node/feed/outbox.h"
#include "tests/support/feed_rig.h"

namespace renkei::feed {
namespace {

using testing_support::FeedRig;
using testing_support::SampleDraft;

class PublisherTest : public testing::Test {
 protected:
  bool HasSection(const record::RecordId& id, policy::SectionId section) const {
    return (rig_.author.HeldSections(id) & policy::Bit(section)) != 0;
  }

  FeedRig rig_;
};

TEST_F(PublisherTest, TheSameSourceUnchangedDoesNothingAndChangedRevises) {
  record::Draft draft = SampleDraft();
  draft.source_format = "misp";
  draft.source_id = "uuid-1";
  const auto first = rig_.author.publisher->Publish(draft, {});
  ASSERT_TRUE(first.ok()) << Message(first.status());
  EXPECT_EQ(first->result, PublishResult::kPublished);
  const auto again = rig_.author.publisher->Publish(draft, {});
  EXPECT_EQ(again->result, PublishResult::kUnchanged);
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(rig_.author.Waiting(), 1);
  draft.sections.mutable_summary()->mutable_title(0)->set_value("changed");
  const auto changed = rig_.author.publisher->Publish(draft, {});
  EXPECT_EQ(changed->result, PublishResult::kRevised);
  EXPECT_EQ(changed->id, first->id);
  EXPECT_EQ(changed->revision, 2U);
}

TEST_F(PublisherTest, AnUnknownCircleIsNamedWithTheNearestOne) {
  const auto refused = rig_.author.publisher->Publish(SampleDraft(), {.circles = {"member"}});
  EXPECT_EQ(Message(refused.status()),
            "circle `member`: this team has no level in it (did you mean `members`?)");
  EXPECT_EQ(rig_.author.Waiting(), 0);
}

TEST_F(PublisherTest, OurOwnPolicyMayKeepARecordHome) {
  rig_.author.SetPolicy(
      "policy \"closed\" version 1\nlevels listed < accredited < certified\ncircles members\n"
      "grant g to peer in {observer} allow exist\n");
  const auto refused = rig_.author.publisher->Publish(SampleDraft(), {});
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->result, PublishResult::kRefused);
  EXPECT_FALSE(refused->refused_by.empty());
  EXPECT_EQ(rig_.author.Waiting(), 0);
}

TEST_F(PublisherTest, WithdrawingTwiceOrAStrangersRecordIsRefused) {
  const auto published = rig_.author.publisher->Publish(SampleDraft(), {});
  ASSERT_TRUE(published.ok());
  ASSERT_TRUE(
      rig_.author.publisher->Withdraw(published->id, record::WithdrawalReason::kMistake).ok());
  EXPECT_EQ(rig_.author.publisher->Withdraw(published->id, record::WithdrawalReason::kMistake)
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(rig_.author.publisher->Withdraw(record::RecordId{}, record::WithdrawalReason::kMistake)
                .status()
                .code(),
            absl::StatusCode::kNotFound);
}

TEST_F(PublisherTest, AFullOutboxRefusesRecordsButTakesWithdrawals) {
  testing_support::FakeClock clock(testing_support::kNow);
  testing_support::Table table;
  testing_support::RigNode node(table, "delta", clock);
  node.config.limits.outbox_records_max = 1;
  node.Reopen();
  const auto first = node.publisher->Publish(SampleDraft(), {});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(node.publisher->Publish(SampleDraft(), {}).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(node.publisher->Withdraw(first->id, record::WithdrawalReason::kLegal).ok());
}

TEST_F(PublisherTest, APreviewNeedsNoStoreAndShowsEachLevel) {
  const anonymize::Gate gate{config::Assets{}};
  const auto preview =
      MakePreview(SampleDraft(), {}, gate, rig_.author.policies->Current()->evaluator, {},
                  testing_support::kNow);
  ASSERT_TRUE(preview.ok());
  ASSERT_EQ(preview->audience.size(), 3U);
  EXPECT_EQ(preview->audience[0].level, "listed");
  EXPECT_FALSE(preview->audience[0].mask.Sees(policy::SectionId::kVictim));
  EXPECT_TRUE(preview->audience[2].mask.Sees(policy::SectionId::kVictim));
}

TEST_F(PublisherTest, APreviewTestsTheCrowdAndShowsWhatWouldBeLeftOut) {
  const anonymize::Gate gate{config::Assets{}};
  const policy::Evaluator& evaluator = rig_.author.policies->Current()->evaluator;
  record::Draft draft = SampleDraft();
  draft.header.sectors = {"energy"};
  const auto warned = MakePreview(draft, {}, gate, evaluator, {}, testing_support::kNow);
  ASSERT_TRUE(warned.ok());
  EXPECT_FALSE(warned->refused) << "an attributed record is only warned of";
  ASSERT_EQ(warned->findings.size(), 1U);
  EXPECT_EQ(warned->findings[0].rule, anonymize::kCrowdRule);
  const auto fits = [](std::string_view circle, const anonymize::VictimProfile& profile) {
    return circle == "members" && profile.sector == "energy";
  };
  EXPECT_TRUE(MakePreview(draft, {}, gate, evaluator, {}, testing_support::kNow, {.crowd = fits})
                  ->findings.empty());
  const auto general =
      MakePreview(draft, {.generalise = true}, gate, evaluator, {}, testing_support::kNow);
  EXPECT_TRUE(general->findings.empty());
  EXPECT_TRUE(general->header.sectors.empty());
  EXPECT_FALSE(general->after.has_victim());
  draft.header.source = policy::SourceMode::kAnonymous;
  EXPECT_TRUE(MakePreview(draft, {}, gate, evaluator, {}, testing_support::kNow)->refused);
}

TEST_F(PublisherTest, WhatTooFewTeamsShareIsLeftOutOfWhatIsSealed) {
  record::Draft draft = SampleDraft();
  draft.header.sectors = {"energy"};
  const auto said = rig_.author.publisher->Publish(draft, {});
  ASSERT_TRUE(said.ok());
  EXPECT_TRUE(HasSection(said->id, policy::SectionId::kVictim));
  rig_.table.crowded = false;
  const auto general = rig_.author.publisher->Publish(draft, {.generalise = true});
  ASSERT_TRUE(general.ok());
  EXPECT_FALSE(HasSection(general->id, policy::SectionId::kVictim));
  EXPECT_TRUE(record::ParseHeader(rig_.author.Find(general->id)->header)->sectors.empty());
}

TEST_F(PublisherTest, WhatIsWithdrawnBeforeItWasSentNeverLeaves) {
  // Without a name first: what was said with one is not said without it.
  for (const auto source : {policy::SourceMode::kAnonymous, policy::SourceMode::kAttributed}) {
    const auto published = rig_.author.publisher->Publish(SampleDraft(), {.source = source});
    ASSERT_TRUE(published.ok()) << Message(published.status());
    ASSERT_EQ(published->result, PublishResult::kPublished);
    ASSERT_TRUE(rig_.author.publisher->Update(published->id, SampleDraft(), {}).ok());
    ASSERT_TRUE(
        rig_.author.publisher->Withdraw(published->id, record::WithdrawalReason::kMistake).ok());
    std::vector<store::OutboxRow> rows;
    ASSERT_TRUE(rig_.author.store
                    ->Read([&](const store::Reader& reader) -> absl::Status {
                      ASSIGN_OR_RETURN(rows, reader.OutboxOf("hub", published->id));
                      return absl::OkStatus();
                    })
                    .ok());
    ASSERT_EQ(rows.size(), 1U);
    const auto left = record::Open(DecodeOutbox(rows.front().payload)->record);
    ASSERT_TRUE(left.ok());
    EXPECT_EQ(left->header().kind, policy::Kind::kWithdrawal);
    EXPECT_EQ(left->held(), 0);
  }
}

}  // namespace
}  // namespace renkei::feed
