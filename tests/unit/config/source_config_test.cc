#include "config/source_config.h"

#include <gtest/gtest.h>

#include "config/node_config.h"

namespace renkei::config {
namespace {

constexpr char kSourceNode[] = "[node]\norg = \"Alpha Works\"\n";
constexpr char kFeed[] = "[[source]]\nname = \"feed\"\nkind = \"misp-feed\"\n";

LoadResult<std::vector<SourceConfig>> LoadSources(const std::string& tables) {
  return LoadSourceConfigs(kSourceNode + tables, "node.toml");
}

std::string FirstSourceProblem(const std::string& tables) {
  const auto loaded = LoadSources(tables);
  EXPECT_FALSE(loaded.value) << tables;
  return loaded.problems.empty() ? "" : ToString(loaded.problems.front());
}

TEST(SourceConfigTest, WithoutTablesThereAreNone) {
  ASSERT_TRUE(LoadSources("").value);
  EXPECT_TRUE(LoadSources("").value->empty());
}

TEST(SourceConfigTest, EveryKeyIsRead) {
  const std::string text = R"(
[[source]]
name = "partner"
kind = "taxii"
url = "https://taxii.example/taxii2/"
secret = "partner.secret"
auth = "bearer"
ca = "partner-ca.crt"
certificate = "own.crt"
key = "own.key"
proxy = "http://proxy.example:3128"
api_root = "/api1/"
collection = "indicators"
every = "6h"
publish = "auto"
events_max = 7
circles = ["energy", "rail"]
tlp_least = "amber+strict"
source_mode = "anonymous"
tags = ["imported"]
exercise = true
)";
  const auto loaded = LoadSources(text);
  ASSERT_TRUE(loaded.value) << (loaded.problems.empty() ? "" : ToString(loaded.problems[0]));
  EXPECT_EQ(loaded.value->front(), (SourceConfig{.name = "partner",
                                                 .kind = SourceKind::kTaxii,
                                                 .url = "https://taxii.example/taxii2/",
                                                 .auth = SourceAuth::kBearer,
                                                 .secret = "partner.secret",
                                                 .ca = "partner-ca.crt",
                                                 .certificate = "own.crt",
                                                 .key = "own.key",
                                                 .proxy = "http://proxy.example:3128",
                                                 .api_root = "/api1/",
                                                 .collection = "indicators",
                                                 .every = std::chrono::hours(6),
                                                 .automatic = true,
                                                 .events_max = 7,
                                                 .circles = {"energy", "rail"},
                                                 .tlp_least = "amber+strict",
                                                 .source_mode = "anonymous",
                                                 .tags = {"imported"},
                                                 .exercise = true}));
  // The rest of the file is another loader's, which takes the tables for known.
  EXPECT_TRUE(LoadNodeConfig(kSourceNode + text, "node.toml").value);
}

TEST(SourceConfigTest, WhatIsSaidHowFollowsFromTheKind) {
  const auto misp = LoadSources(
      "[[source]]\nname = \"m\"\nkind = \"misp\"\nurl = \"https://m.example\"\nsecret = \"k\"\n");
  ASSERT_TRUE(misp.value);
  EXPECT_EQ(misp.value->front().auth, SourceAuth::kKey);
  const auto feed = LoadSources(std::string(kFeed) + "url = \"https://f.example\"\nsecret = \"k\"");
  ASSERT_TRUE(feed.value);
  EXPECT_EQ(feed.value->front().auth, SourceAuth::kBasic);
  EXPECT_EQ(feed.value->front().every, std::chrono::minutes(15));
  EXPECT_FALSE(feed.value->front().automatic);
}

TEST(SourceConfigTest, AFileMayNameItsMapping) {
  const auto loaded = LoadSources(
      "[[source]]\nname = \"t\"\nkind = \"file\"\npath = \"t.csv\"\nmapping = \"proxy\"\n");
  ASSERT_TRUE(loaded.value);
  EXPECT_EQ(loaded.value->front().mapping, "proxy");
}

constexpr char kMail[] =
    "[[source]]\nname = \"m\"\nkind = \"imap\"\nsecret = \"m.secret\"\n"
    "url = \"imaps://mail.team.example/INBOX\"\n";

TEST(SourceConfigTest, MailAlwaysWaitsForAPerson) {
  const auto mail = LoadSources(kMail);
  ASSERT_TRUE(mail.value) << ToString(mail.problems.front());
  EXPECT_EQ(mail.value->front().auth, SourceAuth::kBasic);
  EXPECT_FALSE(mail.value->front().automatic);
  EXPECT_NE(FirstSourceProblem(std::string(kMail) + "publish = \"auto\"\n").find("a person"),
            std::string::npos);
}

TEST(SourceConfigTest, AReceiptNamesATargetOfKindMail) {
  auto loaded = LoadSources(std::string(kMail) + "receipt = \"people\"\n");
  ASSERT_TRUE(loaded.value);
  const std::vector<PushTarget> push = {
      {.name = "siem", .kind = PushKind::kJsonl},
      {.name = "people", .kind = PushKind::kMail, .from = "renkei@team.example"}};
  Problems problems;
  ResolveReceipts(*loaded.value, push, "node.toml", problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(loaded.value->front().receipt_by, push[1]);
  loaded.value->front().receipt = "siem";
  ResolveReceipts(*loaded.value, push, "node.toml", problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(ToString(problems[0]).find("`siem`"), std::string::npos) << ToString(problems[0]);
}

TEST(SourceConfigTest, PlainHttpNeedsToBeAllowed) {
  const std::string url = "url = \"http://feed.example/\"\n";
  EXPECT_NE(FirstSourceProblem(kFeed + url).find("not encrypted"), std::string::npos);
  EXPECT_TRUE(LoadSources(kFeed + url + "allow_http = true\n").value);
  EXPECT_TRUE(LoadSources(std::string(kFeed) + "url = \"http://127.0.0.1:80/\"\n").value);
  EXPECT_TRUE(LoadSources(std::string(kFeed) + "url = \"http://[::1]:80/\"\n").value);
}

TEST(SourceConfigTest, APasswordInAUrlIsRefusedAndNotRepeated) {
  const std::string problem =
      FirstSourceProblem(std::string(kFeed) + "url = \"https://anna:hunter2@feed.example/\"\n");
  EXPECT_EQ(problem.find("hunter2"), std::string::npos) << problem;
}

TEST(SourceConfigTest, MistakesHaveTheirPlace) {
  const std::string feed = std::string(kFeed) + "path = \"feed\"\n";
  ASSERT_TRUE(LoadSources(feed).value);
  EXPECT_TRUE(FirstSourceProblem(feed + "every = \"soon\"\n").starts_with("node.toml:7:9: "));
  for (const auto& [text, word] : std::vector<std::pair<std::string, std::string>>{
           {feed + "every = \"1s\"\n", "10s to 30d"},
           {feed + "colour = \"red\"\n", "colour"},
           {feed + "publish = \"always\"\n", "draft, auto"},
           {feed + "tlp_least = \"gren\"\n", "`green`"},
           {feed + "events_max = 0\n", "1 to 10000"},
           {feed + "circles = [\"A\"]\n", "a-z"},
           {feed + "url = \"https://f.example/\"\n", "one of them"},
           {feed + "auth = \"basic\"\n", "secret"},
           {feed + "certificate = \"a.crt\"\n", "both"},
           {feed + "collection = \"x\"\n", "taxii"},
           {feed + "mapping = \"x\"\n", "kind file"},
           {feed + feed, "a second source"},
           {feed + "receipt = \"x\"\n", "kind imap"},
           {std::string(kMail) + "proxy = \"http://p.example:1\"\n", "not for"},
           {std::string(kMail) + "auth = \"bearer\"\n", "not for"},
           {"[[source]]\nname = \"m\"\nkind = \"imap\"\nurl = \"imaps://m.example/A\"\n",
            "user:password"},
           {"[[source]]\nname = \"m\"\nkind = \"imap\"\nurl = \"https://m.example/\"\n"
            "secret = \"s\"\n",
            "no URL of imaps"},
           {kFeed, "`url` or `path`"},
           {std::string(kFeed) + "url = \"ftp://f.example/\"\n", "no URL"},
           {"[[source]]\nkind = \"file\"\npath = \"x\"\n", "without `name`"},
           {"[[source]]\nname = \"x\"\npath = \"x\"\n", "without `kind`"},
           {"[[source]]\nname = \"x\"\nkind = \"misp\"\npath = \"x\"\n", "no `path`"},
           {"[[source]]\nname = \"t\"\nkind = \"taxii\"\nurl = \"https://t.example\"\n",
            "collection"},
       }) {
    const auto loaded = LoadSources(text);
    ASSERT_FALSE(loaded.problems.empty()) << text;
    const Problem& problem = loaded.problems.front();
    EXPECT_NE((ToString(problem) + problem.hint).find(word), std::string::npos)
        << text << ToString(problem);
    EXPECT_GT(problem.line, 2) << text;
  }
}

TEST(SourceConfigTest, TheyAreBounded) {
  std::string many;
  for (std::size_t i = 0; i <= kSourcesMax; ++i) {
    many += fmt::format("[[source]]\nname = \"s{}\"\nkind = \"file\"\npath = \"x\"\n", i);
  }
  EXPECT_NE(FirstSourceProblem(many).find("more than 32"), std::string::npos);
}

TEST(SourceConfigTest, TimesHaveAUnit) {
  EXPECT_EQ(DurationFromText("90s"), std::chrono::seconds(90));
  EXPECT_EQ(DurationFromText("15m"), std::chrono::minutes(15));
  EXPECT_EQ(DurationFromText("6h"), std::chrono::hours(6));
  EXPECT_EQ(DurationFromText("2d"), std::chrono::hours(48));
  for (const char* text : {"", "m", "15", "1.5h", "-1m", "1w", "99999999999d"}) {
    EXPECT_FALSE(DurationFromText(text)) << text;
  }
}

}  // namespace
}  // namespace renkei::config
