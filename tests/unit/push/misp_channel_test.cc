#include "node/push/misp_channel.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/http_host.h"

namespace renkei::push {
namespace {

using testing_support::HostReply;
using testing_support::HostRequest;
using testing_support::HttpHost;

const Timestamp kIssued = FromUnixSeconds(1'790'000'000);

Json BodyJson(const HostRequest& request) { return Json::parse(request.body); }

// As an instance answers: events by uuid, an edit that is not newer refused with 403.
class FakeMisp {
 public:
  HostReply Answer(const HostRequest& request) {
    if (request.Header("authorization") != "misp-key") return {.status = 403, .body = "{}"};
    const std::string last = request.target.substr(request.target.rfind('/') + 1);
    if (request.target.starts_with("/misp/events/edit/")) return Edit(last, request);
    if (request.target == "/misp/events/add") return Add(request);
    if (request.method == "DELETE") return {.status = events.erase(last) == 1 ? 200 : 404};
    return {.status = request.target == "/misp/servers/getVersion" ? 200 : 404};
  }
  std::map<std::string, Json> events{};
  std::string refused{};  // why nothing is saved

 private:
  HostReply Refuse(const std::string& why) {
    return {.status = 403, .body = ToText(Json{{"saved", false}, {"errors", why}})};
  }
  HostReply Edit(const std::string& uuid, const HostRequest& request) {
    if (!events.contains(uuid)) return {.status = 404};
    const Json event = BodyJson(request)["Event"];
    const auto time = [](const Json& json) { return std::stoll(std::string(json["timestamp"])); };
    if (time(event) <= time(events[uuid])) {
      return Refuse(
          "Event could not be saved: Event in the request not newer than the local copy.");
    }
    events[uuid] = event;
    return {};
  }
  HostReply Add(const HostRequest& request) {
    if (!refused.empty()) return Refuse(refused);
    const Json event = BodyJson(request)["Event"];
    events[event["uuid"]] = event;
    return {};
  }
};

class MispChannelTest : public testing::Test {
 protected:
  Event Make(EventType type, int revision = 1) const {
    Event event{.type = type, .delivery = std::string(32, 'd'), .id = id_};
    if (type != EventType::kRecord) return event;
    event.held = formats::HeldRecord{.record_id_hex = record::ToString(id_),
                                     .revision = static_cast<std::uint32_t>(revision),
                                     .kind = policy::Kind::kIncident,
                                     .tlp = policy::Tlp::kAmber,
                                     .issued = kIssued + std::chrono::hours(revision),
                                     .expires = kIssued + std::chrono::hours(24 * 30)};
    event.held->sections.mutable_summary()->add_title()->set_value(
        fmt::format("number {}", revision));
    return event;
  }
  Delivered Send(const Event& event, const std::string& key = "misp-key") {
    MispChannel channel({.url = *net::ParseUrl(host_.Url("/misp/")),
                         .peer = {.auth = net::AuthKind::kPlain, .secret = net::Secret(key)},
                         .community = "demo.example"},
                        clock_, cancel_);
    return channel.Deliver(std::span(&event, 1));
  }

  record::RecordId id_ = *record::RecordId::From(Bytes(16, '\x5a'));
  testing_support::FakeClock clock_{kIssued};
  net::Cancel cancel_;
  FakeMisp misp_;
  HttpHost host_{[this](const HostRequest& request) { return misp_.Answer(request); }};
};

TEST_F(MispChannelTest, MakesChangesAndDeletesTheEventOfARecord) {
  EXPECT_EQ(Send(Make(EventType::kRecord)).done, 1u);
  ASSERT_EQ(misp_.events.size(), 1u);
  EXPECT_EQ(misp_.events.begin()->second["info"], "number 1");
  EXPECT_EQ(misp_.events.begin()->second["uuid"], misp_.events.begin()->first);
  EXPECT_EQ(Send(Make(EventType::kRecord, 2)).done, 1u);
  ASSERT_EQ(misp_.events.size(), 1u);
  EXPECT_EQ(misp_.events.begin()->second["info"], "number 2");
  EXPECT_EQ(Send(Make(EventType::kWithdrawn)).done, 1u);
  EXPECT_TRUE(misp_.events.empty());
}

TEST_F(MispChannelTest, WhatIsThereAlreadyIsDone) {
  EXPECT_EQ(Send(Make(EventType::kRecord, 2)).done, 1u);
  EXPECT_EQ(Send(Make(EventType::kRecord, 2)).done, 1u);
  EXPECT_EQ(Send(Make(EventType::kRecord, 1)).done, 1u);
  EXPECT_EQ(misp_.events.begin()->second["info"], "number 2");
  EXPECT_EQ(Send(Make(EventType::kRetracted)).done, 1u);
  EXPECT_EQ(Send(Make(EventType::kRetracted)).done, 1u);
}

TEST_F(MispChannelTest, AnEventThatItWillNotSaveIsToldFromAKeyThatItDoesNotTake) {
  misp_.refused = "blocked by the event block list";
  EXPECT_TRUE(Send(Make(EventType::kRecord)).refused);
  const Delivered delivered = Send(Make(EventType::kRecord), "another-key");
  EXPECT_FALSE(delivered.refused);
  EXPECT_EQ(delivered.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Message(delivered.status).find("another-key"), std::string::npos);
}

TEST_F(MispChannelTest, AnExerciseIsNoEventAndATestAsksForTheVersionOnly) {
  Event drill = Make(EventType::kRecord);
  drill.held->exercise = true;
  EXPECT_EQ(Send(drill).done, 1u);
  EXPECT_TRUE(host_.requests().empty());
  EXPECT_EQ(Send(Make(EventType::kTest)).done, 1u);
  EXPECT_EQ(host_.requests().back().method, "GET");
  EXPECT_TRUE(misp_.events.empty());
}

}  // namespace
}  // namespace renkei::push
