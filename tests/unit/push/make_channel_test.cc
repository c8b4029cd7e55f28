#include "node/push/make_channel.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "node/base/file.h"
#include "node/push/fresh_secret.h"
#include "node/push/webhook_channel.h"
#include "tests/support/feed_rig.h"
#include "tests/support/http_host.h"
#include "tests/support/temp_folder.h"

namespace renkei::push {
namespace {

using testing_support::HostReply;
using testing_support::HostRequest;
using testing_support::HttpHost;

class MakeChannelTest : public testing::Test {
 protected:
  void PutSecret(const std::string& text) {
    EXPECT_TRUE(WriteFile(folder_.path() + "/key", text + "\n", FileMode::kSecret).ok());
  }
  absl::StatusOr<std::unique_ptr<Channel>> Make(const config::PushTarget& target) {
    return MakeChannel(Parts{*rig_.hub.store, *rig_.hub.policies, rig_.hub.community, rig_.clock},
                       folder_.path(), target, stop_);
  }
  static Delivered Test(Channel& channel) {
    Event event{.type = EventType::kTest, .delivery = std::string(32, 'd')};
    event.line = {{"event", "test"}};
    return channel.Deliver(std::span(&event, 1));
  }

  testing_support::TempFolder folder_;
  testing_support::FeedRig rig_;
  StopSignal stop_;
  HttpHost host_{[](const HostRequest&) { return HostReply{.body = "{}"}; }};
};

TEST_F(MakeChannelTest, AWebhookSignsWithTheSecretThatItsFileHasNow) {
  PutSecret("the first secret of all");
  const auto channel =
      Make({.kind = config::PushKind::kWebhook, .url = host_.Url("/hook"), .secret = "key"});
  ASSERT_TRUE(channel.ok()) << channel.status();
  EXPECT_EQ(Test(**channel).done, 1U);
  PutSecret("another secret, changed since");
  EXPECT_EQ(Test(**channel).done, 1U);
  PutSecret("short");
  const Delivered refused = Test(**channel);
  EXPECT_EQ(refused.done, 0U);
  EXPECT_EQ(Message(refused.status), "`key` holds fewer than 16 characters: too short to sign");
  const auto requests = host_.requests();
  ASSERT_EQ(requests.size(), 2U);
  const auto signature = [&](const std::string& secret) {
    return Signature(net::Secret(secret), rig_.clock.Now(), requests[0].body);
  };
  EXPECT_EQ(requests[0].Header("renkei-signature"), signature("the first secret of all"));
  EXPECT_EQ(requests[1].Header("renkei-signature"), signature("another secret, changed since"));
}

TEST_F(MakeChannelTest, AMispIsToldTheKeyThatItsFileHasNow) {
  PutSecret("key-one");
  const auto channel =
      Make({.kind = config::PushKind::kMisp, .url = host_.Url("/misp/"), .key_file = "key"});
  ASSERT_TRUE(channel.ok()) << channel.status();
  EXPECT_EQ(Test(**channel).done, 1U);
  PutSecret("key-two");
  EXPECT_EQ(Test(**channel).done, 1U);
  const auto requests = host_.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].Header("authorization"), "key-one");
  EXPECT_EQ(requests[1].Header("authorization"), "key-two");
}

TEST_F(MakeChannelTest, WhatIsWrongWithASecretIsSaidAtTheStartAndHoldsDeliveriesLater) {
  const config::PushTarget target{
      .kind = config::PushKind::kMisp, .url = host_.Url("/misp/"), .key_file = "key"};
  EXPECT_FALSE(Make(target).ok());
  PutSecret("key-one");
  const auto channel = Make(target);
  ASSERT_TRUE(channel.ok()) << channel.status();
  ASSERT_EQ(unlink((folder_.path() + "/key").c_str()), 0);
  EXPECT_EQ(Test(**channel).done, 0U);
  EXPECT_EQ(Test(**channel).status.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(host_.requests().empty());
  PutSecret("key-two");
  EXPECT_EQ(Test(**channel).done, 1U);
  // A password is asked for only where there is a user.
  config::PushTarget mail{.kind = config::PushKind::kMail,
                          .address = "127.0.0.1:25",
                          .from = "node@team.example",
                          .user = "node",
                          .password_file = "none"};
  EXPECT_FALSE(Make(mail).ok());
  mail.password_file = "key";
  EXPECT_TRUE(Make(mail).ok());
  mail.user = "";
  mail.password_file = "";
  EXPECT_TRUE(Make(mail).ok());
}

TEST_F(MakeChannelTest, WhatASecretIsUsedForIsMadeAgainOnlyWhenItChanges) {
  std::vector<std::string> made;
  FreshSecret<std::string> fresh(folder_.path() + "/key", [&](net::Secret secret) {
    made.push_back(secret.Reveal());
    return absl::StatusOr<std::unique_ptr<std::string>>(
        std::make_unique<std::string>(secret.Reveal()));
  });
  EXPECT_FALSE(fresh.Get().ok());
  PutSecret("one");
  EXPECT_EQ(**fresh.Get(), "one");
  EXPECT_EQ(**fresh.Get(), "one");
  PutSecret("two");
  EXPECT_EQ(**fresh.Get(), "two");
  EXPECT_EQ(made, (std::vector<std::string>{"one", "two"}));
}

}  // namespace
}  // namespace renkei::push
