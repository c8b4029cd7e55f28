#include "node/exchange/exchange_server.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>

#include "node/base/bounded_queue.h"
#include "node/exchange/limits.h"
#include "node/feed/limits.h"
#include "node/membership/limits.h"
#include "node/record/limits.h"
#include "tests/unit/exchange/exchange_rig.h"

namespace renkei::exchange {
namespace {

using testing_support::SampleDraft;

void Fill(renkei::v1::Text& text, std::size_t bytes) {
  text.set_value(std::string(bytes, 'x'));
  text.set_lang("en");
}

// Nearly as large as a record may be, in sections that every certified team sees.
record::Record MaximalRecord(const crypto::SigningKey& key) {
  record::Draft draft = SampleDraft();
  for (const std::size_t bytes : {262'144U, 262'144U, 262'144U, 250'000U}) {
    Fill(*draft.sections.mutable_summary()->add_description(), bytes);
    Fill(*draft.sections.mutable_response()->add_actions()->mutable_description(), bytes);
    auto& rule = *draft.sections.mutable_detection_rules()->add_rules();
    rule.set_language("yara");
    rule.set_body(std::string(bytes, 'y'));
  }
  return testing_support::SampleRecord(key, draft);
}

class ExchangeServerTest : public testing::Test {
 protected:
  void TakeIn(const record::Record& record) {
    std::promise<absl::Status> done;
    rig_.feed.hub.intake->Take(
        {.link = "alpha", .team = "alpha", .author_only = true},
        {.record = record.Disclose(policy::kAllSections)},
        [&](const absl::StatusOr<feed::Outcome>& taken) { done.set_value(taken.status()); });
    const absl::Status taken = done.get_future().get();
    ASSERT_TRUE(taken.ok()) << Message(taken);
  }
  // All events of a new subscription, up to the one that ends the catching up.
  std::vector<feed::FeedEvent> CatchUp(PeerConnection& connection) {
    const auto call = connection.OpenSubscribe({}, "");
    std::vector<feed::FeedEvent> events;
    while (events.empty() || !events.back().batch.items.empty()) {
      auto event = call->Read();
      if (!event) {
        ADD_FAILURE() << Message(call->Finish());
        return events;
      }
      events.push_back(*std::move(event));
    }
    call->Cancel();
    call->Finish().IgnoreError();
    return events;
  }
  static std::size_t BytesOf(const feed::FeedEvent& event) {
    std::size_t bytes = event.state ? event.state->ByteSizeLong() : 0;
    for (const feed::FeedItem& item : event.batch.items) {
      bytes += std::get<feed::OfferedRecord>(item).record.size();
    }
    return bytes;
  }

