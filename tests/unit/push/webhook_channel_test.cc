#include "node/push/webhook_channel.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/http_host.h"

namespace renkei::push {
namespace {

using testing_support::HostReply;
using testing_support::HostRequest;
using testing_support::HttpHost;

const net::Secret kSigner("a secret of the team");

class WebhookChannelTest : public testing::Test {
 protected:
  static Event Numbered(int number) {
    Event event{.type = EventType::kRecord, .delivery = std::string(31, 'd') + char('0' + number)};
    event.line = {{"event", "record"}, {"number", number}};
    return event;
  }
  Delivered Send(const HttpHost& host, int count) {
    std::vector<Event> events;
    for (int i = 1; i <= count; ++i) events.push_back(Numbered(i));
    WebhookChannel channel({.url = *net::ParseUrl(host.Url("/hook")), .secret = kSigner}, clock_,
                           cancel_);
    return channel.Deliver(events);
  }

  testing_support::FakeClock clock_{FromUnixSeconds(1'790'000'000)};
  net::Cancel cancel_;
};

TEST_F(WebhookChannelTest, PostsEachEventSignedAndInOrder) {
  HttpHost host([](const HostRequest&) { return HostReply{.status = 204}; });
  EXPECT_EQ(Send(host, 2).done, 2u);
  const auto requests = host.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].target, "/hook");
  EXPECT_EQ(requests[0].body, R"({"event":"record","number":1})");
  EXPECT_EQ(requests[0].Header("renkei-delivery"), Numbered(1).delivery);
  EXPECT_EQ(requests[0].Header("renkei-signature"),
            Signature(kSigner, clock_.Now(), requests[0].body));
  EXPECT_EQ(requests[1].Header("renkei-delivery"), Numbered(2).delivery);
}

// Made by another program: printf '1790000000.{}' | openssl dgst -sha256 -hmac KEY
TEST_F(WebhookChannelTest, TheSignatureIsWhatOtherProgramsMake) {
  EXPECT_EQ(Signature(kSigner, clock_.Now(), "{}"),
            "t=1790000000,v1=26337c328d3f9c6a23916a3af73ea0ab79752b3235c3c1c6be4e82755b3ed1af");
}

TEST_F(WebhookChannelTest, StopsAtTheFirstThatIsNotTaken) {
  HttpHost host([](const HostRequest& request) {
    return HostReply{.status = request.body.find('2') == std::string::npos ? 200 : 503,
                     .headers = {{"Retry-After", "7"}}};
  });
  const Delivered delivered = Send(host, 3);
  EXPECT_EQ(delivered.done, 1u);
  EXPECT_FALSE(delivered.refused);
  EXPECT_EQ(delivered.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(delivered.retry_after, std::chrono::seconds(7));
  EXPECT_EQ(host.requests().size(), 2u);
}

TEST_F(WebhookChannelTest, TellsRefusedEventsFromOtherTrouble) {
  for (const int status : {400, 413, 415, 422}) {
    HttpHost host([&](const HostRequest&) { return HostReply{.status = status}; });
    EXPECT_TRUE(Send(host, 1).refused) << status;
  }
  for (const int status : {401, 403, 404, 408, 429, 500, 302, 308}) {
    HttpHost host([&](const HostRequest&) { return HostReply{.status = status}; });
    const Delivered delivered = Send(host, 1);
    EXPECT_FALSE(delivered.refused) << status;
    EXPECT_FALSE(delivered.status.ok()) << status;
  }
}

TEST_F(WebhookChannelTest, FollowsNoRedirect) {
  HttpHost host([](const HostRequest& request) {
    if (request.target != "/hook") return HostReply{};
    return HostReply{.status = 307, .headers = {{"Location", "/elsewhere"}}};
  });
  const Delivered delivered = Send(host, 1);
  EXPECT_NE(Message(delivered.status).find("redirect"), std::string::npos);
  EXPECT_EQ(host.requests().size(), 1u);
}

TEST_F(WebhookChannelTest, NoMessageHoldsTheSecretOrTheBody) {
  HttpHost host(
      [](const HostRequest& request) { return HostReply{.status = 500, .body = request.body}; });
  const std::string said = Message(Send(host, 1).status);
  EXPECT_EQ(said.find(kSigner.Reveal()), std::string::npos);
  EXPECT_EQ(said.find("number"), std::string::npos);
}

}  // namespace
}  // namespace renkei::push
