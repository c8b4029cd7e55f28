#include "config/node_config.h"

#include <gtest/gtest.h>

#include "policy/marking.h"

namespace renkei::config {
namespace {

std::vector<std::string> Lines(const Problems& problems) {
  std::vector<std::string> lines;
  for (const Problem& problem : problems) lines.push_back(ToString(problem));
  return lines;
}

std::string Texts(const Problems& problems) {
  std::string all;
  for (const std::string& line : Lines(problems)) all += line + "\n";
  return all;
}

TEST(NodeConfigTest, AMemberNeedsNothingButItsName) {
  const auto loaded = LoadNodeConfig("[node]\norg = \"Alpha\"\n", "node.toml");
  ASSERT_TRUE(loaded.value) << Texts(loaded.problems);
  NodeConfig expected;
  expected.org = "Alpha";
  EXPECT_EQ(*loaded.value, expected);
}

TEST(NodeConfigTest, EveryKeyIsRead) {
  const auto loaded = LoadNodeConfig(R"([node]
org = "アルファ銀行"
hub = true
community = "isac.example"
listen = "[2001:db8::1]:0"
enrol_listen = "127.0.0.1:7441"
address = "hub.example.com:7440"
log = "debug"
[publish]
default_tlp = "amber+strict"
default_circles = ["bank-ops", "isac"]
expiry_days = 30
approval = "two-person"
generalise = true
[publish.section_levels]
victim = "recipients"
summary = "listed"
[limits]
streams_per_peer = 5
bytes_in_flight_per_stream = 65536
records_per_peer_per_day = 1
tombstones_per_peer = 2
store_free_bytes_min = 1048576
outbox_records_max = 3
[heartbeat]
seconds = 7
[state]
max_age_hours = 8
[[link]]
address = "192.0.2.7:7440"
team = "beta"
)",
                                     "node.toml");
  ASSERT_TRUE(loaded.value) << Texts(loaded.problems);
  NodeConfig expected;
  expected.org = "アルファ銀行";
  expected.hub = true;
  expected.community = "isac.example";
  expected.listen = "[2001:db8::1]:0";
  expected.enrol_listen = "127.0.0.1:7441";
  expected.address = "hub.example.com:7440";
  expected.log = LogLevel::kDebug;
  expected.publish.default_tlp = "amber+strict";
  expected.publish.default_circles = {"bank-ops", "isac"};
  expected.publish.expiry_days = 30;
  expected.publish.two_persons = true;
  expected.publish.generalise = true;
  expected.publish.section_levels["victim"] = "recipients";
  expected.publish.section_levels["summary"] = "listed";
  expected.limits = {5, 65536, 1, 2, 1048576, 3};
  expected.heartbeat_seconds = 7;
  expected.state_max_age_hours = 8;
  expected.links = {{"192.0.2.7:7440", "beta"}};
  EXPECT_EQ(*loaded.value, expected);
}

TEST(NodeConfigTest, AllProblemsComeAtOnceInTheOrderOfTheFile) {
  const auto loaded = LoadNodeConfig(R"([node]
org = 7
lisen = "0.0.0.0:1"
log = "inf"
[publish]
default_tlp = "ambr"
expiry_days = 731
[publish.section_levels]
victm = "anyone"
[limits]
streams_per_peer = 0
[[link]]
address = "192.0.2.7:0"
team = "Beta"
[linck]
)",
                                     "n.toml");
  EXPECT_FALSE(loaded.value);
  EXPECT_EQ(Lines(loaded.problems),
            (std::vector<std::string>{
                "n.toml:2:7: `org` in [node] must be a string, not integer",
                "n.toml:3:1: unknown key `lisen` in [node] (did you mean `listen`?)",
                "n.toml:4:7: `log` is no level: `inf` (did you mean `info`?)",
                "n.toml:6:15: `default_tlp` is no TLP word: `ambr` (did you mean `amber`?)",
                "n.toml:7:15: `expiry_days` in [publish] is 731, must be 1 to 730 days",
                "n.toml:9:1: unknown key `victm` in [publish.section_levels] (did you mean "
                "`victim`?)",
                "n.toml:11:20: `streams_per_peer` in [limits] is 0, must be 1 to 64 streams",
                "n.toml:13:11: `address` in [link] is no host:port with a port of 1 to 65535: "
                "`192.0.2.7:0` (such as `192.0.2.1:7440` or `[2001:db8::1]:7440`)",
                "n.toml:14:8: `team` is no team's slug: `Beta`",
                "n.toml:15:2: unknown key `linck` (did you mean `link`?)",
            }));
}

// A hub's node.toml with these lines of [publish] and [escrow].
std::string HubWith(const std::string& publish, const std::string& escrow) {
  return "[node]\norg = \"A\"\nhub = true\ncommunity = \"isac.example\"\n"
         "listen = \"127.0.0.1:0\"\n[publish]\n" +
         publish + "\n[escrow]\n" + escrow + "\n";
}

