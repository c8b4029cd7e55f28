#include <filesystem>

#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/base/json.h"
#include "node/crypto/digest.h"
#include "node/sources/limits.h"
#include "tests/support/paths.h"
#include "tests/unit/sources/sources_rig.h"

namespace renkei::sources {
namespace {

using testing_support::HostReply;
using testing_support::HostRequest;
using testing_support::HttpHost;

class MispFeedTest : public SourceTest {
 protected:
  MispFeedTest() {
    config_.kind = config::SourceKind::kMispFeed;
    config_.path = folder_.path() + "/feed";
    std::filesystem::create_directory(config_.path);
  }
  void Put(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(WriteFile(config_.path + "/" + name, text, FileMode::kPublic).ok());
  }
  // Event `number`, in the manifest from now on.
  void List(int number, int timestamp, Json more = Json::object()) {
    Json entry = {{"info", "Scans"}, {"timestamp", std::to_string(timestamp)}};
    entry.update(more);
    manifest_[Uuid(number)] = entry;
    Put("manifest.json", ToText(manifest_));
  }
  void Publish(int number, int timestamp, Json more = Json::object()) {
    Put(Uuid(number) + ".json", EventText(Uuid(number), timestamp));
    List(number, timestamp, std::move(more));
  }

  Json manifest_ = Json::object();
};

TEST_F(MispFeedTest, OnlyWhatIsNewOrChangedIsFetched) {
  Publish(1, 2000);
  Publish(2, 1000);
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 2}));
  EXPECT_EQ(sink_.Keys(), (std::vector<std::string>{Uuid(2), Uuid(1)}));  // oldest first
  EXPECT_EQ(sink_.items[0].payload, EventText(Uuid(2), 1000));
  EXPECT_EQ(Fetch(), (Counts{.listed = 2}));
  Publish(2, 3000);
  Publish(3, 500);
  EXPECT_EQ(Fetch(), (Counts{.listed = 3, .published = 2}));
  EXPECT_EQ(sink_.Keys(), (std::vector<std::string>{Uuid(2), Uuid(1), Uuid(3), Uuid(2)}));
  // Back in time is no news.
  Publish(2, 2500);
  EXPECT_EQ(Fetch(), (Counts{.listed = 3}));
}

TEST_F(MispFeedTest, WithoutItsStateAllIsFetchedAgain) {
  Publish(1, 1000);
  Fetch();
  ASSERT_TRUE(WriteFile(folder_.path() + "/sources/test.json", "damaged", FileMode::kSecret).ok());
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
}

TEST_F(MispFeedTest, ARunTakesSoManyAndTheNextGoesOn) {
  for (int i = 1; i <= 5; ++i) Publish(i, i);
  config_.events_max = 2;
  EXPECT_EQ(Fetch(), (Counts{.listed = 5, .published = 2, .left = 3}));
  EXPECT_EQ(Fetch(), (Counts{.listed = 5, .published = 2, .left = 1}));
  EXPECT_EQ(Fetch(), (Counts{.listed = 5, .published = 1}));
  EXPECT_EQ(sink_.Keys().size(), 5U);
}

TEST_F(MispFeedTest, ADigestThatIsGivenIsChecked) {
  const std::string text = EventText(Uuid(1), 1);
  Publish(1, 1, {{"integrity:sha256", HexEncode(crypto::Sha256(text).view())}});
  Publish(2, 1, {{"integrity:sha256", std::string(64, '0')}});
  const Counts counts = Fetch();
  EXPECT_EQ(counts, (Counts{.listed = 2, .published = 1, .unreadable = 1}));
  EXPECT_NE(state_.last_error.find("SHA-256"), std::string::npos) << state_.last_error;
}

TEST_F(MispFeedTest, AnEventThatCannotBeHadIsTriedAFewTimesAndHoldsUpNothing) {
  List(1, 1);
  Publish(2, 2);
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 1, .unreadable = 1}));
  for (int run = 1; run < kTriesMax; ++run) {
    EXPECT_EQ(Fetch(), (Counts{.listed = 2, .unreadable = 1})) << run;
  }
  EXPECT_EQ(Fetch(), (Counts{.listed = 2}));
  Publish(1, 3);
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 1}));
}

TEST_F(MispFeedTest, AFileWithAnotherEventIsNotTaken) {
  Put(Uuid(1) + ".json", EventText(Uuid(9), 1));
  List(1, 1);
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .unreadable = 1}));
  EXPECT_NE(state_.last_error.find("another event"), std::string::npos);
  EXPECT_TRUE(sink_.items.empty());
}

TEST_F(MispFeedTest, NothingOutsideTheFolderIsRead) {
  Put("manifest.json", R"({"../../etc/passwd": {"timestamp": "1"}})");
  EXPECT_NE(Why().find("no uuid"), std::string::npos);
  const std::string outside = folder_.path() + "/outside.json";
  ASSERT_TRUE(WriteFile(outside, EventText(Uuid(1), 1), FileMode::kPublic).ok());
  std::filesystem::create_symlink(outside, config_.path + "/" + Uuid(1) + ".json");
  List(1, 1);
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .unreadable = 1}));
  EXPECT_NE(state_.last_error.find("link"), std::string::npos) << state_.last_error;
  EXPECT_TRUE(sink_.items.empty());
}

