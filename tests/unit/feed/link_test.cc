// Uplink and downlink threads over an in-process transport, so that ThreadSanitizer sees all of it.
#include "node/feed/link.h"

#include <atomic>

#include <gtest/gtest.h>

#include "node/base/bounded_queue.h"
#include "node/feed/limits.h"
#include "tests/support/feed_rig.h"

namespace renkei::feed {
namespace {

using testing_support::FeedRig;
using testing_support::SampleDraft;

// Calls that go straight to a hub's intake and egress.
class DirectPublish : public PublishCall {
 public:
  DirectPublish(testing_support::RigNode& hub, std::atomic<int>& die_after)
      : hub_(hub), die_after_(die_after) {}
  bool Write(std::uint64_t sequence, const PublishItem& item) override {
    if (die_after_ > 0 && --die_after_ == 0) acks_.Close();
    const Sender sender{.link = "alpha", .team = "alpha", .author_only = true};
    hub_.intake->Take(sender, std::get<OfferedRecord>(item),
                      [this, sequence](const absl::StatusOr<Outcome>& o) {
                        static_cast<void>(acks_.TryPush({sequence, o.status().code()}));
                      });
    return true;
  }
  std::optional<AckEvent> ReadAck() override { return acks_.Pop(); }
  void Cancel() override { acks_.Close(); }
  absl::Status Finish() override {
    // All that was taken must have answered before this goes.
    RENKEI_CHECK(hub_.store->Commit([](store::Writer&) { return absl::OkStatus(); }).ok());
    return Unavailable("ended");
  }

 private:
  testing_support::RigNode& hub_;
  std::atomic<int>& die_after_;
  BoundedQueue<AckEvent> acks_{1024};
};

class DirectSubscribe : public SubscribeCall {
 public:
  DirectSubscribe(FeedRig& rig, BytesView cursor, BoundedQueue<int>& wakes)
      : rig_(rig), cursor_(cursor), wakes_(wakes) {}
  std::optional<FeedEvent> Read() override {
    while (!cancelled_) {
      auto batch = rig_.hub.egress->Read(rig_.Peer("beta"), {}, cursor_);
      RENKEI_CHECK(batch.ok());
      cursor_ = batch->cursor;
      if (!batch->items.empty()) return FeedEvent{.batch = *std::move(batch)};
      if (!wakes_.Pop()) return std::nullopt;
    }
    return std::nullopt;
  }
  void Cancel() override {
    cancelled_ = true;
    wakes_.Close();
  }
  absl::Status Finish() override { return absl::OkStatus(); }

 private:
  FeedRig& rig_;
  Bytes cursor_;
  BoundedQueue<int>& wakes_;
  std::atomic<bool> cancelled_ = false;
};

class DirectTransport : public Transport {
 public:
  explicit DirectTransport(FeedRig& rig) : rig_(rig) {}
  std::unique_ptr<PublishCall> OpenPublish() override {
    return std::make_unique<DirectPublish>(rig_.hub, die_after);
  }
  std::unique_ptr<SubscribeCall> OpenSubscribe(const FeedRequest&, BytesView cursor) override {
    return std::make_unique<DirectSubscribe>(rig_, cursor, wakes);
  }
  std::atomic<int> die_after = 0;
  BoundedQueue<int> wakes{4096};

 private:
  FeedRig& rig_;
};

// A feed of given batches; then it waits to be cancelled.
class ScriptedSubscribe : public SubscribeCall {
 public:
  explicit ScriptedSubscribe(BoundedQueue<FeedEvent>& events) : events_(events) {}
  std::optional<FeedEvent> Read() override { return events_.Pop(); }
  void Cancel() override { events_.Close(); }
  absl::Status Finish() override { return Unavailable("ended"); }

