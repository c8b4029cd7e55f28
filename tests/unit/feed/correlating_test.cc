#include "node/feed/correlating.h"

#include "tests/unit/feed/unnamed_fixture.h"

namespace renkei::feed {
namespace {

using record::Correlation;

class CorrelatingTest : public UnnamedTest {
 protected:
  CorrelatingTest() { rig_.table.correlation = Correlation::kSubnets; }

  // Each another, but for what was hit: the same may not be said with a name and without.
  record::Draft Hit(const std::string& title, const std::string& source_id = "") {
    record::Draft draft = DraftOf(title + " at 10.20.0.7");
    draft.sections.mutable_indicators()->mutable_indicators(0)->set_value(
        fmt::format("198.51.100.{}", ++hits_));
    draft.source_format = "json";
    draft.source_id = source_id;
    return draft;
  }
  // What became of 10.20.0.7.
  static std::string NameIn(const Published& published) {
    EXPECT_EQ(published.replacements.size(), 1U);
    return published.replacements.empty() ? "" : published.replacements[0].after;
  }
  Published Publish(RigNode& node, const std::string& title, SourceMode source,
                    Correlation wanted = Correlation::kNames) {
    const PublishOptions options{.reviewed = true, .source = source, .correlate = wanted};
    auto published = node.publisher->Publish(Hit(fmt::format("{} {}", title, hits_)), options);
    EXPECT_TRUE(published.ok()) << Message(published.status());
    if (!published.ok()) return {};
    EXPECT_EQ(published->result, PublishResult::kPublished);
    return *std::move(published);
  }
  std::string NameBy(RigNode& node, SourceMode source) {
    return NameIn(Publish(node, "one", source));
  }

  int hits_ = 0;
};

TEST_F(CorrelatingTest, TheSameEntityHasTheSameNameInOneCircleAndEpoch) {
  for (const SourceMode source : {SourceMode::kAttributed, SourceMode::kPseudonymous}) {
    const std::string name = NameBy(rig_.author, source);
    EXPECT_TRUE(name.starts_with("h-") && name.ends_with(".invalid")) << name;
    rig_.clock.Advance(hours(1));
    EXPECT_EQ(NameBy(rig_.author, source), name);
    rig_.clock.Advance(hours(24 * 30));
    EXPECT_NE(NameBy(rig_.author, source), name) << "another epoch";
    EXPECT_NE(NameBy(rig_.reader, source), NameBy(rig_.author, source)) << "another team";
  }
}

TEST_F(CorrelatingTest, APseudonymSharesNoNameWithItsTeam) {
  EXPECT_NE(NameBy(rig_.author, SourceMode::kPseudonymous),
            NameBy(rig_.author, SourceMode::kAttributed));
}

TEST_F(CorrelatingTest, AnotherCircleAnotherName) {
  NameSource source = rig_.author.publisher->Names();
  record::DraftHeader header{.source = SourceMode::kAttributed, .circles = {"members"}};
  const auto name_of = [&] {
    const Naming naming = NameDraft(source, header, Correlation::kNames, kNow, std::nullopt);
    EXPECT_NE(naming.names, nullptr) << naming.why_not;
    return naming.names->NameOf(anonymize::EntityClass::kUser, "user:mika", "mika").value_or("");
  };
  const std::string members = name_of();
  header.circles = {"energy"};
  EXPECT_NE(name_of(), members);
  source.community = "other.example";
  header.circles = {"members"};
  EXPECT_NE(name_of(), members);
}

TEST_F(CorrelatingTest, CountedAndSaidSoUnlessAllWantIt) {
  const NameSource source = rig_.author.publisher->Names();
  record::DraftHeader header{.source = SourceMode::kAttributed, .circles = {"members"}};
  const auto naming = [&](Correlation wanted) {
    return NameDraft(source, header, wanted, kNow, std::nullopt);
  };
  EXPECT_EQ(naming(Correlation::kNone).names, nullptr);
  EXPECT_EQ(naming(Correlation::kNone).why_not, "");
  EXPECT_NE(naming(Correlation::kSubnets).names, nullptr);
  rig_.table.correlation = Correlation::kNames;
  EXPECT_EQ(naming(Correlation::kSubnets).correlation, Correlation::kNames);
  EXPECT_EQ(naming(Correlation::kSubnets).why_not,
            "the charter of circle `members` asks for `names` only");
  rig_.table.correlation = Correlation::kNone;
  EXPECT_EQ(naming(Correlation::kNames).names, nullptr);
  EXPECT_EQ(naming(Correlation::kNames).why_not,
            "the charter of circle `members` does not ask for it (`renkei circles`)");
  rig_.table.correlation = Correlation::kNames;
  header.circles = {"energy", "members"};
  EXPECT_EQ(naming(Correlation::kNames).why_not,
            "the record goes to 2 circles, and names are keyed for one");
  header.circles = {"members"};
  header.source = SourceMode::kAnonymous;
  EXPECT_EQ(naming(Correlation::kNames).names, nullptr);
  EXPECT_EQ(naming(Correlation::kNames).why_not, "an anonymous record is never linked to another");
}

TEST_F(CorrelatingTest, AnonymousRecordsAreCountedWhateverIsWanted) {
  const Published published =
      Publish(rig_.author, "one", SourceMode::kAnonymous, Correlation::kSubnets);
  EXPECT_EQ(NameIn(published), "HOST-1");
  EXPECT_EQ(published.correlation, Correlation::kNone);
  EXPECT_NE(published.why_not_correlated, "");
}

// Else the two names of one machine would stand at one place, and join two epochs.
TEST_F(CorrelatingTest, ARevisionKeepsTheNamesOfItsRecord) {
  const PublishOptions options{.reviewed = true, .correlate = Correlation::kNames};
  const auto first = rig_.author.publisher->Publish(Hit("one", "source-1"), options);
  ASSERT_TRUE(first.ok()) << Message(first.status());
  rig_.clock.Advance(hours(24 * 40));
  const auto second = rig_.author.publisher->Publish(Hit("two", "source-1"), options);
  ASSERT_TRUE(second.ok()) << Message(second.status());
  EXPECT_EQ(second->result, PublishResult::kRevised);
  EXPECT_EQ(NameIn(*second), NameIn(*first));
  const auto third = rig_.author.publisher->Update(first->id, Hit("three"), options);
  ASSERT_TRUE(third.ok()) << Message(third.status());
  EXPECT_EQ(NameIn(*third), NameIn(*first));
}

TEST_F(CorrelatingTest, APreviewShowsTheNamesThatAreSealed) {
  const PublishOptions options{.reviewed = true, .correlate = Correlation::kNames};
  const anonymize::Gate gate(config::Assets{});
  const auto preview =
      MakePreview(Hit("one"), options, gate, rig_.author.policies->Current()->evaluator,
                  rig_.author.config, rig_.clock.Now(), {.names = rig_.author.publisher->Names()});
  ASSERT_TRUE(preview.ok()) << Message(preview.status());
  EXPECT_EQ(preview->correlation, Correlation::kNames);
  ASSERT_EQ(preview->replacements.size(), 1U);
  EXPECT_EQ(preview->replacements[0].after, NameBy(rig_.author, SourceMode::kAttributed));
}

TEST_F(CorrelatingTest, ARecordWithKeyedNamesArrivesAsItIs) {
  const Published published = Publish(rig_.author, "one", SourceMode::kAttributed);
  Deliver(SourceMode::kAttributed);
  EXPECT_EQ(TitleOf(rig_.reader, published.id), "one 0 at " + NameIn(published));
}

}  // namespace
}  // namespace renkei::feed