TEST_F(MispFeedTest, AManifestThatIsNoneIsRefusedWhole) {
  for (const auto& [text, word] : std::vector<std::pair<std::string, std::string>>{
           {"", "empty"},
           {"[]", "manifest"},
           {"{\"x\": 1", "manifest"},
           {fmt::format(R"({{"{}": {{}}}})", Uuid(1)), "timestamp"},
           {fmt::format(R"({{"{}": {{"timestamp": "soon"}}}})", Uuid(1)), "timestamp"},
           {fmt::format(R"({{"{0}": {{"timestamp": 1}}, "{0}": {{"timestamp": 2}}}})", Uuid(1)),
            "manifest"},
           {fmt::format(R"({{"{}": {{"timestamp": 1, "integrity:sha256": "x"}}}})", Uuid(1)),
            "SHA-256"}}) {
    Put("manifest.json", text);
    EXPECT_NE(Why().find(word), std::string::npos) << text << " " << Why();
  }
  EXPECT_EQ(state_.failures, 7);
}

TEST_F(MispFeedTest, WhatIsGoneIsCountedAndForgotten) {
  Publish(1, 1);
  Publish(2, 1);
  Fetch();
  manifest_.erase(Uuid(1));
  Put("manifest.json", ToText(manifest_));
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .gone = 1}));
  Publish(1, 1);
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 1}));
}

TEST_F(MispFeedTest, WhatTheNodeCannotTakeNowIsTakenLater) {
  Publish(1, 1);
  sink_.answer = [](const Item&) { return ResourceExhausted("200 drafts wait already"); };
  EXPECT_NE(Why().find("drafts wait"), std::string::npos);
  EXPECT_EQ(state_.failures, 1);
  sink_.answer = nullptr;
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
  EXPECT_EQ(state_.failures, 0);
}

TEST_F(MispFeedTest, EachOutcomeIsCounted) {
  const std::vector<Outcome> outcomes = {
      Outcome::kPublished, Outcome::kRevised, Outcome::kUnchanged, Outcome::kDraft,
      Outcome::kWaiting,   Outcome::kRefused, Outcome::kUnreadable};
  for (int i = 0; i < static_cast<int>(outcomes.size()); ++i) Publish(i + 1, i + 1);
  std::size_t next = 0;
  sink_.answer = [&](const Item&) { return Taken{outcomes[next++], "why"}; };
  EXPECT_EQ(Fetch(), (Counts{.listed = 7,
                             .published = 1,
                             .revised = 1,
                             .unchanged = 1,
                             .drafts = 2,
                             .refused = 1,
                             .unreadable = 1}));
  EXPECT_EQ(state_.taken, 4U);
  EXPECT_EQ(Fetch(), (Counts{.listed = 7}));  // refused is decided too
}

TEST_F(MispFeedTest, OverHttpAnUnchangedManifestCostsOneRequest) {
  std::map<std::string, std::string> files = {
      {"/misp/" + Uuid(1) + ".json", EventText(Uuid(1), 1)},
      {"/misp/manifest.json", fmt::format(R"({{"{}": {{"timestamp": "1"}}}})", Uuid(1))}};
  HttpHost host(testing_support::FilesOf(files));
  config_.path = "";
  for (const char* path : {"/misp", "/misp/", "/misp/manifest.json"}) {
    config_.url = host.Url(path);
    EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1})) << path;
    const std::size_t before = host.requests().size();
    EXPECT_EQ(Fetch(), (Counts{.listed = 1})) << path;
    ASSERT_EQ(host.requests().size(), before + 1);
    EXPECT_NE(host.requests().back().Header("if-none-match"), "");
  }
}

TEST_F(MispFeedTest, WhileSomethingIsLeftTheManifestIsReadAgain) {
  HttpHost host(testing_support::FilesOf(
      {{"/manifest.json", fmt::format(R"({{"{}": {{"timestamp": "1"}}}})", Uuid(1))}}));
  config_.path = "";
  config_.url = host.Url();
  for (int run = 0; run < kTriesMax; ++run) EXPECT_EQ(Fetch().unreadable, 1U);
  for (const HostRequest& request : host.requests()) {
    EXPECT_EQ(request.Header("if-none-match"), "") << request.target;
  }
  // Given up: nothing is left.
  EXPECT_EQ(Fetch(), (Counts{.listed = 1}));
  EXPECT_NE(host.requests().back().Header("if-none-match"), "");
}

TEST_F(MispFeedTest, ABusyServerSaysWhenToComeBack) {
  HttpHost host([](const HostRequest&) {
    return HostReply{.status = 503, .headers = {{"Retry-After", "77"}}};
  });
  config_.path = "";
  config_.url = host.Url();
  const RunResult result = Run();
  EXPECT_EQ(result.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(result.retry_after, std::chrono::seconds(77));
  EXPECT_NE(state_.last_error.find("503"), std::string::npos);
}

TEST_F(MispFeedTest, ACredentialIsReadFromItsFile) {
  HttpHost host(testing_support::FilesOf({{"/manifest.json", "{}"}}));
  config_.path = "";
  config_.url = host.Url();
  config_.auth = config::SourceAuth::kBasic;
  config_.secret = "feed.secret";
  EXPECT_NE(Why().find("secret"), std::string::npos);
  ASSERT_TRUE(WriteFile(folder_.path() + "/feed.secret", "a:b\n", FileMode::kPublic).ok());
  EXPECT_NE(Why().find("chmod 600"), std::string::npos);
  ASSERT_TRUE(WriteFile(folder_.path() + "/feed.secret", "a:b\n", FileMode::kSecret).ok());
  Fetch();
  EXPECT_EQ(host.requests().back().Header("authorization"), "Basic YTpi");
}

TEST_F(MispFeedTest, ARealFeedIsReadWhole) {
  const auto shared = testing_support::SharedFolder("data/misp-feed-tweetfeed");
  if (!shared) return;
  config_.path = std::filesystem::absolute(*shared);
  const Counts counts = Fetch();
  EXPECT_GT(counts.listed, 0U);
  EXPECT_EQ(counts.published + counts.unreadable, counts.listed);
  EXPECT_GT(counts.published, 0U);
}

}  // namespace
}  // namespace renkei::sources
