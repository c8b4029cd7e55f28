// What comes to a real node is sent on: in order, at least once, and followed up.

#include <csignal>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

class PushScenario : public testing::Test {
 protected:
  // The lines of a file, whole ones.
  static std::vector<Json> Lines(const std::string& path) {
    std::vector<Json> lines;
    if (!std::filesystem::exists(path)) return lines;
    std::istringstream in(ReadText(path));
    for (std::string line; std::getline(in, line);) {
      if (in.eof()) break;  // half a line: it is being written
      lines.push_back(Json::parse(line));
    }
    return lines;
  }
  static std::vector<std::string> Told(const std::string& path) {
    std::vector<std::string> told;
    for (const Json& line : Lines(path)) {
      told.push_back(line.value("event", "") + " " + line.value("id", ""));
    }
    return told;
  }
  void WaitForLine(const std::string& event, const std::string& id) const {
    WaitUntil(event + " in the file", [&] {
      const auto told = Told(file_);
      return std::find(told.begin(), told.end(), event + " " + id) != told.end();
    });
  }
  void AddTarget(const std::string& more = "") const {
    WriteText(
        config_,
        text_ + "\n[[push]]\nname = \"siem\"\nkind = \"jsonl\"\nfile = \"siem.jsonl\"\n" + more);
  }
  Json Target() const { return beta_.Ask({"push", "list"})["push"][0]; }

  Community community_;
  NodeProcess& alpha_ = community_.Add("alpha", "accredited");
  NodeProcess& beta_ = community_.Add("beta", "accredited");
  const std::string config_ = beta_.folder() + "/node.toml";
  const std::string text_ = ReadText(config_);
  const std::string file_ = beta_.folder() + "/siem.jsonl";
};

TEST_F(PushScenario, ATargetThatReloadBringsIsToldWhatComesAndWhatIsTakenBack) {
  const std::string before = alpha_.PublishText(DraftText("before the target was there"));
  beta_.WaitForRecord(before);
  AddTarget();
  beta_.Ask({"reload"});
  EXPECT_EQ(beta_.Cli({"push", "test", "siem"}).exit_status, 0);
  const std::string id = alpha_.PublishText(DraftText("after it"));
  WaitForLine("record", id);
  ASSERT_EQ(alpha_.Cli({"withdraw", id, "--reason", "mistake"}).exit_status, 0);
  WaitForLine("withdrawn", id);
  // Of what it was never given it is not told.
  ASSERT_EQ(alpha_.Cli({"withdraw", before, "--reason", "mistake"}).exit_status, 0);
  const std::string last = alpha_.PublishText(DraftText("the last"));
  WaitForLine("record", last);
  EXPECT_EQ(Told(file_), (std::vector<std::string>{"test ", "record " + id, "withdrawn " + id,
                                                   "record " + last}));
  WaitUntil("its place is kept", [&] { return Target()["delivered"] == 3; });
  EXPECT_EQ(Target()["lag"], 0);
  EXPECT_EQ(beta_.Status()["push"][0]["name"], "siem");
  // The line of a record is that of `subscribe`.
  const Json line = Lines(file_).back();
  Json told = line;
  for (const char* key : {"event", "delivery"}) told.erase(key);
  Json subscribed = Follower(beta_).WaitForRecord(last);
  subscribed.erase("cursor");
  EXPECT_EQ(told, subscribed);
}

TEST_F(PushScenario, AKilledNodeGoesOnWhereItWasAndLosesNothing) {
  AddTarget();
  beta_.Ask({"reload"});
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(alpha_.PublishText(DraftText("number")));
  WaitForLine("record", ids.back());
  beta_.Kill();
  WriteText(file_, ReadText(file_) + "{\"event\":\"rec");  // as if cut amid a line
  for (int i = 0; i < 3; ++i) ids.push_back(alpha_.PublishText(DraftText("number")));
  beta_.Start();
  WaitForLine("record", ids.back());
  // What was sent twice has the same delivery id.
  std::vector<std::string> told;
  std::string last;
  for (const Json& line : Lines(file_)) {
    if (line["delivery"] != last) told.push_back(line["id"]);
    last = line["delivery"];
  }
  EXPECT_EQ(told, ids);
}

TEST_F(PushScenario, WhatIsWrongIsSaidAndTheRestGoesOn) {
  AddTarget("tlp = \"purple\"\n");
  const Ran refused = beta_.Cli({"reload"});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_NE(refused.err.find("`tlp` is no TLP word: `purple`"), std::string::npos) << refused.err;
  WriteText(config_, text_ +
                         "\n[[push]]\nname = \"siem\"\nkind = \"jsonl\"\n"
                         "file = \"nowhere/siem.jsonl\"\n");
  beta_.Ask({"reload"});
  const Ran test = beta_.Cli({"push", "test", "siem"});
  EXPECT_EQ(test.exit_status, 1);
  EXPECT_NE(test.err.find("No such file"), std::string::npos) << test.err;
  const std::string id = alpha_.PublishText(DraftText("while it fails"));
  beta_.WaitForRecord(id);
  WaitUntil("the failure is said", [&] { return Target().contains("next_try"); });
  EXPECT_EQ(Target()["delivered"], 0);
  EXPECT_NE(beta_.Cli({"status"}).out.find("1 failing"), std::string::npos);
  std::filesystem::create_directory(beta_.folder() + "/nowhere");
  WaitUntil("it works again", [&] { return Target()["delivered"] == 1; });
}

}  // namespace
}  // namespace renkei::testing_support
