#include "node/formats/warning_lists.h"

#include <filesystem>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node/base/file.h"
#include "tests/support/paths.h"
#include "tests/support/temp_folder.h"

namespace renkei::formats {
namespace {

std::string ListText(std::string_view type, std::string_view entries,
                     std::string_view attributes = "") {
  return fmt::format(
      R"({{"name": "list of {}", "version": 1, "description": "d", "type": "{}", "list": [{}]{}}})",
      type, type, entries,
      attributes.empty() ? "" : fmt::format(R"(, "matching_attributes": [{}])", attributes));
}

WarningLists Made(const std::vector<std::string>& texts) {
  std::vector<WarningListFile> files;
  for (const std::string& text : texts) files.push_back({"list.json", text});
  auto made = WarningLists::Make(files);
  EXPECT_TRUE(made.ok()) << made.status();
  return made.ok() ? *std::move(made) : WarningLists();
}

bool Covers(const WarningLists& lists, v1::IndicatorType type, std::string_view value) {
  return lists.Find(type, value).has_value();
}

TEST(WarningListsTest, AnEmptyFolderAndNoneCoverNothing) {
  const testing_support::TempFolder folder;
  for (const std::string& path : {folder.path(), folder.path() + "/absent"}) {
    const auto lists = WarningLists::Load(path);
    ASSERT_TRUE(lists.ok()) << lists.status();
    EXPECT_EQ(lists->list_count(), 0U);
    EXPECT_FALSE(Covers(*lists, v1::INDICATOR_TYPE_IPV4, "192.0.2.1"));
  }
}

TEST(WarningListsTest, AStringIsTheWholeValue) {
  const WarningLists lists = Made({ListText("string", R"("a.example", "192.0.2.7")")});
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_DOMAIN, "a.example"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_DOMAIN, "b.a.example"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_IPV4, "192.0.2.7"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_IPV4, "192.0.2.8"));
  EXPECT_EQ(lists.Find(v1::INDICATOR_TYPE_DOMAIN, "a.example"), "list of string");
}

TEST(WarningListsTest, AHostnameIsItAndWhatStandsBelow) {
  const WarningLists lists = Made({ListText("hostname", R"(".A.example", "café.example")")});
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_HOSTNAME, "a.example"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_DOMAIN, "cdn.a.example"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_DOMAIN, "notа.example"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_DOMAIN, "a-a.example"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_URL, "https://x.a.example/path?q=1"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_EMAIL, "who@a.example"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_DOMAIN, "xn--caf-dma.example"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_SHA256, "a.example"));
}

TEST(WarningListsTest, ANetworkIsEveryAddressInItAndWhoeverHoldsOne) {
  const WarningLists lists =
      Made({ListText("cidr", R"("192.0.2.0/25", "2001:db8:1::/48", "192.0.2.64/26")")});
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_IPV4, "192.0.2.0"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_IPV4, "192.0.2.127"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_IPV4, "192.0.2.128"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_IPV4_NET, "192.0.0.0/16"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_IPV4_NET, "192.0.2.128/25"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_IPV6, "2001:db8:1:ffff::1"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_IPV6, "2001:db8:2::1"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_URL, "http://192.0.2.5/a"));
}

// A search of sorted ranges finds what a look at each range finds.
TEST(WarningListsTest, FindsTheNetworksThatALookAtEachFinds) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::pair<std::uint32_t, int>> networks;
    std::string entries;
    for (int i = 0; i < 12; ++i) {
      const int length = 8 + static_cast<int>(random() % 25);
      const auto mask = static_cast<std::uint32_t>(~std::uint64_t{0} << (32 - length));
      const std::uint32_t network = (0xc6000000U | (random() & 0x00ffffffU)) & mask;
      networks.emplace_back(network, length);
      entries += fmt::format(R"({}"{}.{}.{}.{}/{}")", i == 0 ? "" : ", ", network >> 24,
                             network >> 16 & 255, network >> 8 & 255, network & 255, length);
    }
    const WarningLists lists = Made({ListText("cidr", entries)});
    for (int asked = 0; asked < 200; ++asked) {
      const std::uint32_t address = 0xc6000000U | (random() & 0x00ffffffU);
      bool expected = false;
      for (const auto& [network, length] : networks) {
        const auto mask = static_cast<std::uint32_t>(~std::uint64_t{0} << (32 - length));
        expected = expected || (address & mask) == network;
      }
      const std::string text = fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255,
                                           address >> 8 & 255, address & 255);
      ASSERT_EQ(Covers(lists, v1::INDICATOR_TYPE_IPV4, text), expected)
          << text << " in " << entries;
    }
  }
}