TEST(NodeConfigTest, TheSourceModeAndTheEscrowOfficersAreRead) {
  const std::string a(64, 'a');
  const std::string b(64, 'b');
  const std::string c(64, 'c');
  const auto officers = [](const std::string& x, const std::string& y, const std::string& z) {
    return "officers = [\"" + x + "\", \"" + y + "\", \"" + z + "\"]";
  };
  const auto loaded =
      LoadNodeConfig(HubWith("source = \"anonymous\"", officers(a, b, c)), "n.toml");
  ASSERT_TRUE(loaded.value) << Texts(loaded.problems);
  EXPECT_EQ(loaded.value->publish.default_source, "anonymous");
  EXPECT_EQ(loaded.value->escrow.officers, (std::vector<std::string>{a, b, c}));

  const auto problems = [](const std::string& publish, const std::string& escrow) {
    return Lines(LoadNodeConfig(HubWith(publish, escrow), "n.toml").problems);
  };
  EXPECT_EQ(problems("source = \"anonymos\"", "officers = []"),
            (std::vector<std::string>{"n.toml:7:10: `source` is no source mode: `anonymos` (did "
                                      "you mean `anonymous`?)"}));
  EXPECT_EQ(problems("", officers(a, b, a)).size(), 1U);
  EXPECT_EQ(problems("", officers(a, b, "abc")).size(), 1U);
  EXPECT_EQ(problems("", "officers = [\"" + a + "\"]").size(), 1U);
}

TEST(NodeConfigTest, ReloadTakesOverWhatCanChangeAndNamesTheRest) {
  NodeConfig running;
  running.org = "A";
  running.listen = "192.0.2.1:7440";
  EXPECT_EQ(ReloadNodeConfig(running, running).config, running);
  EXPECT_TRUE(ReloadNodeConfig(running, running).restart.empty());

  NodeConfig file = running;
  file.log = LogLevel::kError;
  file.publish.default_tlp = "green";
  file.limits.tombstones_per_peer = 7;
  file.limits.outbox_records_max = 8;
  file.heartbeat_seconds = 9;
  file.state_max_age_hours = 10;
  file.links = {{"192.0.2.7:7440", "beta"}};
  EXPECT_EQ(ReloadNodeConfig(running, file).config, file);
  EXPECT_TRUE(ReloadNodeConfig(running, file).restart.empty());

  NodeConfig other = file;
  other.org = "B";
  other.hub = true;
  other.community = "other.example";
  other.listen = "192.0.2.2:7440";
  other.enrol_listen = "192.0.2.2:7441";
  other.address = "node.example:7440";
  other.limits.store_free_bytes_min = 1 << 20;
  const Reloaded reloaded = ReloadNodeConfig(running, other);
  EXPECT_EQ(reloaded.config, file);
  EXPECT_EQ(reloaded.restart,
            (std::vector<std::string>{"node.org", "node.hub", "node.community", "node.listen",
                                      "node.enrol_listen", "node.address",
                                      "limits.store_free_bytes_min"}));
}

struct BadCase {
  std::string name;
  std::string text;
  std::string says;
};
void PrintTo(const BadCase& test, std::ostream* out) { *out << test.name; }

class NodeConfigRefusesTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(NodeConfigRefusesTest, WithItsPlaceAndReason) {
  const auto loaded = LoadNodeConfig(GetParam().text, "n");
  EXPECT_FALSE(loaded.value);
  EXPECT_NE(Texts(loaded.problems).find(GetParam().says), std::string::npos)
      << Texts(loaded.problems);
}

const std::string kMember = "[node]\norg = \"A\"\n";
const std::string kHub = "[node]\norg = \"A\"\nhub = true\n";

