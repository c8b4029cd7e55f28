// kill -9 of a team that joins, or of the hub that admits it: the invitation is either still good
// or used up by the same key, so that running `join` again always works, and for nobody else.

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

Ran JoinWithFault(const std::string& folder, const std::string& token, const std::string& fault) {
  return RunProgram({Program("renkei-testing"), "join", "-", "--dir", folder},
                    {.in = token, .environment = {{"RENKEI_TEST_FAULT", fault}}});
}

Ran Join(const std::string& folder, const std::string& token) {
  return Renkei({"join", "-", "--dir", folder}, {.in = token});
}

class JoiningMemberKilled : public testing::TestWithParam<std::string> {
 protected:
  Community community_;
};

TEST_P(JoiningMemberKilled, JoinsWithTheSameTokenAndNobodyElseDoes) {
  const std::string token = community_.Invite("newcomer", "listed");
  const std::string folder = community_.Init("newcomer");
  const std::string stranger = community_.Init("stranger");
  const Ran killed = JoinWithFault(folder, token, GetParam() + ":kill");
  ASSERT_EQ(killed.exit_status, kKilled) << killed.err;

  const Ran joined = Join(folder, token);
  ASSERT_EQ(joined.exit_status, 0) << joined.err;
  EXPECT_NE(joined.out.find("joined demo.example as newcomer\n  members: listed\n"),
            std::string::npos)
      << joined.out;
  const Ran refused = Join(stranger, token);
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_NE(refused.err.find("hint: a token is good once and for a limited time: ask the hub for "
                             "a new one\n"),
            std::string::npos)
      << refused.err;
  NodeProcess node(folder);
  node.Start();
  node.Ask({"status", "--wait-linked", std::to_string(kPatience.count())});
  // One team, and no invitation left open.
  const Json roster = community_.hub().Ask({"roster"});
  EXPECT_TRUE(roster["invitations"].empty()) << roster;
  EXPECT_EQ(node.Stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(FaultPoints, JoiningMemberKilled,
                         testing::Values("join.before_enrol", "join.after_enrol",
                                         "join.before_store"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(HubKilledWhileItAdmits, TheSameKeyJoinsAfterwardsAndNoOther) {
  Community community;
  const std::string token = community.Invite("newcomer", "listed");
  const std::string folder = community.Init("newcomer");
  const std::string stranger = community.Init("stranger");
  ASSERT_EQ(community.hub().Stop(), 0);
  community.hub().Start({.program = "renkei-testing",
                         .environment = {{"RENKEI_TEST_FAULT", "membership.enrolled:kill"}}});
  // Its answer was lost: the team can't know that it was admitted.
  EXPECT_EQ(Join(folder, token).exit_status, 1);
  ASSERT_EQ(community.hub().WaitForExit(), kKilled);
  community.hub().Start();
  EXPECT_EQ(Join(stranger, token).exit_status, 1);
  const Ran joined = Join(folder, token);
  EXPECT_EQ(joined.exit_status, 0) << joined.err;
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
