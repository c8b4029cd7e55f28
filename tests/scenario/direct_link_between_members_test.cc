#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"
#include "tests/support/stopped_store.h"

namespace renkei::testing_support {
namespace {

std::string LinkText(const std::string& address, const std::string& team) {
  return fmt::format("\n[[link]]\naddress = \"{}\"\nteam = \"{}\"\n", address, team);
}

TEST(DirectLink, BringsRecordsWhileTheHubIsAwayAndRespectsRelay) {
  Community community;
  NodeProcess& third = community.Add("third", "accredited");
  NodeProcess& alpha = community.Add("alpha", "accredited", {.listen = true});
  const std::string free = third.PublishText(DraftText("may be passed on"));
  const std::string kept =
      third.PublishText(DraftText("may not be passed on", R"("tlp": "green", "relay": "none")"));
  alpha.WaitForRecord(kept);
  NodeProcess& beta = community.Add("beta", "listed", {.start = false});
  const std::string config = beta.folder() + "/node.toml";
  WriteText(config, ReadText(config) + LinkText(alpha.Address(), "alpha"));
  ASSERT_EQ(community.hub().Stop(), 0);

  // Beta has never met the hub but to join: all it gets comes from alpha.
  beta.Start();
  const std::string own = alpha.PublishText(DraftText("alpha's own"));
  Follower follower(beta);
  const Json line = follower.WaitForRecord(own);
  EXPECT_EQ(line["author"], "alpha");
  EXPECT_EQ(line["verified"], true);
  beta.WaitForRecord(free);
  EXPECT_FALSE(beta.Show(kept));
  const Json shown = *beta.Show(free);
  EXPECT_EQ(shown["author"], "third");
  EXPECT_EQ(shown["links"][0]["link"], "alpha");
  const Json status = beta.Status();
  EXPECT_EQ(status["linked"], true) << status;
  EXPECT_EQ(alpha.Ask({"why", own, "--peer", "beta"})["state"], "delivered");

  beta.Stop();
  alpha.Stop();
  third.Stop();
  const auto held = HeldBy(beta.folder());
  const auto at_alpha = HeldBy(alpha.folder());
  const auto at_third = HeldBy(third.folder());
  const policy::Evaluator evaluator = EvaluatorOf(alpha.folder());
  EXPECT_EQ(held.size(), 2U);
  const auto& theirs = at_alpha.at(own).record;
  EXPECT_EQ(held.at(own).record.held(),
            MaskFor(evaluator, "beta", kListed, theirs.header()).see() & theirs.held());
  // Of the third team's record: what beta may see, of what the hub let alpha pass on.
  const record::Record& relayed = at_third.at(free).record;
  const policy::SectionMask allowed =
      MaskFor(evaluator, "beta", kListed, relayed.header()).see() &
      MaskFor(evaluator, "alpha", kAccredited, relayed.header()).relay();
  EXPECT_EQ(held.at(free).record.held(), allowed & relayed.held());
  EXPECT_EQ(held.at(free).record.leaf(), relayed.leaf());
}

// What beta says of its link to alpha.
Json LinkToAlpha(const NodeProcess& beta) {
  const Json status = beta.Status();
  for (const Json& peer : status["peers"]) {
    if (peer["team"] == "alpha" && peer["direction"] == "out") return peer;
  }
  return Json::object();
}

bool IsConnected(const NodeProcess& beta) { return LinkToAlpha(beta).value("connected", false); }

TEST(DirectLink, ToATeamRevokedOrSuspendedMeanwhileIsCut) {
  Community community;
  NodeProcess& alpha = community.Add("alpha", "accredited", {.listen = true});
  NodeProcess& beta = community.Add("beta", "accredited", {.start = false});
  const std::string config = beta.folder() + "/node.toml";
  WriteText(config, ReadText(config) + LinkText(alpha.Address(), "alpha"));
  beta.Start();
  WaitUntil("beta follows alpha", [&] { return IsConnected(beta); });

  community.hub().Ask({"suspend", "alpha"});
  WaitUntil("the link is cut", [&] { return !IsConnected(beta); });
  WaitUntil("beta says why", [&] { return LinkToAlpha(beta).contains("last_error"); });
  // The hub takes nothing from alpha now; by the link, nothing comes either.
  const std::string meanwhile = alpha.PublishText(DraftText("said while suspended"));
  EXPECT_FALSE(IsConnected(beta));
  EXPECT_FALSE(beta.Show(meanwhile));
  community.hub().Ask({"suspend", "alpha", "--end"});
  WaitUntil("the link is back", [&] { return IsConnected(beta); });
  beta.WaitForRecord(meanwhile);

  community.hub().Ask({"revoke", "alpha"});
  WaitUntil("the link is cut for good", [&] { return !IsConnected(beta); });
  WaitUntil("beta says that the key is revoked", [&] {
    const std::string error = LinkToAlpha(beta).value("last_error", "");
    return error.find("revoked") != std::string::npos || error.find("denied") != std::string::npos;
  });
  community.StopAll();
}

TEST(DirectLink, ToAnotherTeamThanTheOneMeantIsRefused) {
  Community community;
  NodeProcess& alpha = community.Add("alpha", "accredited", {.listen = true});
  NodeProcess& beta = community.Add("beta", "listed", {.start = false});
  const std::string config = beta.folder() + "/node.toml";
  WriteText(config, ReadText(config) + LinkText(alpha.Address(), "gamma"));
  beta.Start();
  WaitUntil("beta says what it met",
            [&] { return beta.Status().dump().find("`alpha`, not `gamma`") != std::string::npos; });
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
