#include "node/feed/said_before.h"

#include "node/feed/upkeep.h"
#include "tests/unit/feed/unnamed_fixture.h"

namespace renkei::feed {
namespace {

class SaidBeforeTest : public UnnamedTest {
 protected:
  static std::vector<std::string> PlacesOf(const Published& published) {
    std::vector<std::string> places;
    for (const anonymize::Finding& finding : published.findings) {
      if (finding.rule == kSaidRule) places.push_back(finding.place);
    }
    return places;
  }
  Published Publish(const record::Draft& draft, const PublishOptions& options) {
    auto published = rig_.author.publisher->Publish(draft, options);
    EXPECT_TRUE(published.ok()) << Message(published.status());
    return published.ok() ? *std::move(published) : Published{};
  }
  static record::Draft OtherTitle() { return DraftOf("Something else altogether"); }
};

TEST_F(SaidBeforeTest, WhatWasSaidByNameIsNotSaidWithoutIt) {
  MustPublish(SourceMode::kAttributed);
  for (const SourceMode source : {SourceMode::kPseudonymous, SourceMode::kAnonymous}) {
    const Published again = Publish(OtherTitle(), {.source = source});
    EXPECT_EQ(again.result, PublishResult::kRefused);
    EXPECT_EQ(PlacesOf(again), (std::vector<std::string>{"indicators", "indicators.indicators"}));
  }
  EXPECT_EQ(rig_.author.Waiting(), 1);
}

TEST_F(SaidBeforeTest, TheSetOfIndicatorsCountsWhateverElseIsSaidOfThem) {
  MustPublish(SourceMode::kAttributed);
  record::Draft draft = OtherTitle();
  auto& indicators = *draft.sections.mutable_indicators()->mutable_indicators();
  indicators.SwapElements(0, 1);
  indicators[0].mutable_comment()->set_value("with a comment");
  EXPECT_EQ(PlacesOf(Publish(draft, {.source = SourceMode::kAnonymous})),
            std::vector<std::string>{"indicators.indicators"});
  indicators[0].set_value("other.example.net");
  EXPECT_EQ(Publish(draft, {.source = SourceMode::kAnonymous}).result, PublishResult::kPublished);
}

TEST_F(SaidBeforeTest, APersonMayAllowEachOfThem) {
  MustPublish(SourceMode::kAttributed);
  PublishOptions options{.source = SourceMode::kPseudonymous};
  options.overrides = {{std::string(kSaidRule), "indicators"}};
  EXPECT_EQ(Publish(OtherTitle(), options).result, PublishResult::kRefused);
  options.overrides.push_back({std::string(kSaidRule), "indicators.indicators"});
  const Published allowed = Publish(OtherTitle(), options);
  EXPECT_EQ(allowed.result, PublishResult::kPublished);
  EXPECT_EQ(allowed.allowed.size(), 2U);
}

TEST_F(SaidBeforeTest, APreviewAsksItToo) {
  MustPublish(SourceMode::kAttributed);
  const anonymize::Gate gate{config::Assets{}};
  const auto preview = [&](const PublishOptions& options) {
    return *MakePreview(
        OtherTitle(), options, gate, rig_.author.policies->Current()->evaluator, {},
        rig_.clock.Now(),
        {.crowd = [](std::string_view, const anonymize::VictimProfile&) { return true; },
         .said = rig_.author.publisher->SaidBefore()});
  };
  PublishOptions options{.source = SourceMode::kPseudonymous};
  EXPECT_TRUE(preview(options).refused);
  EXPECT_EQ(preview(options).findings.size(), 2U);
  options.overrides = {{std::string(kSaidRule), "indicators"},
                       {std::string(kSaidRule), "indicators.indicators"}};
  EXPECT_FALSE(preview(options).refused);
  EXPECT_EQ(preview(options).allowed.size(), 2U);
  EXPECT_FALSE(preview({.source = SourceMode::kAttributed}).refused);
}

TEST_F(SaidBeforeTest, ByNameAnythingMayBeSaidTwiceAndWithoutItToo) {
  MustPublish(SourceMode::kPseudonymous);
  EXPECT_EQ(Publish(OtherTitle(), {.source = SourceMode::kPseudonymous}).result,
            PublishResult::kPublished);
  MustPublish(SourceMode::kAttributed);
  MustPublish(SourceMode::kAttributed, "two");
}

TEST_F(SaidBeforeTest, ItIsForgottenWhenTheRecordIsPast) {
  MustPublish(SourceMode::kAttributed);
  rig_.clock.Advance(hours(24 * 150));
  ASSERT_TRUE(Upkeep(*rig_.author.store, rig_.clock.Now()).ok());
  EXPECT_EQ(Publish(OtherTitle(), {.source = SourceMode::kAnonymous}).result,
            PublishResult::kRefused);
  rig_.clock.Advance(hours(24 * 95));  // expired after 180 days, past after 30 more, and an epoch
  ASSERT_TRUE(Upkeep(*rig_.author.store, rig_.clock.Now()).ok());
  EXPECT_EQ(Publish(OtherTitle(), {.source = SourceMode::kAnonymous}).result,
            PublishResult::kPublished);
}

}  // namespace
}  // namespace renkei::feed
