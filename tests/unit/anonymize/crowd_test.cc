#include "node/anonymize/crowd.h"

#include <algorithm>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "node/record/wider_words.h"
#include "tests/leak/random.h"

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
  EXPECT_EQ(answer.widened.empty(), GetParam().leaves_out.empty());
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
  ASSERT_EQ(answer.widened.size(), 2U);
  EXPECT_EQ(answer.widened[0].place, "victim.countries[0]");
  EXPECT_EQ(answer.widened[0].before, "JP");
  EXPECT_EQ(answer.widened[1].place, "header.countries[0]");
  EXPECT_TRUE(draft.header.countries.empty());
  EXPECT_EQ(draft.header.sectors, std::vector<std::string>{"finance"});
  EXPECT_FALSE(draft.sections.has_victim())
      << "an empty section would only tell that there was one";
}

// Teams of a community, and whether five of them are as a profile says.
class Teams {
 public:
  explicit Teams(leak::Random& random) {
    const auto count = random.Between(1, 40);
    for (std::size_t i = 0; i < count; ++i) {
      teams_.push_back({random.Pick(kSectors), random.Pick(kCountries), random.Pick(kSizes)});
    }
  }
  bool Fit(const VictimProfile& profile) const {
    return std::count_if(teams_.begin(), teams_.end(), [&](const VictimProfile& team) {
             return Is(team.sector, profile.sector, record::WiderSector) &&
                    Is(team.country, profile.country, record::WiderPlace) &&
                    (profile.size.empty() || team.size == profile.size);
           }) >= 5;
  }

  static inline const std::vector<std::string> kSectors = {"banking", "insurance", "rail",
                                                           "ports",   "casino",    "water"};
  static inline const std::vector<std::string> kCountries = {"jp", "kr", "vn", "de", "fr", "aq"};
  static inline const std::vector<std::string> kSizes = {"1-9", "10-49", "1000+"};

 private:
  static bool Is(std::string word, const std::string& said,
                 std::string_view (*wider)(std::string_view)) {
    while (!word.empty() && word != said) word = wider(word);
    return said.empty() || word == said;
  }

  std::vector<VictimProfile> teams_{};
};

// Each word so many steps wider; nothing if one has no such word.
std::optional<std::vector<std::string>> StepsWider(const std::vector<std::string>& words, int steps,
                                                   int none,
                                                   std::string_view (*wider)(std::string_view)) {
  std::vector<std::string> all;
  if (steps == none) return all;
  for (std::string word : words) {
    for (int i = 0; i < steps; ++i) word = wider(word);
    if (word.empty()) return std::nullopt;
    all.push_back(word);
  }
  return all;
}

// Every way to generalise `said`, as the tables give it.
std::vector<CrowdCase> AllGeneralisations(const CrowdCase& said) {
  std::vector<CrowdCase> all;
  for (int step = 0; step < 2 * 4 * 3; ++step) {
    const auto sectors = StepsWider(said.sectors, step % 3, 2, record::WiderSector);
    const auto countries = StepsWider(said.countries, step / 3 % 4, 3, record::WiderPlace);
    if (!sectors || !countries) continue;
    CrowdCase one = said;
    one.sectors = *sectors;
    one.countries = *countries;
    if (step / 12 == 1) one.size.clear();
    all.push_back(one);
  }
  return all;
}

using WordSet = std::set<std::string>;

// Whether all of `narrow` is in `wide`, or in the end in nothing.
bool IsIn(const WordSet& narrow, const WordSet& wide, std::string_view (*wider)(std::string_view)) {
  if (wide.empty()) return true;
  return !narrow.empty() && std::all_of(narrow.begin(), narrow.end(), [&](std::string word) {
    while (!word.empty() && !wide.contains(word)) word = wider(word);
    return !word.empty();
  });
}

