#include "config/indicators_config.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "config/node_config.h"
#include "node/base/encoding.h"
#include "node/record/sections.h"

namespace renkei::config {
namespace {

LoadResult<NodeConfig> LoadWith(const std::string& tables) {
  return LoadNodeConfig("[node]\norg = \"Alpha Works\"\n" + tables, "node.toml");
}

TEST(IndicatorsConfigTest, WithoutTablesItHasItsDefaults) {
  const auto loaded = LoadWith("");
  ASSERT_TRUE(loaded.value);
  EXPECT_EQ(loaded.value->indicators, IndicatorsConfig{});
  EXPECT_EQ(loaded.value->indicators.HalfLifeOf("ipv4"), 14);
  EXPECT_EQ(loaded.value->indicators.HalfLifeOf("mutex"), 90);
}

TEST(IndicatorsConfigTest, EveryKeyIsRead) {
  const auto loaded = LoadWith(
      "[indicators]\nconfidence = 60\nfalse_positive_teams = 3\n"
      "[decay]\ndefault = 10\nipv4 = 0\nmutex = 7\n");
  ASSERT_TRUE(loaded.value);
  const IndicatorsConfig& read = loaded.value->indicators;
  EXPECT_EQ(read.confidence, 60);
  EXPECT_EQ(read.false_positive_teams, 3);
  EXPECT_EQ(read.HalfLifeOf("ipv4"), 0);
  EXPECT_EQ(read.HalfLifeOf("mutex"), 7);
  EXPECT_EQ(read.HalfLifeOf("asn"), 10);
  EXPECT_EQ(read.HalfLifeOf("sha256"), 365);
}

TEST(IndicatorsConfigTest, WhatIsWrongIsToldWithItsPlace) {
  const auto loaded = LoadWith(
      "[indicators]\nconfidence = 101\nfalse_positive_teams = 0\n"
      "[decay]\nipv4 = -1\nurl = \"x\"\nhostname = 3\n");
  EXPECT_FALSE(loaded.value);
  std::string all;
  for (const Problem& one : loaded.problems) all += ToString(one) + "\n";
  for (const char* place :
       {"node.toml:4:", "node.toml:5:", "node.toml:7:", "node.toml:8:", "node.toml:9:1"}) {
    EXPECT_NE(all.find(place), std::string::npos) << place << "\n" << all;
  }
  EXPECT_EQ(loaded.problems.size(), 5U) << all;
}

TEST(IndicatorsConfigTest, TheTypesAreThoseOfRecordsButHostNames) {
  std::size_t types = 0;
  for (int number = 1; number <= renkei::v1::IndicatorType_MAX; ++number) {
    std::string word =
        AsciiLower(renkei::v1::IndicatorType_Name(static_cast<renkei::v1::IndicatorType>(number)));
    word.erase(0, std::string_view("INDICATOR_TYPE_").size());
    for (char& c : word) c = c == '_' ? '-' : c;
    if (word == "hostname") continue;
    ++types;
    const auto known = DecayTypes();
    EXPECT_NE(std::find(known.begin(), known.end(), word), known.end()) << word;
  }
  EXPECT_EQ(types, DecayTypes().size());
}

}  // namespace
}  // namespace renkei::config
