// Nodes that fetch what others publish: from a folder, a server, and another node's gateway.

#include <atomic>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"
#include "tests/support/http_host.h"
#include "tests/support/misp_event.h"

namespace renkei::testing_support {
namespace {

class SourcesScenario : public testing::Test {
 protected:
  void AddSource(const NodeProcess& node, const std::string& keys) const {
    const std::string config = node.folder() + "/node.toml";
    WriteText(config, ReadText(config) + "\n[[source]]\n" + keys);
  }
  static std::string ManifestText(const std::map<int, int>& timestamps) {
    Json manifest = Json::object();
    for (const auto& [number, timestamp] : timestamps) {
      manifest[Uuid(number)] = {{"info", "Scans"}, {"timestamp", std::to_string(timestamp)}};
    }
    return manifest.dump();
  }
  static std::string Value(int number, int timestamp) {
    return fmt::format("198.51.100.{}", number + 40 * timestamp);  // below 40, and below 6
  }
  // The files of a feed; event -> timestamp.
  static std::map<std::string, std::string> FeedOf(const std::map<int, int>& timestamps) {
    std::map<std::string, std::string> files = {{"/manifest.json", ManifestText(timestamps)}};
    for (const auto& [number, timestamp] : timestamps) {
      files["/" + Uuid(number) + ".json"] =
          EventText(Uuid(number), timestamp, Value(number, timestamp));
    }
    return files;
  }
  void WriteFeed(const std::map<int, int>& timestamps) const {
    const std::string folder = community_.folder() + "/feed";
    std::filesystem::create_directory(folder);
    for (const auto& [name, text] : FeedOf(timestamps)) WriteText(folder + name, text);
  }
  static std::vector<std::string> WaitingDrafts(const NodeProcess& node) {
    std::vector<std::string> numbers;
    const Json answer = node.Ask({"drafts"});
    for (const Json& draft : answer["drafts"]) numbers.push_back(draft["draft"].dump());
    return numbers;
  }
  // Which values the node's records hold.
  static std::string Csv(const NodeProcess& node) {
    const Ran ran = node.Cli({"export", "csv"});
    EXPECT_EQ(ran.exit_status, 0) << ran.err;
    return ran.out;
  }
  static bool Lists(const NodeProcess& node, const std::string& value) {
    return Csv(node).find(value) != std::string::npos;
  }

