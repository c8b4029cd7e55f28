#include <algorithm>

#include "node/base/file.h"
#include "node/base/json.h"
#include "tests/unit/sources/sources_rig.h"

namespace renkei::sources {
namespace {

using testing_support::HostReply;
using testing_support::HostRequest;
using testing_support::HttpHost;

// What a MISP answers, as far as this needs it.
class MispMock {
 public:
  struct Event {
    int timestamp = 0;
    int published_at = 0;  // 0: it is not
  };

  HostReply Answer(const HostRequest& request) {
    if (request.Header("authorization") != "the-key") return {.status = 403};
    if (request.target == "/events/restSearch") return Search(Json::parse(request.body));
    const std::string view = "/events/view/";
    if (!request.target.starts_with(view)) return {.status = 404};
    const auto found = events.find(request.target.substr(view.size()));
    if (found == events.end()) return {.status = 404};
    return {.body = EventText(found->first, found->second.timestamp)};
  }

  std::map<std::string, Event> events{};
  std::size_t page_max = 1000;
  bool knows_pages = true;
  bool bare = false;  // a list without `response`

 private:
  HostReply Search(const Json& asked) {
    std::vector<Json> all;
    const int since = std::stoi(asked.value("publish_timestamp", "0"));
    for (const auto& [uuid, event] : events) {
      if (event.published_at == 0 || event.published_at < since) continue;
      all.push_back({{"Event",
                      {{"uuid", uuid},
                       {"published", true},
                       {"timestamp", std::to_string(event.timestamp)},
                       {"publish_timestamp", std::to_string(event.published_at)}}}});
    }
    const std::size_t size = std::min(page_max, asked["limit"].get<std::size_t>());
    const std::size_t from = knows_pages ? (asked["page"].get<std::size_t>() - 1) * size : 0;
    Json page = Json::array();
    for (std::size_t i = from; i < std::min(all.size(), from + size); ++i) page.push_back(all[i]);
    return {.body = bare ? page.dump() : Json{{"response", page}}.dump()};
  }
};

class MispInstanceTest : public SourceTest {
 protected:
  MispInstanceTest() {
    config_.kind = config::SourceKind::kMisp;
    config_.url = host_.Url("");
    config_.auth = config::SourceAuth::kKey;
    config_.secret = "misp.secret";
    EXPECT_TRUE(WriteFile(folder_.path() + "/misp.secret", "the-key\n", FileMode::kSecret).ok());
  }

  MispMock misp_;
  HttpHost host_{[this](const HostRequest& request) { return misp_.Answer(request); }};
};

TEST_F(MispInstanceTest, WhatWasPublishedSinceLastTimeIsPulled) {
  misp_.events = {{Uuid(1), {1000, 50'000}}, {Uuid(2), {2000, 60'000}}, {Uuid(3), {3000, 0}}};
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 2}));
  EXPECT_EQ(sink_.Keys(), (std::vector<std::string>{Uuid(1), Uuid(2)}));
  const Json first = Json::parse(host_.requests()[0].body);
  EXPECT_EQ(first["published"], true);
  EXPECT_EQ(first["metadata"], true);
  EXPECT_FALSE(first.contains("publish_timestamp"));
  // An hour is asked for twice: only 2 is listed again, and it is known.
  EXPECT_EQ(Fetch(), (Counts{.listed = 1}));
  misp_.events[Uuid(3)].published_at = 70'000;
  misp_.events[Uuid(1)] = {4000, 80'000};
  EXPECT_EQ(Fetch(), (Counts{.listed = 3, .published = 2}));
  EXPECT_EQ(sink_.items[2].key, Uuid(3));
  EXPECT_EQ(sink_.items[3].payload, EventText(Uuid(1), 4000));
}

TEST_F(MispInstanceTest, AllPagesAreRead) {
  misp_.page_max = 3;  // fewer than are asked for
  for (int i = 1; i <= 8; ++i) misp_.events[Uuid(i)] = {i, 1000 + i};
  EXPECT_EQ(Fetch(), (Counts{.listed = 8, .published = 8}));
}

TEST_F(MispInstanceTest, AServerThatKnowsNoPagesIsReadOnce) {
  misp_.knows_pages = false;
  misp_.bare = true;
  misp_.events = {{Uuid(1), {1, 1}}, {Uuid(2), {2, 2}}};
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 2}));
}

TEST_F(MispInstanceTest, TheCursorWaitsForWhatIsLeft) {
  config_.events_max = 1;
  misp_.events = {{Uuid(1), {1, 100'000}}, {Uuid(2), {2, 200'000}}};
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 1, .left = 1}));
  EXPECT_EQ(state_.cursor, "");
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 1}));
  EXPECT_EQ(state_.cursor, "200000");
}

TEST_F(MispInstanceTest, AKeyThatIsNotTakenIsSaid) {
  ASSERT_TRUE(WriteFile(folder_.path() + "/misp.secret", "other-key\n", FileMode::kSecret).ok());
  const std::string why = Why();
  EXPECT_NE(why.find("403"), std::string::npos) << why;
  EXPECT_EQ(why.find("other-key"), std::string::npos) << why;
}

TEST_F(MispInstanceTest, AnswersOfAnotherShapeAreRefused) {
  for (const char* body : {"", "{}", "{\"response\": {}}", "[{}]", "[{\"Event\": {}}]",
                           R"([{"Event": {"uuid": "x", "timestamp": "1"}}])",
                           R"([{"Event": {"uuid": 1, "timestamp": "1"}}])"}) {
    HttpHost host([body](const HostRequest&) { return HostReply{.body = body}; });
    config_.url = host.Url("");
    EXPECT_FALSE(Run().status.ok()) << body;
    EXPECT_NE(state_.last_error.find("restSearch"), std::string::npos) << state_.last_error;
  }
}

TEST_F(MispInstanceTest, AListThatNeverEndsIsCutOff) {
  int next = 0;
  HttpHost host([&next](const HostRequest&) {
    std::string page = "[";
    for (int i = 0; i < 1500; ++i) {
      if (i > 0) page += ',';
      page += R"({"Event":{"uuid":")" + Uuid(++next) + R"(","timestamp":"1"}})";
    }
    return HostReply{.body = page + "]"};
  });
  config_.url = host.Url("");
  EXPECT_EQ(Run().status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(sink_.items.empty());
}

}  // namespace
}  // namespace renkei::sources