  ExchangeRig rig_;
};

TEST_F(ExchangeServerTest, IsItsOwnersBeforeItsFirstCall) {
  EXPECT_EQ(rig_.server->address(), "");
  int used = 0;
  rig_.plane.on_present = [&] {
    // As a member does when a peer brings a newer community state.
    rig_.server->CutOffDenied();
    rig_.server->WakeAll();
    ++used;
  };
  ASSERT_TRUE(rig_.server->Listen().ok());
  EXPECT_TRUE(rig_.Dial("beta")->Present({}, std::nullopt).ok());
  EXPECT_EQ(used, 1);
}

TEST_F(ExchangeServerTest, APeerHasOnlySoManyUnaryCallsAtOnce) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  rig_.plane.on_present = [released] { released.wait(); };
  ASSERT_TRUE(rig_.server->Listen().ok());
  const auto connection = rig_.Dial("beta");
  BoundedQueue<absl::StatusCode> answers(64);
  std::vector<std::jthread> callers;
  for (int i = 0; i < kUnaryCallsPerPeerMax + 1; ++i) {
    callers.emplace_back([&] {
      ASSERT_TRUE(answers.TryPush(connection->Present({}, std::nullopt).status().code()));
    });
  }
  // None of those that were let in can answer yet.
  EXPECT_EQ(*answers.Pop(), absl::StatusCode::kResourceExhausted);
  release.set_value();
  for (int i = 0; i < kUnaryCallsPerPeerMax; ++i) {
    EXPECT_EQ(*answers.Pop(), absl::StatusCode::kOk);
  }
  // Who has its answer may ask again.
  EXPECT_TRUE(connection->Present({}, std::nullopt).ok());
}

TEST_F(ExchangeServerTest, ABatchNearTheLimitPasses) {
  renkei::v1::SignedState state;
  state.set_state(Bytes(membership::kStateBytesMax, 's'));
  rig_.plane.state = state;
  ASSERT_TRUE(rig_.server->Listen().ok());
  // Up to the target, and one record beyond it.
  record::Draft draft = SampleDraft();
  Fill(*draft.sections.mutable_summary()->add_description(), 200'000);
  for (int i = 0; i < 5; ++i) TakeIn(testing_support::SampleRecord(rig_.feed.author.key, draft));
  const record::Record large = MaximalRecord(rig_.feed.author.key);
  ASSERT_GT(large.Disclose(policy::kAllSections).size(), record::kRecordBytesMax * 98 / 100);
  TakeIn(large);
  const auto events = CatchUp(*rig_.Dial("beta"));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].batch.items.size(), 6U);
  EXPECT_TRUE(events[0].state);
  EXPECT_GT(BytesOf(events[0]), static_cast<std::size_t>(kBatchMessageBytesMax) * 80 / 100);
  const auto& last = std::get<feed::OfferedRecord>(events[0].batch.items.back());
  EXPECT_TRUE(record::Open(last.record).ok());
}

TEST_F(ExchangeServerTest, WhatIsOverTheLimitOfABatchIsSplit) {
  ASSERT_TRUE(rig_.server->Listen().ok());
  std::vector<record::RecordId> sent;
  for (int i = 0; i < 4; ++i) {
    const record::Record large = MaximalRecord(rig_.feed.author.key);
    sent.push_back(large.header().record_id);
    TakeIn(large);
  }
  const auto events = CatchUp(*rig_.Dial("beta"));
  std::vector<record::RecordId> came;
  for (const feed::FeedEvent& event : events) {
    EXPECT_LT(BytesOf(event), static_cast<std::size_t>(kBatchMessageBytesMax));
    for (const feed::FeedItem& item : event.batch.items) {
      const auto opened = record::Open(std::get<feed::OfferedRecord>(item).record);
      ASSERT_TRUE(opened.ok());
      came.push_back(opened->header().record_id);
    }
  }
  EXPECT_EQ(came, sent);
  EXPECT_GT(events.size(), 2U);
}

TEST_F(ExchangeServerTest, OneBatchWithoutEntriesEndsTheCatchingUp) {
  ASSERT_TRUE(rig_.server->Listen().ok());
  // With nothing to send, and with more than one batch of which the last is not full.
  EXPECT_EQ(CatchUp(*rig_.Dial("beta")).size(), 1U);
  for (std::size_t i = 0; i < feed::kBatchItemsMax + 1; ++i) {
    TakeIn(testing_support::SampleRecord(rig_.feed.author.key));
  }
  const auto events = CatchUp(*rig_.Dial("beta"));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].batch.items.size(), feed::kBatchItemsMax);
  EXPECT_EQ(events[1].batch.items.size(), 1U);
}

TEST_F(ExchangeServerTest, StreamsAPeerMayHaveFollowTheSettings) {
  ASSERT_TRUE(rig_.server->Listen().ok());
  rig_.server->Set({.heartbeat = std::chrono::hours(1), .streams_per_peer = 1});
  const auto connection = rig_.Dial("beta");
  const auto first = connection->OpenSubscribe({}, "");
  ASSERT_TRUE(first->Read());
  EXPECT_FALSE(connection->OpenSubscribe({}, "")->Read());
  rig_.server->Set({.heartbeat = std::chrono::hours(1), .streams_per_peer = 2});
  const auto second = connection->OpenSubscribe({}, "");
  EXPECT_TRUE(second->Read());
  for (const auto& call : {first.get(), second.get()}) {
    call->Cancel();
    call->Finish().IgnoreError();
  }
}

