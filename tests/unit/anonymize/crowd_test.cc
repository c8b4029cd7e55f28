#include "node/anonymize/crowd.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace renkei::anonymize {
namespace {

// Profiles that fit in a circle `wide`; in `narrow` only those without a size.
bool FitsHere(std::string_view circle, const VictimProfile& profile) {
  static const std::vector<VictimProfile> kFits = {
      {"finance", "", ""},     {"", "jp", ""},     {"", "", "50-249"},
      {"rail", "", ""},        {"rail", "jp", ""}, {"rail", "", "10-49"},
      {"rail", "jp", "10-49"}, {"", "", "10-49"},  {"", "kr", ""}};
  if (circle == "narrow" && !profile.size.empty()) return false;
  return std::find(kFits.begin(), kFits.end(), profile) != kFits.end();
}

struct CrowdCase {
  std::string name;
  std::vector<std::string> sectors;
  std::vector<std::string> countries;
  std::string size;
  std::vector<std::string> circles;
  std::string leaves_out;  // words of the finding; empty: it fits
};
void PrintTo(const CrowdCase& test, std::ostream* out) { *out << test.name; }

record::Draft DraftOf(const CrowdCase& c) {
  record::Draft draft;
  draft.header.circles = c.circles;
  renkei::v1::Victim& victim = *draft.sections.mutable_victim();
  for (const std::string& word : c.sectors) victim.add_sectors(word);
  for (const std::string& word : c.countries) victim.add_countries(word);
  victim.set_size(c.size);
  return draft;
}

class CrowdRuleTest : public testing::TestWithParam<CrowdCase> {};

TEST_P(CrowdRuleTest, ProposesTheFirstGeneralisationThatFitsEverywhere) {
  record::Draft draft = DraftOf(GetParam());
  const std::string before = draft.sections.SerializeAsString();
  const CrowdAnswer answer = CheckCrowd({.fits = FitsHere}, draft.header, draft.sections);
  EXPECT_EQ(draft.sections.SerializeAsString(), before) << "nothing changes unless it is asked for";
  ASSERT_EQ(answer.finding.has_value(), !GetParam().leaves_out.empty());
  if (!answer.finding) return;
  EXPECT_EQ(answer.finding->rule, "small-crowd");
  EXPECT_NE(answer.finding->suggestion.find("leave out " + GetParam().leaves_out + " here"),
            std::string::npos)
      << answer.finding->suggestion;
}

TEST_P(CrowdRuleTest, WhatIsGeneralisedFits) {
  record::Draft draft = DraftOf(GetParam());
  const CrowdRules rules{.fits = FitsHere, .generalise = true};
  const CrowdAnswer answer = CheckCrowd(rules, draft.header, draft.sections);
  EXPECT_FALSE(answer.finding);
  EXPECT_EQ(answer.left_out.empty(), GetParam().leaves_out.empty());
  const CrowdAnswer again = CheckCrowd({.fits = FitsHere}, draft.header, draft.sections);
  EXPECT_FALSE(again.finding);
}

INSTANTIATE_TEST_SUITE_P(
    All, CrowdRuleTest,
    testing::ValuesIn(std::vector<CrowdCase>{
        {"nothing_is_said", {}, {}, "", {"wide"}, ""},
        {"all_three_fit", {"rail"}, {"jp"}, "10-49", {"wide"}, ""},
        {"letters_of_either_case", {"Rail"}, {"JP"}, "10-49", {"wide"}, ""},
        {"the_size_goes_first", {"rail"}, {"jp"}, "50-249", {"wide"}, "size"},
        {"then_the_country", {"rail"}, {"kr"}, "10-49", {"wide"}, "country"},
        {"then_the_sector", {"finance"}, {"jp"}, "", {"wide"}, "country"},
        {"two_of_three", {"finance"}, {"jp"}, "50-249", {"wide"}, "size and country"},
        {"an_unknown_sector", {"casino"}, {"jp"}, "", {"wide"}, "sector"},
        {"all", {"casino"}, {"fr"}, "1000+", {"wide"}, "size and country and sector"},
        {"every_circle_must_fit", {"rail"}, {"jp"}, "10-49", {"narrow", "wide"}, "size"},
        {"every_combination_must_fit", {"rail", "finance"}, {"jp"}, "", {"wide"}, "country"},
        {"several_sectors_that_fit", {"rail", "finance"}, {}, "", {"wide"}, ""},
    }),
    [](const auto& test) { return test.param.name; });

TEST(CrowdTest, LabelsOfTheHeaderAreTestedAndLeftOutToo) {
  record::Draft draft;
  draft.header.circles = {"wide"};
  draft.header.sectors = {"finance"};
  draft.header.countries = {"jp"};
  const CrowdAnswer warned = CheckCrowd({.fits = FitsHere}, draft.header, draft.sections);
  ASSERT_TRUE(warned.finding);
  EXPECT_EQ(warned.finding->place, "header");
  EXPECT_EQ(warned.finding->section, std::nullopt);
  draft.sections.mutable_victim()->add_countries("JP");
  const CrowdAnswer answer =
      CheckCrowd({.fits = FitsHere, .generalise = true}, draft.header, draft.sections);
  ASSERT_EQ(answer.left_out.size(), 2U);
  EXPECT_EQ(answer.left_out[0].place, "victim.countries[0]");
  EXPECT_EQ(answer.left_out[0].before, "JP");
  EXPECT_EQ(answer.left_out[1].place, "header.countries[0]");
  EXPECT_TRUE(draft.header.countries.empty());
  EXPECT_EQ(draft.header.sectors, std::vector<std::string>{"finance"});
  EXPECT_FALSE(draft.sections.has_victim())
      << "an empty section would only tell that there was one";
}

TEST(CrowdTest, TheFindingNeverHoldsWhatItIsAbout) {
  record::Draft draft = DraftOf({"", {"casino"}, {"fr"}, "1000+", {"wide"}, ""});
  const auto finding = CheckCrowd({.fits = FitsHere}, draft.header, draft.sections).finding;
  ASSERT_TRUE(finding);
  const std::string line = ToString(*finding);
  for (const char* word : {"casino", "fr,", "1000"}) {
    EXPECT_EQ(line.find(word), std::string::npos) << line;
  }
}

TEST(CrowdTest, WithoutATableOnlySilenceFits) {
  record::Draft draft = DraftOf({"", {"rail"}, {}, "", {"wide"}, ""});
  EXPECT_TRUE(CheckCrowd({}, draft.header, draft.sections).finding);
  draft.sections.clear_victim();
  EXPECT_FALSE(CheckCrowd({}, draft.header, draft.sections).finding);
}

TEST(CrowdTest, TooManyCombinationsAreNeverACrowd) {
  record::Draft draft;
  draft.header.circles = {"wide"};
  for (int i = 0; i < 40; ++i) {
    draft.sections.mutable_victim()->add_sectors("s" + std::to_string(i));
    draft.sections.mutable_victim()->add_countries("c" + std::to_string(i));
  }
  int asked = 0;
  const CrowdRules rules{.fits = [&asked](std::string_view, const VictimProfile& profile) {
    ++asked;
    return profile.sector.empty() != profile.country.empty();
  }};
  const auto finding = CheckCrowd(rules, draft.header, draft.sections).finding;
  ASSERT_TRUE(finding);
  EXPECT_NE(finding->suggestion.find("leave out country"), std::string::npos);
  EXPECT_LT(asked, 200);
}

TEST(CrowdTest, OnlyAnUnnamedAuthorIsRefused) {
  EXPECT_FALSE(RefusesSmallCrowd(policy::SourceMode::kAttributed));
  EXPECT_TRUE(RefusesSmallCrowd(policy::SourceMode::kPseudonymous));
  EXPECT_TRUE(RefusesSmallCrowd(policy::SourceMode::kAnonymous));
}

}  // namespace
}  // namespace renkei::anonymize
