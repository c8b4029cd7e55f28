#include "node/push/pusher.h"

#include <gtest/gtest.h>

#include "node/base/bounded_queue.h"
#include "tests/support/feed_rig.h"

namespace renkei::push {
namespace {

using testing_support::FeedRig;
using testing_support::SampleDraft;

// Hands what it is given to the test, which waits for it.
class QueueChannel : public Channel {
 public:
  explicit QueueChannel(BoundedQueue<Event>& queue) : queue_(queue) {}
  Delivered Deliver(std::span<const Event> events) override {
    for (const Event& event : events) {
      if (!queue_.Push(event)) return {.status = Unavailable("closed")};
    }
    return {.done = events.size()};
  }

 private:
  BoundedQueue<Event>& queue_;
};

class PusherTest : public testing::Test {
 protected:
  record::RecordId Publish() {
    const auto published = rig_.author.publisher->Publish(SampleDraft(), {});
    EXPECT_TRUE(published.ok()) << published.status();
    EXPECT_EQ(rig_.Push(rig_.author, "alpha").back(), absl::StatusCode::kOk);
    return published->id;
  }
  static config::PushTarget Target(const std::string& name) {
    return {.name = name, .history = true};
  }

  FeedRig rig_;
  BoundedQueue<Event> queue_{64};
  bool broken_ = false;  // set before a thread begins
  Pusher pusher_{{*rig_.hub.store, *rig_.hub.policies, rig_.hub.community, rig_.clock},
                 "Alpha Works",
                 [this](const config::PushTarget&,
                        const StopSignal&) -> absl::StatusOr<std::unique_ptr<Channel>> {
                   if (broken_) return FailedPrecondition("no `secret.key`");
                   std::unique_ptr<Channel> channel = std::make_unique<QueueChannel>(queue_);
                   return channel;
                 }};
};

TEST_F(PusherTest, TellsEachTargetWhatComes) {
  const auto first = Publish();
  pusher_.Apply({Target("siem")});
  EXPECT_EQ(queue_.Pop()->id, first);
  const auto second = Publish();
  pusher_.Notify();
  EXPECT_EQ(queue_.Pop()->id, second);
  pusher_.Stop();
  EXPECT_TRUE(pusher_.states().empty());
}

TEST_F(PusherTest, AChangedTargetGoesOnAndARemovedOneIsForgotten) {
  const auto first = Publish();
  pusher_.Apply({Target("siem")});
  EXPECT_EQ(queue_.Pop()->id, first);
  config::PushTarget changed = Target("siem");
  changed.tlp = "red";
  const auto second = Publish();
  pusher_.Apply({changed});
  EXPECT_EQ(queue_.Pop()->id, second);
  pusher_.Apply({});
  EXPECT_TRUE(Book::Names(*rig_.hub.store)->empty());
  pusher_.Apply({Target("siem")});
  EXPECT_EQ(queue_.Pop()->id, first);
}

TEST_F(PusherTest, ATestIsSentBesideTheFeed) {
  pusher_.Apply({Target("siem")});
  EXPECT_TRUE(pusher_.Test("siem").ok());
  EXPECT_EQ(queue_.Pop()->type, EventType::kTest);
  EXPECT_EQ(pusher_.Test("mail").code(), absl::StatusCode::kNotFound);
}

TEST_F(PusherTest, ATargetThatCanNotBeginSaysWhy) {
  broken_ = true;
  pusher_.Apply({Target("siem")});
  EXPECT_EQ(Message(pusher_.Test("siem")), "no `secret.key`");
  ASSERT_EQ(pusher_.states().size(), 1u);
  EXPECT_EQ(pusher_.states().front().last_error, "no `secret.key`");
}

}  // namespace
}  // namespace renkei::push