TEST(WarningListsTest, SubstringsAndExpressionsAreTried) {
  const WarningLists lists =
      Made({ListText("substring", R"("Updates.EXAMPLE/")"),
            ListText("regex", R"("/^https?:\\/\\/[a-z]+\\.cdn\\.example\\//i", "^exact$")")});
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_URL, "http://updates.example/x"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_URL, "https://abc.cdn.example/y"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_URL, "https://1.cdn.example.org/y"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_FILE_NAME, "exact"));
}

TEST(WarningListsTest, AListSpeaksOfItsAttributesOnly) {
  const WarningLists lists = Made({ListText("string", R"("a.example")", R"("domain|ip")"),
                                   ListText("string", R"("b.example")", R"("phone-number")")});
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_DOMAIN, "a.example"));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_HOSTNAME, "a.example"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_FILE_NAME, "a.example"));
  EXPECT_FALSE(Covers(lists, v1::INDICATOR_TYPE_DOMAIN, "b.example"));
}

// The lists that are published, in place.
TEST(WarningListsTest, PublishedListsAreRead) {
  const auto folder = testing_support::SharedFolder("data/warninglists");
  if (!folder) GTEST_SKIP() << "the published lists are not here (RENKEI_SHARED)";
  const auto lists = WarningLists::Load(*folder);
  ASSERT_TRUE(lists.ok()) << lists.status();
  EXPECT_GT(lists->list_count(), 20U);
  for (const std::string& note : lists->notes()) ADD_FAILURE() << note;
  EXPECT_TRUE(Covers(*lists, v1::INDICATOR_TYPE_IPV4, "8.8.8.8"));
  EXPECT_TRUE(Covers(*lists, v1::INDICATOR_TYPE_IPV4, "224.0.0.251"));
  EXPECT_TRUE(Covers(*lists, v1::INDICATOR_TYPE_IPV6, "fe80::1"));
  // What a file of no bytes has.
  EXPECT_TRUE(Covers(*lists, v1::INDICATOR_TYPE_MD5, "d41d8cd98f00b204e9800998ecf8427e"));
  EXPECT_FALSE(Covers(*lists, v1::INDICATOR_TYPE_MD5, "00112233445566778899aabbccddeeff"));
}

TEST(WarningListsTest, SaysWhatCanNotBeRead) {
  const std::string look_ahead = ListText("regex", "\"(?=x)\"");
  const WarningLists lists =
      Made({ListText("cidr", R"("192.0.2.0/24", "no network")"), look_ahead});
  EXPECT_EQ(lists.notes(),
            (std::vector<std::string>{
                "warning list `list of cidr`: an entry can't be read and so covers nothing",
                "warning list `list of regex`: an entry can't be read and so covers nothing"}));
  EXPECT_TRUE(Covers(lists, v1::INDICATOR_TYPE_IPV4, "192.0.2.1"));
}

TEST(WarningListsTest, AFileThatIsNoListIsNamed) {
  const testing_support::TempFolder folder;
  std::filesystem::create_directory(folder.path() + "/one");
  ASSERT_TRUE(WriteFile(folder.path() + "/one/list.json", ListText("string", R"("a.example")"),
                        FileMode::kPublic)
                  .ok());
  ASSERT_EQ(WarningLists::Load(folder.path())->list_count(), 1U);
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "expected object, found list"},
           {R"({"name": "x", "type": "bloom", "list": []})",
            "`type`: expected string, hostname, cidr, substring or regex"},
           {R"({"name": "x"})", "a warning list needs a `list`"},
           {R"({"list": []})", "a warning list needs a `name`"},
           {R"({"name": "x", "list": [1]})", "`list[0]`: expected text"},
           {R"({"name": "x", "list": [)", "line 1"}}) {
    ASSERT_TRUE(WriteFile(folder.path() + "/two.json", text, FileMode::kPublic).ok());
    const auto lists = WarningLists::Load(folder.path());
    ASSERT_FALSE(lists.ok()) << text;
    const std::string said = Message(lists.status());
    EXPECT_NE(said.find("two.json"), std::string::npos) << said;
    EXPECT_NE(said.find(message), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace renkei::formats
