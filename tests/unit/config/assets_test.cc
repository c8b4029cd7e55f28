#include "config/assets.h"

#include <gtest/gtest.h>

namespace renkei::config {
namespace {

std::string AllProblems(const Problems& problems) {
  std::string all;
  for (const Problem& problem : problems) all += ToString(problem) + "\n";
  return all;
}

TEST(AssetsTest, EveryListIsRead) {
  const auto loaded = LoadAssets(R"(networks = ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"]
domains = ["alpha.example", "アルファ.example"]
mail_domains = ["mail.example"]
people = ["山田 太郎"]
hosts = ["srv-*", "会計サーバ"]
users = ["ab???"]
[names]
organization = ["Alpha", "アルファ"]
products = ["Alpha Pay"]
sites = ["東都"]
)",
                                 "assets.toml");
  ASSERT_TRUE(loaded.value) << AllProblems(loaded.problems);
  Assets expected;
  expected.networks = {"192.0.2.0/24", "2001:db8::/32", "198.51.100.7"};
  expected.domains = {"alpha.example", "アルファ.example"};
  expected.mail_domains = {"mail.example"};
  expected.organizations = {"Alpha", "アルファ"};
  expected.products = {"Alpha Pay"};
  expected.sites = {"東都"};
  expected.people = {"山田 太郎"};
  expected.hosts = {"srv-*", "会計サーバ"};
  expected.users = {"ab???"};
  EXPECT_EQ(*loaded.value, expected);
}

struct BadAssets {
  std::string name;
  std::string text;
  std::string says;
};
void PrintTo(const BadAssets& test, std::ostream* out) { *out << test.name; }

class AssetsRefuseTest : public ::testing::TestWithParam<BadAssets> {};

TEST_P(AssetsRefuseTest, WithItsPlaceAndReason) {
  const auto loaded = LoadAssets(GetParam().text, "a");
  EXPECT_FALSE(loaded.value);
  EXPECT_NE(AllProblems(loaded.problems).find(GetParam().says), std::string::npos)
      << AllProblems(loaded.problems);
}

INSTANTIATE_TEST_SUITE_P(
    All, AssetsRefuseTest,
    ::testing::Values(
        BadAssets{"network", "networks = [\"192.0.2.0/33\"]\n",
                  "a:1:13: `networks` holds no address or CIDR: `192.0.2.0/33` (such as"},
        BadAssets{"network_of_everything", "networks = [\"0.0.0.0/0\"]\n", "no address or CIDR"},
        BadAssets{"network_name", "networks = [\"intern\"]\n", "no address or CIDR"},
        BadAssets{"domain_wild", "domains = [\"*.alpha.example\"]\n", "no domain"},
        BadAssets{"domain_top_level", "domains = [\"com\"]\n", "no domain"},
        BadAssets{"mail_address", "mail_domains = [\"a@alpha.example\"]\n", "no domain"},
        BadAssets{"pattern_of_everything", "users = [\"*\"]\n", "no pattern"},
        BadAssets{"pattern_of_one_letter", "hosts = [\"a*\"]\n", "no pattern"},
        BadAssets{"pattern_not_ascii", "hosts = [\"会計*\"]\n", "no pattern"},
        BadAssets{"pattern_with_domain_user", "users = [\"ALPHA\\\\taro\"]\n", "no pattern"},
        BadAssets{"name_of_one_letter", "[names]\nsites = [\"A\"]\n", "a:2:10: `sites` in [names]"},
        BadAssets{"empty_name", "people = [\"\"]\n", "no name"},
        BadAssets{"unknown", "network = []\n",
                  "a:1:1: unknown key `network` (did you mean `networks`?)"},
        BadAssets{"unknown_name", "[names]\norganisation = []\n", "did you mean `organization`?"},
        BadAssets{"wrong_type", "domains = \"alpha.example\"\n",
                  "must be a list of strings, not string"},
        BadAssets{"syntax", "domains = [\n", "not TOML"}),
    [](const auto& row) { return row.param.name; });

TEST(AssetsTest, EntriesAndPatternsAreCounted) {
  std::string domains = "domains = [";
  for (std::size_t i = 0; i <= kAssetEntriesMax; ++i) domains += fmt::format("\"d{}.example\",", i);
  EXPECT_EQ(AllProblems(LoadAssets(domains + "]\n", "a").problems),
            "a: 10001 entries, over the limit of 10000\n");
  std::string hosts = "hosts = [";
  for (std::size_t i = 0; i <= kAssetPatternsMax; ++i) hosts += fmt::format("\"srv{}-*\",", i);
  EXPECT_EQ(AllProblems(LoadAssets(hosts + "]\n", "a").problems),
            "a: 501 patterns with `*` or `?`, over the limit of 500\n");
}

TEST(AssetsTest, WhatInitWritesNamesTheOrganization) {
  for (const std::string org : {"Alpha", "アルファ \"A\"", "A", "{}"}) {
    const auto loaded = LoadAssets(AssetsText(org), "assets.toml");
    ASSERT_TRUE(loaded.value) << AllProblems(loaded.problems);
    Assets expected;
    if (org.size() > 1) expected.organizations = {org};
    EXPECT_EQ(*loaded.value, expected) << AssetsText(org);
  }
}

}  // namespace
}  // namespace renkei::config
