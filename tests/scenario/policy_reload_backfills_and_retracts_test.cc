#include <algorithm>
#include <csignal>

#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

class PolicyReload : public testing::Test {
 protected:
  Community community_;
  NodeProcess& hub_ = community_.hub();
  NodeProcess& author_ = community_.Add("author", "accredited");
  NodeProcess& reader_ = community_.Add("reader", "accredited");
  const std::string policy_ = hub_.folder() + "/trust.policy";
  const std::string text_ = ReadText(policy_);
  const std::string digest_ = hub_.Status()["policy"]["digest"].get<std::string>();

  std::string Digest() const { return hub_.Status()["policy"]["digest"].get<std::string>(); }
};

TEST_F(PolicyReload, BackfillsAndRetracts) {
  // No heartbeat brings it: streams are woken.
  ASSERT_EQ(hub_.Stop(), 0);
  EditText(hub_.folder() + "/node.toml", "seconds = 1\n", "seconds = 3600\n");
  hub_.Start();
  const std::string amber = author_.PublishText(DraftText("amber", R"("tlp": "amber")"));
  reader_.WaitForRecord(amber);
  ASSERT_TRUE(Holds(reader_.Show(amber), "impact"));

  // Stricter by SIGHUP: accredited teams no longer see how it went on.
  EditText(policy_, "set analysis = technical impact timeline response",
           "set analysis = technical response");
  hub_.Signal(SIGHUP);
  WaitUntil("the impact is taken back", [&] { return !Holds(reader_.Show(amber), "impact"); });
  EXPECT_TRUE(Holds(reader_.Show(amber), "summary"));
  EXPECT_EQ((*reader_.Show(amber))["verified"], true);

  // Back again, by the command: what was withheld comes.
  WriteText(policy_, text_);
  hub_.Ask({"reload"});
  EXPECT_EQ(Digest(), digest_);
  WaitUntil("the impact comes back", [&] { return Holds(reader_.Show(amber), "impact"); });
  community_.StopAll();
}

TEST_F(PolicyReload, OfAFileWithAMistakeKeepsWhatWasInForce) {
  WriteText(policy_, text_ + "\ndeny d-quiet to level < certifid  forbid see impact\n");
  const Ran refused = hub_.Cli({"reload"});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_NE(refused.err.find("what was in force stays"), std::string::npos) << refused.err;
  hub_.Signal(SIGHUP);
  WaitUntil("the log says so",
            [&] { return hub_.log().find("reload.refused") != std::string::npos; });
  EXPECT_EQ(Digest(), digest_);
  community_.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
