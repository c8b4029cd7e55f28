#include "node/anonymize/narrative.h"

#include <gtest/gtest.h>

namespace renkei::anonymize {
namespace {

std::vector<std::string> Places(const record::v1::Sections& sections) {
  std::vector<std::string> places;
  for (const Narrative& one : FindNarratives(sections)) places.push_back(one.place);
  return places;
}

TEST(NarrativeTest, ProseIsOneHoweverShort) {
  record::v1::Sections sections;
  sections.mutable_summary()->add_title()->set_value("Scans");
  sections.mutable_summary()->add_description()->set_value("Short.");
  sections.mutable_summary()->add_reports()->mutable_content()->set_value("# r");
  sections.mutable_victim()->add_description()->set_value("the largest bank of the prefecture");
  sections.mutable_victim()->add_assets()->mutable_description()->set_value("the core system");
  sections.mutable_impact()->add_description()->set_value("x");
  sections.mutable_timeline()->add_events()->mutable_what()->set_value("x");
  sections.mutable_response()->add_actions()->mutable_description()->set_value("x");
  sections.mutable_log_excerpts()->add_excerpts()->set_text("x");
  sections.mutable_caveats()->add_texts()->set_value("x");
  EXPECT_EQ(
      Places(sections),
      (std::vector<std::string>{"summary.description[0].value", "summary.reports[0].content.value",
                                "victim.description[0].value", "victim.assets[0].description.value",
                                "impact.description[0].value", "timeline.events[0].what.value",
                                "response.actions[0].description.value",
                                "log_excerpts.excerpts[0].text", "caveats.texts[0].value"}));
}

TEST(NarrativeTest, TitlesAndCommentsAreOneFromALengthOrASecondLineOn) {
  record::v1::Sections sections;
  // Counted in characters: 120 of three bytes each are short.
  std::string kana;
  for (std::size_t i = 0; i < kShortTextCharacters; ++i) kana += "あ";
  sections.mutable_summary()->add_title()->set_value(kana);
  auto& indicator = *sections.mutable_indicators()->add_indicators();
  indicator.set_type(renkei::v1::INDICATOR_TYPE_URL);
  indicator.set_value("https://c2.example.net/" + std::string(300, 'x'));
  indicator.mutable_comment()->set_value("one line");
  EXPECT_TRUE(Places(sections).empty());
  sections.mutable_summary()->mutable_title(0)->set_value(kana + "あ");
  indicator.mutable_comment()->set_value("two\nlines");
  EXPECT_EQ(Places(sections), (std::vector<std::string>{"summary.title[0].value",
                                                        "indicators.indicators[0].comment.value"}));
}

TEST(NarrativeTest, AValueOfNoFormMayBeOne) {
  record::v1::Sections sections;
  auto& indicator = *sections.mutable_indicators()->add_indicators();
  indicator.set_type(renkei::v1::INDICATOR_TYPE_TEXT);
  indicator.set_value("dear\ncolleagues");
  EXPECT_EQ(Places(sections), std::vector<std::string>{"indicators.indicators[0].value"});
  indicator.set_type(renkei::v1::INDICATOR_TYPE_FILE_NAME);
  EXPECT_TRUE(Places(sections).empty());
}

}  // namespace
}  // namespace renkei::anonymize