 private:
  BoundedQueue<FeedEvent>& events_;
};

class ScriptedTransport : public Transport {
 public:
  std::unique_ptr<PublishCall> OpenPublish() override { return nullptr; }
  std::unique_ptr<SubscribeCall> OpenSubscribe(const FeedRequest&, BytesView) override {
    ++opened;
    return std::make_unique<ScriptedSubscribe>(events);
  }
  std::atomic<int> opened = 0;
  BoundedQueue<FeedEvent> events{16};
};

class LinkTest : public testing::Test {
 protected:
  // Waits until `condition` holds; the store's commits are the events.
  static void Await(testing_support::RigNode& node, const std::function<bool()>& condition) {
    while (!condition()) {
      ASSERT_TRUE(node.store->Commit([](store::Writer&) { return absl::OkStatus(); }).ok());
    }
  }
  FeedRig rig_;
  DirectTransport transport_{rig_};
};

TEST_F(LinkTest, WhatIsPublishedArrivesThroughBothLinks) {
  rig_.hub.store->OnNewEntries(
      [this](store::Offset) { static_cast<void>(transport_.wakes.TryPush(1)); });
  Uplink up("hub", transport_, *rig_.author.store, *rig_.author.policies, rig_.author.community,
            rig_.clock);
  Downlink down({.link = "hub", .team = "hub"}, transport_, *rig_.reader.store, *rig_.reader.intake,
                rig_.clock, {}, {});
  up.Start();
  down.Start();
  std::vector<record::RecordId> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(rig_.author.publisher->Publish(SampleDraft(), {})->id);
    up.Wake();
  }
  Await(rig_.reader, [&] { return rig_.reader.Find(ids.back()).has_value(); });
  for (const record::RecordId& id : ids) EXPECT_TRUE(rig_.reader.Find(id));
  Await(rig_.author, [&] { return rig_.author.Waiting() == 0; });
  EXPECT_TRUE(down.status().connected);
  Await(rig_.reader, [&] { return down.status().records == 20; });
}

TEST_F(LinkTest, ACallThatDiesLosesAndDoublesNothing) {
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(rig_.author.publisher->Publish(SampleDraft(), {}).ok());
  }
  transport_.die_after = 11;
  Uplink up("hub", transport_, *rig_.author.store, *rig_.author.policies, rig_.author.community,
            rig_.clock);
  up.Start();
  Await(rig_.author, [&] {
    up.RetryNow();  // no waiting for the back-off
    return rig_.author.Waiting() == 0;
  });
  up.Stop();
  std::int64_t records = 0;
  ASSERT_TRUE(rig_.hub.store
                  ->Read([&](const store::Reader& reader) -> absl::Status {
                    ASSIGN_OR_RETURN(const store::Counts counts, reader.Count());
                    records = counts.records;
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(records, 30);
}

TEST_F(LinkTest, ADownlinkHasCaughtUpOnceABatchWithoutEntriesCame) {
  ScriptedTransport scripted;
  Downlink down({.link = "hub", .team = "hub"}, scripted, *rig_.reader.store, *rig_.reader.intake,
                rig_.clock, {}, {});
  down.Start();
  const record::RecordId id = rig_.author.publisher->Publish(SampleDraft(), {})->id;
  FeedEvent event{.batch = {.cursor = "after one"}};
  event.batch.items.emplace_back(rig_.author.Offer(id));
  ASSERT_TRUE(scripted.events.TryPush(event));
  Await(rig_.reader, [&] { return down.status().records == 1; });
  EXPECT_TRUE(down.status().connected);
  EXPECT_FALSE(down.status().caught_up);
  ASSERT_TRUE(scripted.events.TryPush({.batch = {.cursor = "at the end"}}));
  Await(rig_.reader, [&] { return down.status().caught_up; });
  // Not any more when the call has ended: what came since is not known.
  scripted.events.Close();
  Await(rig_.reader, [&] { return !down.status().connected; });
  EXPECT_FALSE(down.status().caught_up);
}

TEST_F(LinkTest, AnInterruptedCallEndsAndIsOpenedAgain) {
  ScriptedTransport scripted;
  Downlink down({.link = "hub", .team = "hub"}, scripted, *rig_.reader.store, *rig_.reader.intake,
                rig_.clock, {}, {});
  down.Start();
  Await(rig_.reader, [&] { return scripted.opened == 1; });
  // The queue stays closed: later calls end at once.
  Await(rig_.reader, [&] {
    down.Interrupt();
    down.RetryNow();
    return scripted.opened > 1;
  });
}

TEST_F(LinkTest, StoppingAnIdleLinkReturns) {
  Uplink up("hub", transport_, *rig_.author.store, *rig_.author.policies, rig_.author.community,
            rig_.clock);
  Downlink down({.link = "hub", .team = "hub"}, transport_, *rig_.reader.store, *rig_.reader.intake,
                rig_.clock, {}, {});
  up.Start();
  down.Start();
  up.Stop();
  down.Stop();
  up.Stop();
}

TEST_F(LinkTest, APolicyTightenedMeanwhileKeepsBackWhatWaits) {
  const record::RecordId id = rig_.author.publisher->Publish(SampleDraft(), {})->id;
  rig_.author.SetPolicy(
      "policy \"closed\" version 1\nlevels listed < accredited < certified\ncircles members\n"
      "grant g to peer in {observer} allow exist\n");
  Uplink up("hub", transport_, *rig_.author.store, *rig_.author.policies, rig_.author.community,
            rig_.clock);
  up.Start();
  Await(rig_.author, [&] { return rig_.author.Waiting() == 0; });
  up.Stop();
  EXPECT_FALSE(rig_.hub.Find(id));
  EXPECT_EQ(up.status().refused, 1);
  // Nobody says later that it was the hub.
  std::optional<Bytes> settled;
  ASSERT_TRUE(rig_.author.store
                  ->Read([&](const store::Reader& reader) -> absl::Status {
                    ASSIGN_OR_RETURN(settled, reader.FindObject("delivered", id.view()));
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_TRUE(settled);
  EXPECT_EQ(ByteReader(*settled).U32(), static_cast<std::uint32_t>(kHeldBack));
}

TEST_F(LinkTest, AWithdrawalIsNotStuckBehindWhatTheHubDoesNotTakeNow) {
  const record::RecordId id = rig_.author.publisher->Publish(SampleDraft(), {})->id;
  rig_.Push(rig_.author, "alpha");
  rig_.hub.intake->SetLimits({.records_per_peer_per_day = 1});
  for (std::size_t i = 0; i < kInFlightMax; ++i) {
    ASSERT_TRUE(rig_.author.publisher->Publish(SampleDraft(), {}).ok());
  }
  ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  Uplink up("hub", transport_, *rig_.author.store, *rig_.author.policies, rig_.author.community,
            rig_.clock);
  up.Start();
  constexpr auto kRefused = static_cast<std::int64_t>(kInFlightMax);
  Await(rig_.author, [&] { return rig_.author.Waiting() == kRefused; });
  up.Stop();
  EXPECT_EQ(rig_.hub.Find(id)->state, store::RecordState::kWithdrawn);
}

TEST_F(LinkTest, ARecordIsNotStuckBehindWithdrawalsThatTheHubDoesNotTakeNow) {
  std::vector<record::RecordId> ids;
  for (std::size_t i = 0; i < kInFlightMax + 1; ++i) {
    ids.push_back(rig_.author.publisher->Publish(SampleDraft(), {})->id);
  }
  for (const record::RecordId& id : ids) {
    ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
  }
  rig_.hub.intake->SetLimits({.tombstones_per_peer = 0});
  const record::RecordId id = rig_.author.publisher->Publish(SampleDraft(), {})->id;
  Uplink up("hub", transport_, *rig_.author.store, *rig_.author.policies, rig_.author.community,
            rig_.clock);
  up.Start();
  // The author hears of it after the hub has it.
  const auto withdrawals = static_cast<std::int64_t>(ids.size());
  Await(rig_.author, [&] { return rig_.author.Waiting() == withdrawals; });
  up.Stop();
  EXPECT_TRUE(rig_.hub.Find(id).has_value());
}

TEST_F(LinkTest, NobodyButTheHubTellsUsToRefresh) {
  for (const bool hub : {false, true}) {
    ScriptedTransport scripted;
    std::atomic<int> told = 0;
    const std::string link = hub ? "hub" : "gamma";
    Downlink down({.link = link, .team = link}, scripted, *rig_.reader.store, *rig_.reader.intake,
                  rig_.clock, {}, {.on_refresh = [&] { ++told; }});
    down.Start();
    ASSERT_TRUE(scripted.events.TryPush({.refresh = true}));
    ASSERT_TRUE(scripted.events.TryPush({.batch = {.cursor = "at the end"}}));
    Await(rig_.reader, [&] { return down.status().caught_up; });
    EXPECT_EQ(told, hub ? 1 : 0);
  }
}

}  // namespace
}  // namespace renkei::feed
