#include "node/record/sections.h"

#include <gtest/gtest.h>

#include "tests/support/sample_draft.h"

namespace renkei::record {
namespace {

using testing_support::SampleDraft;

TEST(SectionsTest, EverySlotWithAMessageHasTheFieldOfItsNumber) {
  const auto* descriptor = v1::Sections::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto& field = *descriptor->field(i);
    std::string word = field.name();
    std::replace(word.begin(), word.end(), '_', '-');
    EXPECT_EQ(policy::ToWord(static_cast<SectionId>(field.number())), word);
  }
}

TEST(SectionsTest, RefsMustBeUniqueAndPointAtSomethingHere) {
  v1::Sections s = SampleDraft().sections;
  EXPECT_TRUE(CheckSections(s).ok());
  s.mutable_indicators()->mutable_indicators(1)->set_ref("1");
  EXPECT_EQ(Message(CheckSections(s)), "indicators.indicators: two with the same ref");
  s = SampleDraft().sections;
  s.mutable_indicators()->add_objects()->add_members()->set_indicator("9");
  EXPECT_EQ(Message(CheckSections(s)), "indicators.objects: a member that is no indicator here");
}

TEST(SectionsTest, TextsAreUtf8AndBounded) {
  v1::Sections s = SampleDraft().sections;
  s.mutable_summary()->mutable_title(0)->set_lang(std::string(70'000, 'x'));
  EXPECT_EQ(Message(CheckSections(s)), "summary.title[0].lang: longer than 65536 bytes");
  s.mutable_summary()->mutable_title(0)->set_lang("\xff");
  EXPECT_EQ(Message(CheckSections(s)), "summary.title[0].lang: not UTF-8");
}

TEST(SectionsTest, RewriteReachesEveryTextAndNothingElse) {
  v1::Sections s = SampleDraft().sections;
  std::vector<std::string> places;
  VisitTexts(s, [&](const TextPlace& place, const std::string&) { places.push_back(place.path); });
  EXPECT_EQ(places.front(), "summary.title[0].value");
  EXPECT_NE(std::find(places.begin(), places.end(), "indicators.indicators[1].value"),
            places.end());
  RewriteTexts(s,
               [](const TextPlace& place, const std::string& text) -> std::optional<std::string> {
                 if (place.field->name() != "value") return std::nullopt;
                 return text + "!";
               });
  EXPECT_EQ(s.indicators().indicators(0).value(), "198.51.100.7!");
  EXPECT_EQ(s.indicators().indicators(0).ref(), "1");
}

TEST(SectionsTest, ASlotWithoutAMessageIsRefused) {
  v1::Sections s;
  EXPECT_FALSE(DecodeSection(SectionId::kSpare0, "", s).ok());
  EXPECT_FALSE(DecodeSection(SectionId::kSealed, "", s).ok());
}

}  // namespace
}  // namespace renkei::record
