#include "tests/unit/feed/unnamed_fixture.h"

namespace renkei::feed {
namespace {

class PublishOnceTest : public UnnamedTest {
 protected:
  std::size_t Known(const std::string& name) {
    std::size_t known = 0;
    EXPECT_TRUE(rig_.author.store
                    ->Read([&](const store::Reader& reader) -> absl::Status {
                      ASSIGN_OR_RETURN(const auto found, FindPublishedOnce(reader, name));
                      known = found.size();
                      return absl::OkStatus();
                    })
                    .ok());
    return known;
  }
};

TEST_F(PublishOnceTest, UnderOneNameEachPartIsPublishedOnceInEveryMode) {
  for (const SourceMode source :
       {SourceMode::kPseudonymous, SourceMode::kAnonymous, SourceMode::kAttributed}) {
    const std::string name(policy::ToWord(source));
    const PublishOptions options{.source = source, .once = name};
    const record::Draft draft = DraftOf("once " + name);
    const auto waiting = rig_.author.Waiting();
    const auto first = rig_.author.publisher->Publish(draft, options);
    ASSERT_TRUE(first.ok()) << Message(first.status());
    EXPECT_EQ(first->result, PublishResult::kPublished);
    const auto again = rig_.author.publisher->Publish(draft, options);
    EXPECT_EQ(again->result, PublishResult::kPublished);
    EXPECT_EQ(again->id, first->id);
    EXPECT_EQ(rig_.author.Waiting(), waiting + 1);
    const auto part = rig_.author.publisher->Publish(draft, options, 1);
    EXPECT_NE(part->id, first->id);
    EXPECT_EQ(Known(name), 2U);
  }
}

// Else a draft of which one part had not changed would never be settled.
TEST_F(PublishOnceTest, APartThatHasNotChangedIsDoneToo) {
  record::Draft draft = DraftOf("one");
  draft.source_format = "json";
  draft.source_id = "11111111-2222-4333-8444-555555555555";
  const auto first = rig_.author.publisher->Publish(draft, {.once = "a"});
  ASSERT_TRUE(first.ok()) << Message(first.status());
  for (int i = 0; i < 2; ++i) {
    const auto again = rig_.author.publisher->Publish(draft, {.once = "b"});
    ASSERT_TRUE(again.ok()) << Message(again.status());
    EXPECT_EQ(again->result, PublishResult::kUnchanged);
    EXPECT_EQ(again->id, first->id);
    EXPECT_EQ(Known("b"), 1U);
  }
}

TEST_F(PublishOnceTest, SoAreARevisionAndAWithdrawal) {
  const record::RecordId id = MustPublish(SourceMode::kAttributed).id;
  const auto revised = rig_.author.publisher->Update(id, DraftOf("two"), {.once = "up"});
  EXPECT_EQ(revised->revision, 2U);
  const auto again = rig_.author.publisher->Update(id, DraftOf("two"), {.once = "up"});
  ASSERT_TRUE(again.ok()) << Message(again.status());
  EXPECT_EQ(again->result, PublishResult::kRevised);
  EXPECT_EQ(again->revision, 2U);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kLegal, "down").ok());
  }
  EXPECT_EQ(rig_.author.Find(id)->revision, 3U);
}

TEST_F(PublishOnceTest, ARefusedOneIsNotOutAndAForgottenNameIsNew) {
  record::Draft draft = DraftOf("one");
  draft.sections.mutable_impact()->add_description()->set_value("a narrative");
  EXPECT_EQ(rig_.author.publisher->Publish(draft, {.once = "a"})->result, PublishResult::kRefused);
  EXPECT_EQ(Known("a"), 0U);
  ASSERT_TRUE(rig_.author.publisher->Publish(DraftOf("one"), {.once = "a"}).ok());
  ASSERT_TRUE(rig_.author.publisher->Publish(DraftOf("two"), {.once = "ab"}).ok());
  ASSERT_TRUE(ForgetOnce(*rig_.author.store, {"ab"}).ok());
  EXPECT_EQ(Known("a"), 0U);
  EXPECT_EQ(Known("ab"), 1U);
}

}  // namespace
}  // namespace renkei::feed