INSTANTIATE_TEST_SUITE_P(
    All, NodeConfigRefusesTest,
    ::testing::Values(
        BadCase{"empty", "", "n: no [node] table"},
        BadCase{"no_org", "[node]\n", "n:1:1: no `org` in [node]"},
        BadCase{"empty_org", "[node]\norg = \"\"\n", "n:2:7: `org` must be 1 to 128 bytes"},
        BadCase{"long_org", "[node]\norg = \"" + std::string(129, 'a') + "\"\n", "1 to 128 bytes"},
        BadCase{"syntax", "[node]\norg = \n", "n:2:7: not TOML"},
        BadCase{"twice", "[node]\norg = \"A\"\norg = \"B\"\n", "not TOML"},
        BadCase{"not_utf8", "[node]\norg = \"\xff\"\n", "n: not UTF-8"},
        BadCase{"too_large", std::string(kNodeConfigBytesMax + 1, '#'), "over the limit of"},
        BadCase{"node_is_no_table", "node = 3\n", "must be a table, not integer"},
        BadCase{"link_is_no_list", kMember + "[link]\nteam = \"b\"\n", "list of tables"},
        BadCase{"link_without_address", kMember + "[[link]]\nteam = \"b\"\n", "without `address`"},
        BadCase{"link_twice",
                kMember + "[[link]]\nteam=\"b\"\naddress=\"b.example:1\"\n"
                          "[[link]]\nteam=\"b\"\naddress=\"c.example:1\"\n",
                "n:7:6: a second link to `b`"},
        BadCase{"enrol_on_member", kMember + "enrol_listen = \"0.0.0.0:1\"\n", "for hubs only"},
        BadCase{"hub_without_community", kHub + "listen = \"0.0.0.0:1\"\n", "`community`"},
        BadCase{"hub_that_does_not_listen", kHub + "community = \"x\"\n", "a hub must listen"},
        BadCase{"community_upper_case", kMember + "community = \"ISAC\"\n", "n:3:13: `community`"},
        BadCase{"community_two_dots", kMember + "community = \"a..b\"\n", "`community`"},
        BadCase{"bool_as_string", kMember + "hub = \"yes\"\n", "true or false, not string"},
        BadCase{"circle_in_list", kMember + "[publish]\ndefault_circles = [\"a\", 3]\n",
                "n:4:25: `default_circles` in [publish] must be a list of strings, not integer"},
        BadCase{"approval_misspelt", kMember + "[publish]\napproval = \"two-persons\"\n",
                "n:4:12: `approval` is no such word: `two-persons`"},
        BadCase{"column_in_bytes", "node = {org = \"日本\", log = \"x\"}\n", "n:1:31: `log`"}),
    [](const auto& row) { return row.param.name; });

TEST(NodeConfigTest, MoreThanThirtyTwoLinksAreRefused) {
  std::string text = kMember;
  for (int i = 0; i < 33; ++i) {
    text += fmt::format("[[link]]\nteam = \"t{}\"\naddress = \"t.example:1\"\n", i);
  }
  const auto loaded = LoadNodeConfig(text, "n");
  EXPECT_EQ(Texts(loaded.problems), "n:99:1: more than 32 links\n");
}

TEST(NodeConfigTest, WhatInitWritesLoadsBackToTheSameValues) {
  const std::vector<NodeConfigSeed> seeds = {
      {.org = "Alpha \"A\" \\ Bank"},
      {.org = "アルファ", .listen = "127.0.0.1:0", .address = "a.example:7440"},
      {.org = "H", .community = "isac.example", .hub = true},
      {.org = "H",
       .community = "isac",
       .hub = true,
       .listen = "0.0.0.0:1",
       .enrol_listen = "[::1]:2"}};
  for (const NodeConfigSeed& seed : seeds) {
    const auto loaded = LoadNodeConfig(NodeConfigText(seed), "node.toml");
    ASSERT_TRUE(loaded.value) << Texts(loaded.problems);
    NodeConfig expected;
    expected.org = seed.org;
    expected.community = seed.community;
    expected.hub = seed.hub;
    expected.listen = seed.listen;
    expected.enrol_listen = seed.enrol_listen;
    expected.address = seed.address;
    if (seed.hub && seed.listen.empty()) expected.listen = kDefaultHubListen;
    if (seed.hub && seed.enrol_listen.empty()) expected.enrol_listen = kDefaultHubEnrolListen;
    EXPECT_EQ(*loaded.value, expected) << NodeConfigText(seed);
  }
}

TEST(NodeConfigTest, SectionWordsAreThoseOfThePolicy) {
  const auto levels = DefaultSectionLevels();
  EXPECT_EQ(levels.size(), 16U);
  for (const auto& [section, level] : levels) {
    EXPECT_TRUE(policy::SectionFromWord(section)) << section;
  }
  for (const char* word : {"clear", "green", "amber", "amber+strict", "red"}) {
    EXPECT_TRUE(policy::TlpFromWord(word)) << word;
  }
}

TEST(HostPortTest, TakesNamesAndBothKindsOfAddress) {
  EXPECT_EQ(ParseHostPort("192.0.2.1:65535"), (HostPort{"192.0.2.1", 65535}));
  EXPECT_EQ(ParseHostPort("[2001:db8::1]:0"), (HostPort{"2001:db8::1", 0}));
  EXPECT_EQ(ParseHostPort("node.example.com:1"), (HostPort{"node.example.com", 1}));
  for (const char* bad : {"", ":1", "host", "host:", "host:65536", "host:-1", "host:1x", "[::1:1",
                          "2001:db8::1:7440", "ho st:1", "[]:1", "host:000001"}) {
    EXPECT_FALSE(ParseHostPort(bad)) << bad;
  }
}

}  // namespace
}  // namespace renkei::config
