#include "config/push_config.h"

#include <gtest/gtest.h>

#include "config/node_config.h"
#include "policy/marking.h"

namespace renkei::config {
namespace {

constexpr char kPushNode[] = "[node]\norg = \"Alpha Works\"\n";

LoadResult<std::vector<PushTarget>> LoadTargets(const std::string& push) {
  return LoadPushConfig(kPushNode + push, "node.toml");
}

std::string FirstPushProblem(const std::string& push) {
  const auto loaded = LoadTargets(push);
  EXPECT_FALSE(loaded.value);
  return loaded.problems.empty() ? "" : ToString(loaded.problems.front());
}

std::string Jsonl(const std::string& more = "") {
  return "[[push]]\nname = \"siem\"\nkind = \"jsonl\"\nfile = \"records.jsonl\"\n" + more;
}

TEST(PushConfigTest, WithoutATableThereAreNoTargets) {
  ASSERT_TRUE(LoadTargets("").value);
  EXPECT_TRUE(LoadTargets("").value->empty());
}

TEST(PushConfigTest, TheNodesOwnLoaderKnowsTheTable) {
  EXPECT_TRUE(LoadNodeConfig(kPushNode + Jsonl(), "node.toml").value);
}

TEST(PushConfigTest, LeavesOutRedAndExercisesUnlessTold) {
  const auto loaded = LoadTargets(Jsonl());
  ASSERT_TRUE(loaded.value);
  const PushTarget& target = loaded.value->front();
  EXPECT_EQ(target.tlp, "amber+strict");
  EXPECT_FALSE(target.exercise);
  EXPECT_FALSE(target.history);
  EXPECT_TRUE(target.own);
}

TEST(PushConfigTest, EveryKeyOfAFileIsRead) {
  const auto loaded = LoadTargets(
      Jsonl("see = \"level=listed\"\nkinds = [\"incident\", \"advisory\"]\ncircles = [\"energy\"]\n"
            "severity = \"high\"\ntlp = \"red\"\nexercise = true\nown = false\nhistory = true\n"
            "paused = true\nrotate_bytes = 65536\nkeep = 3\n"));
  ASSERT_TRUE(loaded.value);
  EXPECT_EQ(
      loaded.value->front(),
      (PushTarget{
          .name = "siem",
          .kind = PushKind::kJsonl,
          .see = "level=listed",
          .filter = {.kinds = {"incident", "advisory"}, .circles = {"energy"}, .severity = "high"},
          .tlp = "red",
          .exercise = true,
          .own = false,
          .history = true,
          .paused = true,
          .file = "records.jsonl",
          .rotate_bytes = 65536,
          .keep = 3}));
}

TEST(PushConfigTest, MistakesHaveTheirPlaceAndAreSaidAllAtOnce) {
  const auto loaded =
      LoadTargets(Jsonl("kinds = [\"incidents\"]\ntlp = \"purple\"\nkeep = 0\n") + Jsonl());
  ASSERT_EQ(loaded.problems.size(), 4u);
  EXPECT_EQ(ToString(loaded.problems[0]),
            "node.toml:7:10: `kinds` holds no kind of record: `incidents` (did you mean "
            "`incident`?)");
  EXPECT_TRUE(ToString(loaded.problems[1]).starts_with("node.toml:8:7: `tlp` is no TLP word"));
  EXPECT_TRUE(ToString(loaded.problems[2]).starts_with("node.toml:9:8: "));
  EXPECT_TRUE(ToString(loaded.problems[3]).ends_with("a second [[push]] named `siem`"));
}

TEST(PushConfigTest, AKeyOfAnotherKindIsRefused) {
  EXPECT_NE(
      FirstPushProblem(Jsonl("url = \"https://tickets.example/\"\n")).find("unknown key `url`"),
      std::string::npos);
}

TEST(PushConfigTest, PlainHttpIsForLoopbackOnly) {
  const auto webhook = [](const std::string& url) {
    return "[[push]]\nname = \"a\"\nkind = \"webhook\"\nsecret = \"a.key\"\nurl = \"" + url +
           "\"\n";
  };
  for (const char* url : {"https://tickets.example/x", "http://127.0.0.1:8080/x",
                          "http://[::1]:8080/", "http://localhost/"}) {
    EXPECT_TRUE(LoadTargets(webhook(url)).value) << url;
  }
  for (const char* url : {"http://tickets.example/", "http://192.0.2.1/", "ftp://127.0.0.1/",
                          "https://user:word@tickets.example/", "https://", "http://127.example/",
                          "https://tickets.example/a b", "http://127.0.0.1@tickets.example/"}) {
    EXPECT_FALSE(LoadTargets(webhook(url)).value) << url;
  }
}

TEST(PushConfigTest, ARuleNeedsMailboxesThatNothingCanHideIn) {
  const auto mail = [](const std::string& to) {
    return "[[push]]\nname = \"m\"\nkind = \"mail\"\naddress = \"mail.example:587\"\n"
           "from = \"renkei@team.example\"\n[[push.rule]]\nto = [" +
           to + "]\nkinds = [\"incident\"]\n";
  };
  const auto loaded = LoadTargets(mail("\"a@team.example\", \"b@team.example\""));
  ASSERT_TRUE(loaded.value);
  EXPECT_EQ(loaded.value->front().rules.front().to.size(), 2u);
  EXPECT_FALSE(loaded.value->front().own);
  for (const char* to :
       {"", "\"a\"", "\"a@b@team.example\"", "\"a@team.example\\nBcc: x@y.example\"",
        "\"<a@team.example>\"", "\"-a@team.example\"", "\"a b@team.example\"",
        "\"a,b@team.example\"", "\"a@team.example \""}) {
    EXPECT_FALSE(LoadTargets(mail(to)).value) << to;
  }
}

TEST(PushConfigTest, WordsAreThePolicys) {
  for (const char* kind : {"incident", "indicators", "sighting", "advisory", "vulnerability",
                           "request", "withdrawal"}) {
    EXPECT_TRUE(policy::KindFromWord(kind)) << kind;
  }
  for (const char* severity : {"low", "medium", "high", "critical"}) {
    EXPECT_TRUE(policy::SeverityFromWord(severity)) << severity;
  }
  for (const char* tlp : {"clear", "green", "amber", "amber+strict", "red"}) {
    EXPECT_TRUE(policy::TlpFromWord(tlp)) << tlp;
  }
}

}  // namespace
}  // namespace renkei::config