  Community community_;
  NodeProcess& alpha_ = community_.Add("alpha", "accredited", {.start = false});
  NodeProcess& beta_ = community_.Add("beta", "accredited");
};

TEST_F(SourcesScenario, AFeedBecomesDraftsThatTheOwnerDecides) {
  WriteFeed({{1, 1}, {2, 1}});
  AddSource(alpha_, fmt::format("name = \"feed\"\nkind = \"misp-feed\"\npath = \"{}/feed\"\n"
                                "every = \"1d\"\ntlp_least = \"amber\"\ntags = [\"imported\"]\n",
                                community_.folder()));
  alpha_.Start();
  const Json first = alpha_.Ask({"source", "run", "feed"});
  EXPECT_EQ(first["failures"], 0) << first.dump();
  std::vector<std::string> drafts = WaitingDrafts(alpha_);
  ASSERT_EQ(drafts.size(), 2U);
  EXPECT_EQ(alpha_.Status()["store"]["own"], 0);

  // Unchanged: nothing more.  Changed: the newer version takes the place of the older.
  EXPECT_EQ(alpha_.Ask({"source", "run", "feed"})["last"]["drafts"], 0);
  WriteFeed({{1, 1}, {2, 5}, {3, 1}});
  const Json second = alpha_.Ask({"source", "run", "feed"});
  EXPECT_EQ(second["last"]["listed"], 3) << second.dump();
  EXPECT_EQ(second["last"]["drafts"], 2) << second.dump();
  drafts = WaitingDrafts(alpha_);
  ASSERT_EQ(drafts.size(), 3U);

  // Nobody approves what nobody looked at.
  EXPECT_EQ(alpha_.Cli({"approve", drafts[0]}).exit_status, 3);
  for (const std::string& draft : drafts) {
    const Json shown = alpha_.Ask({"drafts", "show", draft});
    EXPECT_EQ(shown["author"], "source:feed");
    EXPECT_EQ(shown["records"][0]["tlp"], "amber");
    EXPECT_EQ(alpha_.Ask({"approve", draft})["result"], "approved");
  }
  EXPECT_TRUE(WaitingDrafts(alpha_).empty());
  community_.WaitUntilCaughtUp(alpha_);
  for (const std::string& value : {Value(1, 1), Value(2, 5), Value(3, 1)}) {
    EXPECT_TRUE(Lists(beta_, value)) << value << "\n" << Csv(beta_);
  }
  EXPECT_FALSE(Lists(beta_, Value(2, 1)));

  // Without its state all is fetched again, and recognised.
  std::filesystem::remove(alpha_.folder() + "/sources/feed.json");
  const Json anew = alpha_.Ask({"source", "run", "feed", "--anew"});
  EXPECT_EQ(anew["last"]["unchanged"], 3) << anew.dump();
  EXPECT_TRUE(WaitingDrafts(alpha_).empty());
  const Json audit = alpha_.Ask({"audit"});
  EXPECT_NE(audit.dump().find("source:feed"), std::string::npos);
  community_.StopAll();
}

TEST_F(SourcesScenario, AnAutomaticSourceReachesSubscribersAndSurvivesItsServer) {
  std::atomic<int> version = 1;
  std::atomic<bool> down = false;
  const HttpHost host([&](const HostRequest& request) {
    if (down) return HostReply{.status = 503, .headers = {{"Retry-After", "7200"}}};
    return FilesOf(FeedOf({{1, 1}, {2, version}}))(request);
  });
  AddSource(alpha_, fmt::format("name = \"feed\"\nkind = \"misp-feed\"\nurl = \"{}\"\n"
                                "every = \"1d\"\npublish = \"auto\"\n",
                                host.Url()));
  alpha_.Start();
  EXPECT_EQ(alpha_.Ask({"source", "run", "feed"})["failures"], 0);
  EXPECT_EQ(alpha_.Status()["sources"][0]["taken"], 2);
  community_.WaitUntilCaughtUp(alpha_);
  EXPECT_TRUE(Lists(beta_, Value(2, 1))) << Csv(beta_);

  version = 2;
  const Json revised = alpha_.Ask({"source", "run", "feed"});
  EXPECT_EQ(revised["last"]["revised"], 1) << revised.dump();
  EXPECT_EQ(revised["last"]["published"], 0) << revised.dump();
  community_.WaitUntilCaughtUp(alpha_);
  EXPECT_TRUE(Lists(beta_, Value(2, 2)));
  EXPECT_FALSE(Lists(beta_, Value(2, 1)));

  down = true;
  const Ran failed = alpha_.Cli({"source", "run", "feed"});
  EXPECT_EQ(failed.exit_status, 1);
  EXPECT_NE(failed.err.find("503"), std::string::npos) << failed.err;
  const Json status = alpha_.Status()["sources"][0];
  EXPECT_EQ(status["failures"], 1);
  EXPECT_TRUE(status.contains("next_run"));
  EXPECT_TRUE(status.contains("last_success"));
  const Ran shown = alpha_.Cli({"status"});
  EXPECT_NE(shown.out.find("failed 1x"), std::string::npos) << shown.out;
  down = false;
  EXPECT_EQ(alpha_.Ask({"source", "run", "feed"})["failures"], 0);
  community_.StopAll();
}

TEST_F(SourcesScenario, ANodeThatIsKilledAmidARunPublishesNothingTwice) {
  std::map<int, int> events;
  for (int i = 1; i < 40; ++i) events[i] = 1;
  WriteFeed(events);
  AddSource(alpha_, fmt::format("name = \"feed\"\nkind = \"misp-feed\"\npath = \"{}/feed\"\n"
                                "every = \"1d\"\npublish = \"auto\"\n",
                                community_.folder()));
  alpha_.Start();
  alpha_.Cli({"source", "run", "feed", "--wait", "0"});
  WaitUntil("something is published",
            [this] { return alpha_.Status()["store"]["own"].get<int>() > 0; });
  alpha_.Kill();
  alpha_.Start();
  const Json after = alpha_.Ask({"source", "run", "feed", "--anew"});
  EXPECT_EQ(after["failures"], 0) << after.dump();
  EXPECT_EQ(alpha_.Status()["store"]["own"], 39);
  community_.WaitUntilCaughtUp(alpha_);
  EXPECT_EQ(beta_.Status()["store"]["records"], alpha_.Status()["store"]["records"]);
  community_.StopAll();
}

TEST_F(SourcesScenario, WhatTheLintRefusesIsLeftOutOfAFileOfSeveral) {
  std::string bad = EventText(Uuid(2), 1, Value(2, 1));
  bad.replace(bad.find("Scans"), 5, "Fraud, tel +44 20 7946 0123");
  const std::string file = community_.folder() + "/events.json";
  WriteText(file,
            fmt::format(R"({{"response":[{},{}]}})", bad, EventText(Uuid(1), 1, Value(1, 1))));
  AddSource(alpha_, fmt::format("name = \"file\"\nkind = \"file\"\npath = \"{}\"\n"
                                "every = \"1d\"\npublish = \"auto\"\n",
                                file));
  alpha_.Start();
  const Json run = alpha_.Ask({"source", "run", "file"});
  EXPECT_EQ(run["failures"], 0) << run.dump();
  EXPECT_EQ(run["last"]["refused"], 1) << run.dump();
  EXPECT_NE(run["last_error"].dump().find("phone-number"), std::string::npos) << run.dump();
  EXPECT_TRUE(Lists(alpha_, Value(1, 1)));
  EXPECT_FALSE(Lists(alpha_, Value(2, 1)));
  // All of it refused: nothing leaves, and nobody is asked.
  WriteText(file, bad);
  EXPECT_EQ(alpha_.Ask({"source", "run", "file"})["last"]["refused"], 1);
  EXPECT_TRUE(WaitingDrafts(alpha_).empty());
  community_.StopAll();
}

TEST_F(SourcesScenario, WhatAPersonMustReadWaitsAlsoOfAnAutomaticSource) {
  const std::string file = community_.folder() + "/report.json";
  WriteText(file, R"({"renkei": 1, "kind": "incident", "tlp": "green", "sections": {"summary": )"
                  R"({"title": ["Scans"], "description": ["As one team has seen it itself"]}}})");
  AddSource(alpha_, fmt::format("name = \"file\"\nkind = \"file\"\npath = \"{}\"\n"
                                "every = \"1d\"\npublish = \"auto\"\n",
                                file));
  alpha_.Start();
  EXPECT_EQ(alpha_.Ask({"source", "run", "file"})["failures"], 0);
  EXPECT_EQ(WaitingDrafts(alpha_).size(), 1U);
  EXPECT_EQ(alpha_.Status()["store"]["own"], 0);
  WriteText(file, DraftText("no prose"));
  EXPECT_EQ(alpha_.Ask({"source", "run", "file"})["last"]["published"], 1);
  WriteText(file, "no JSON");
  const Json bad = alpha_.Ask({"source", "run", "file"});
  EXPECT_EQ(bad["last"]["unreadable"], 1) << bad.dump();
  EXPECT_TRUE(bad.contains("last_error"));
  community_.StopAll();
}

TEST_F(SourcesScenario, ANodeReadsAnotherNodesGatewayByTaxii) {
  const std::string key = beta_.folder() + "/gateway.key";
  const std::string certificate = beta_.folder() + "/gateway.crt";
  const Ran made =
      RunProgram({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                  "-nodes", "-days", "30", "-subj", "/CN=gateway", "-addext",
                  "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate});
  ASSERT_EQ(made.exit_status, 0) << made.err;
  ASSERT_EQ(RunProgram({"chmod", "600", key}).exit_status, 0);
  beta_.Stop();
  WriteText(beta_.folder() + "/node.toml",
            ReadText(beta_.folder() + "/node.toml") +
                "\n[gateway]\nlisten = \"127.0.0.1:0\"\ncertificate = \"gateway.crt\"\n"
                "key = \"gateway.key\"\n");
  beta_.Start();
  for (const char* title : {"one", "two", "three"}) beta_.PublishText(DraftText(title));
  const std::string token =
      beta_.Ask({"token", "new", "alpha", "--scope", "taxii"})["token"].get<std::string>();
  const std::string secret = alpha_.folder() + "/beta.secret";
  WriteText(secret, "alpha:" + token + "\n");
  ASSERT_EQ(RunProgram({"chmod", "600", secret}).exit_status, 0);
  AddSource(alpha_, fmt::format("name = \"beta\"\nkind = \"taxii\"\nurl = \"https://{}/taxii2/\"\n"
                                "ca = \"{}\"\nsecret = \"beta.secret\"\ncollection = \"all\"\n"
                                "every = \"1d\"\n",
                                beta_.Address("gateway"), certificate));
  alpha_.Start();
  const Json first = alpha_.Ask({"source", "run", "beta"});
  ASSERT_EQ(first["failures"], 0) << first.dump();
  std::vector<std::string> drafts = WaitingDrafts(alpha_);
  ASSERT_EQ(drafts.size(), 1U);
  EXPECT_EQ(alpha_.Ask({"drafts", "show", drafts[0]})["records"].size(), 3U);
  EXPECT_EQ(alpha_.Ask({"source", "run", "beta"})["last"]["listed"], 0);
  beta_.PublishText(DraftText("four"));
  const Json second = alpha_.Ask({"source", "run", "beta"});
  EXPECT_GT(second["last"]["listed"], 0) << second.dump();
  drafts = WaitingDrafts(alpha_);
  ASSERT_EQ(drafts.size(), 2U);
  EXPECT_EQ(alpha_.Ask({"drafts", "show", drafts[1]})["records"].size(), 1U);

  // The credential is no one's to see, and one that is revoked says so.
  beta_.Ask({"token", "revoke", "alpha"});
  const Ran refused = alpha_.Cli({"source", "run", "beta"});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_NE(refused.err.find("401"), std::string::npos) << refused.err;
  EXPECT_EQ((alpha_.log() + refused.err + alpha_.Status().dump()).find(token), std::string::npos);
  community_.StopAll();
}

TEST_F(SourcesScenario, ReloadTakesSourcesOverAndNamesMistakes) {
  alpha_.Start();
  EXPECT_TRUE(alpha_.Status()["sources"].empty());
  WriteFeed({{1, 1}});
  const std::string config = alpha_.folder() + "/node.toml";
  const std::string before = ReadText(config);
  AddSource(alpha_, "name = \"feed\"\nkind = \"misp-fed\"\npath = \"feed\"\n");
  const Json refused = alpha_.Ask({"reload"}, 1);
  EXPECT_NE(refused["problems"].dump().find("node.toml:"), std::string::npos) << refused.dump();
  EXPECT_TRUE(alpha_.Status()["sources"].empty());
  WriteText(config, before);
  AddSource(alpha_, fmt::format("name = \"feed\"\nkind = \"misp-feed\"\npath = \"{}/feed\"\n",
                                community_.folder()));
  alpha_.Ask({"reload"});
  EXPECT_EQ(alpha_.Ask({"source", "run", "feed"})["failures"], 0);
  EXPECT_EQ(WaitingDrafts(alpha_).size(), 1U);
  EXPECT_EQ(alpha_.Cli({"source", "run", "fed"}).exit_status, 1);
  EXPECT_EQ(alpha_.Cli({"source", "walk", "feed"}).exit_status, 2);
  community_.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