// Says as much of each word as `other`, and of one more.
bool SaysMore(const CrowdCase& one, const CrowdCase& other) {
  const WordSet sectors(one.sectors.begin(), one.sectors.end());
  const WordSet countries(one.countries.begin(), one.countries.end());
  const WordSet other_sectors(other.sectors.begin(), other.sectors.end());
  const WordSet other_countries(other.countries.begin(), other.countries.end());
  const bool same =
      sectors == other_sectors && countries == other_countries && one.size == other.size;
  return !same && IsIn(sectors, other_sectors, record::WiderSector) &&
         IsIn(countries, other_countries, record::WiderPlace) &&
         (other.size.empty() || one.size == other.size);
}

// What is written instead fits five teams, and nothing that says more does.
TEST(CrowdTest, ProposesTheLeastGeneralisationThatFits) {
  leak::Random random(9);
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    const Teams teams(random);
    CrowdRules rules{
        .fits = [&](std::string_view, const VictimProfile& profile) { return teams.Fit(profile); }};
    const auto fits = [&](const CrowdCase& one) {
      record::Draft draft = DraftOf(one);
      return !CheckCrowd(rules, draft.header, draft.sections).finding;
    };
    CrowdCase said{"", {}, {}, "", {"wide"}, ""};
    for (auto n = random.Between(0, 2); n > 0; --n) {
      said.sectors.push_back(random.Pick(Teams::kSectors));
    }
    for (auto n = random.Between(0, 2); n > 0; --n) {
      said.countries.push_back(random.Pick(Teams::kCountries));
    }
    if (random.OneIn(2)) said.size = random.Pick(Teams::kSizes);

    record::Draft draft = DraftOf(said);
    rules.generalise = true;
    CheckCrowd(rules, draft.header, draft.sections);
    rules.generalise = false;
    const renkei::v1::Victim& victim = draft.sections.victim();
    const CrowdCase after{"",
                          {victim.sectors().begin(), victim.sectors().end()},
                          {victim.countries().begin(), victim.countries().end()},
                          victim.size(),
                          {"wide"},
                          ""};
    EXPECT_TRUE(fits(after)) << draft.sections.ShortDebugString();
    for (const CrowdCase& other : AllGeneralisations(said)) {
      if (!SaysMore(other, after)) continue;
      EXPECT_FALSE(fits(other)) << DraftOf(other).sections.ShortDebugString() << " before "
                                << draft.sections.ShortDebugString();
      ++refused;
    }
  }
  EXPECT_GT(refused, 500);
}

TEST(CrowdTest, AWiderWordStandsInTheSectionAndNeverInTheHeader) {
  record::Draft draft;
  draft.header.circles = {"wide"};
  draft.header.countries = {"jp"};
  draft.sections.mutable_victim()->add_countries("JP");
  draft.sections.mutable_victim()->add_countries("kr");
  const auto fits = [](std::string_view, const VictimProfile& profile) {
    return profile.country == "030";
  };
  const auto warned = CheckCrowd({.fits = fits}, draft.header, draft.sections);
  ASSERT_TRUE(warned.finding);
  EXPECT_NE(warned.finding->suggestion.find(
                "widen country to its sub-region here, without it in the header"),
            std::string::npos)
      << warned.finding->suggestion;
  const CrowdAnswer answer =
      CheckCrowd({.fits = fits, .generalise = true}, draft.header, draft.sections);
  ASSERT_EQ(answer.widened.size(), 3U);
  EXPECT_EQ(answer.widened[0].before, "JP");
  EXPECT_EQ(answer.widened[0].after, "030");
  EXPECT_EQ(answer.widened[2].place, "header.countries[0]");
  EXPECT_EQ(answer.widened[2].after, "");
  EXPECT_TRUE(draft.header.countries.empty());
  ASSERT_EQ(draft.sections.victim().countries_size(), 1) << "said once";
  EXPECT_EQ(draft.sections.victim().countries(0), "030");
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