TEST_F(ExchangeServerTest, FromARevokedPeerNothingMoreIsTaken) {
  ASSERT_TRUE(rig_.server->Listen().ok());
  std::atomic<bool> revoked = false;
  std::atomic<int> judged = 0;
  const auto connection = rig_.Dial("beta", [&](const std::string&) {
    ++judged;
    return revoked ? PermissionDenied("that key is revoked") : absl::OkStatus();
  });
  const auto call = connection->OpenSubscribe({}, "");
  ASSERT_TRUE(call->Read());
  EXPECT_TRUE(connection->JudgeAgain().ok());
  revoked = true;
  EXPECT_EQ(Message(connection->JudgeAgain()), "that key is revoked");
  TakeIn(testing_support::SampleRecord(rig_.feed.author.key));
  EXPECT_FALSE(call->Read());
  EXPECT_EQ(Message(call->Finish()), "that key is revoked");
  // Nor by a new call on the connection that stands.
  const auto again = connection->OpenSubscribe({}, "");
  EXPECT_FALSE(again->Read());
  EXPECT_EQ(Message(again->Finish()), "that key is revoked");
  EXPECT_GT(judged, 3);
  revoked = false;
  ASSERT_TRUE(connection->Connect().ok());
  const auto back = connection->OpenSubscribe({}, "");
  EXPECT_TRUE(back->Read());
  back->Cancel();
  back->Finish().IgnoreError();
}

// Whether this is one of the few threads on which peers' reads run.
bool OnReader() {
  char name[16] = {};
  pthread_getname_np(pthread_self(), name, sizeof name);
  return std::string(name).starts_with("reader-");
}

TEST_F(ExchangeServerTest, OnePeersStreamsLeaveTheReadersToOthers) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  BoundedQueue<int> opened(64);
  rig_.plane.on_admit = [&, released](const std::string& slug) {
    if (slug != "beta") return;
    if (!OnReader()) {
      ASSERT_TRUE(opened.TryPush(1));
      return;
    }
    most = std::max<int>(most, ++inside);
    released.wait();
    --inside;
  };
  ASSERT_TRUE(rig_.server->Listen().ok());
  const auto greedy = rig_.Dial("beta");
  std::vector<std::unique_ptr<feed::SubscribeCall>> streams;
  for (int i = 0; i < kReaders; ++i) {
    streams.push_back(greedy->OpenSubscribe({}, ""));
    ASSERT_TRUE(opened.Pop());
  }
  const auto other = rig_.Dial("gamma");
  const auto call = other->OpenSubscribe({}, "");
  EXPECT_TRUE(call->Read());
  release.set_value();
  for (const auto& stream : streams) EXPECT_TRUE(stream->Read());
  EXPECT_EQ(most, 1);
  call->Cancel();
  call->Finish().IgnoreError();
  for (const auto& stream : streams) {
    stream->Cancel();
    stream->Finish().IgnoreError();
  }
}

TEST_F(ExchangeServerTest, AStreamEndsAfterTooManyRefusalsForAFullQuota) {
  rig_.feed.hub.intake->SetLimits({.records_per_peer_per_day = 1});
  TakeIn(testing_support::SampleRecord(rig_.feed.author.key));
  ASSERT_TRUE(rig_.server->Listen().ok());
  const auto connection = rig_.Dial("alpha");
  const auto call = connection->OpenPublish();
  int refused = 0;
  for (std::uint64_t i = 1; i <= 2 * kRefusalsPerStreamMax; ++i) {
    const auto record = testing_support::SampleRecord(rig_.feed.author.key);
    if (!call->Write(i, feed::OfferedRecord{.record = record.Disclose(policy::kAllSections)})) {
      break;
    }
    const auto ack = call->ReadAck();
    if (!ack) break;
    EXPECT_EQ(ack->code, absl::StatusCode::kResourceExhausted);
    ++refused;
  }
  EXPECT_EQ(refused, kRefusalsPerStreamMax);
  EXPECT_EQ(call->Finish().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace renkei::exchange
