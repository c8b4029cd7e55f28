#include "node/record/wider_words.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace renkei::record {
namespace {

// The officially assigned codes of ISO 3166-1, in their order.
constexpr std::string_view kAssigned =
    "adaeafagaialamaoaqarasatauawaxazbabbbdbebfbgbhbibjblbmbnbobqbrbsbtbvbwbybzcacccdcfcgchci"
    "ckclcmcncocrcucvcwcxcyczdedjdkdmdodzeceeegehereset"
    "fifjfkfmfofrgagbgdgegfggghgiglgmgngpgqgrgsgtgugwgyhkhmhnhrhthu"
    "idieiliminioiqirisitjejmjojpkekgkhkikmknkpkrkwkykzlalblclilklrlsltlulvly"
    "mamcmdmemfmgmhmkmlmmmnmompmqmrmsmtmumvmwmxmymznancnenfngninlnonpnrnunzom"
    "papepfpgphpkplpmpnprpsptpwpyqarerorsrurwsasbscsdsesgshsisjskslsmsnsosrssstsvsxsysz"
    "tctdtftgthtjtktltmtntotrtttvtwtzuaugumusuyuzvavcvevgvivnvuwfwsyeytzazmzw";

std::vector<std::string> Assigned() {
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < kAssigned.size(); i += 2) codes.emplace_back(kAssigned.substr(i, 2));
  return codes;
}

TEST(WiderWordsTest, EveryAssignedCountryIsInAPartOfTheWorldAndThatInALargerOne) {
  const std::vector<std::string> codes = Assigned();
  ASSERT_EQ(codes.size(), 249U);
  ASSERT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), 249U);
  for (const std::string& code : codes) {
    if (code == "aq") continue;
    const std::string_view part = WiderPlace(code);
    EXPECT_EQ(part.size(), 3U) << code;
    const std::string_view whole = WiderPlace(part);
    EXPECT_EQ(whole.size(), 3U) << code;
    EXPECT_TRUE(WiderPlace(whole).empty()) << "no more than " << kPlaceSteps << " steps: " << code;
    EXPECT_FALSE(PlaceName(part).empty()) << code;
    EXPECT_FALSE(PlaceName(whole).empty()) << code;
  }
  EXPECT_TRUE(WiderPlace("aq").empty()) << "Antarctica is in no part but the world";
}

TEST(WiderWordsTest, OnlyAssignedCountriesHaveAPartAndEachStandsOnce) {
  const std::vector<std::string> codes = Assigned();
  const std::set<std::string> assigned(codes.begin(), codes.end());
  std::map<std::string, int> sizes;
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) {
      const std::string code = {a, b};
      const std::string_view part = WiderPlace(code);
      EXPECT_TRUE(part.empty() || assigned.contains(code)) << code;
      if (!part.empty()) ++sizes[std::string(WiderPlace(part))];
    }
  }
  // As many as M49 counts, and Taiwan.
  EXPECT_EQ(sizes, (std::map<std::string, int>{
                       {"002", 60}, {"009", 29}, {"019", 57}, {"142", 51}, {"150", 51}}));
}

TEST(WiderWordsTest, CountriesAreWhereTheyLie) {
  EXPECT_EQ(WiderPlace("jp"), "030");
  EXPECT_EQ(WiderPlace("030"), "142");
  EXPECT_EQ(PlaceName("142"), "Asia");
  EXPECT_EQ(WiderPlace(WiderPlace("de")), "150");
  EXPECT_EQ(WiderPlace(WiderPlace("us")), "019");
  EXPECT_EQ(WiderPlace(WiderPlace("nz")), "009");
  EXPECT_EQ(WiderPlace(WiderPlace("ke")), "002");
  for (const char* none : {"", "xk", "JP", "jp ", "j", "001", "999"}) {
    EXPECT_TRUE(WiderPlace(none).empty()) << none;
  }
  EXPECT_TRUE(PlaceName("jp").empty());
}

TEST(WiderWordsTest, ASectorIsInOneGroupAndAGroupInNone) {
  EXPECT_EQ(WiderSector("banking"), "group-finance");
  EXPECT_EQ(WiderSector("insurance"), "group-finance");
  EXPECT_EQ(WiderSector("water"), "group-utilities");
  EXPECT_EQ(WiderSector("rail"), "group-transport");
  EXPECT_TRUE(WiderSector("group-finance").empty());
  for (const char* none : {"", "casino", "bank ", "ban"}) EXPECT_TRUE(WiderSector(none).empty());
}

}  // namespace
}  // namespace renkei::record
