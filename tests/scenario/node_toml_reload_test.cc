#include <csignal>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

class NodeTomlReload : public testing::Test {
 protected:
  Community community_;
  NodeProcess& alpha_ = community_.Add("alpha", "accredited", {.listen = true});
  NodeProcess& beta_ = community_.Add("beta", "accredited");
  const std::string config_ = beta_.folder() + "/node.toml";
  const std::string text_ = ReadText(config_);

  bool FollowsAlpha() const {
    const Json status = beta_.Status();
    for (const Json& peer : status["peers"]) {
      if (peer["team"] == "alpha") return peer.value("connected", false);
    }
    return false;
  }
  std::string LinkToAlpha() const {
    return fmt::format("\n[[link]]\naddress = \"{}\"\nteam = \"alpha\"\n", alpha_.Address());
  }
};

TEST_F(NodeTomlReload, BringsLinksDefaultsAndTheLogLevelIntoForce) {
  WriteText(config_, text_ + LinkToAlpha());
  EditText(config_, "default_tlp = \"amber\"", "default_tlp = \"green\"");
  EXPECT_EQ(beta_.Ask({"reload"})["restart"], Json::array());
  WaitUntil("beta follows alpha", [&] { return FollowsAlpha(); });
  const std::string id = beta_.PublishText(DraftText("by the new default", R"("pap": "green")"));
  EXPECT_EQ((*beta_.Show(id))["tlp"], "green");

  // Without the link again, and with fewer lines in the log.
  WriteText(config_, text_);
  EditText(config_, "log = \"info\"", "log = \"error\"");
  beta_.Ask({"reload"});
  EXPECT_FALSE(FollowsAlpha());
  const std::string log = beta_.log();
  beta_.Ask({"reload"});
  EXPECT_EQ(beta_.log(), log);  // node.reloaded is of level info
  community_.StopAll();
}

TEST_F(NodeTomlReload, NamesWhatWaitsForARestart) {
  EditText(config_, "store_free_bytes_min = 67108864", "store_free_bytes_min = 1048576");
  WriteText(config_, ReadText(config_) + LinkToAlpha());
  EXPECT_EQ(beta_.Ask({"reload"})["restart"], Json::array({"limits.store_free_bytes_min"}));
  WaitUntil("the rest is in force", [&] { return FollowsAlpha(); });
  const Ran said = beta_.Cli({"reload"});
  EXPECT_NE(said.out.find("waits for a restart: limits.store_free_bytes_min"), std::string::npos)
      << said.out;
  beta_.Stop();
  beta_.Start();
  EXPECT_EQ(beta_.Ask({"reload"})["restart"], Json::array());
  community_.StopAll();
}

TEST_F(NodeTomlReload, OfAFileWithAMistakeKeepsAllThatWasInForce) {
  WriteText(config_, text_ + LinkToAlpha());
  EditText(config_, "streams_per_peer = 4", "streams_per_peer = 0");
  const Json refused = beta_.Ask({"reload"}, 1);
  EXPECT_NE(refused["problems"].dump().find("streams_per_peer"), std::string::npos) << refused;
  EXPECT_FALSE(FollowsAlpha());
  community_.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
