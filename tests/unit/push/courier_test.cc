#include "node/push/courier.h"

#include <gtest/gtest.h>

#include "node/push/limits.h"
#include "tests/support/feed_rig.h"

namespace renkei::push {
namespace {

using testing_support::FeedRig;
using testing_support::SampleDraft;

// What a channel was given, and what it is told to answer.
struct Heard {
  std::vector<Event> events{};
  std::vector<Delivered> answers{};  // the next ones; then everything is taken
  int calls = 0;
};

class FakeChannel : public Channel {
 public:
  explicit FakeChannel(Heard& heard) : heard_(heard) {}
  Delivered Deliver(std::span<const Event> events) override {
    ++heard_.calls;
    Delivered answer{.done = events.size()};
    if (!heard_.answers.empty()) {
      answer = heard_.answers.front();
      heard_.answers.erase(heard_.answers.begin());
    }
    heard_.events.insert(heard_.events.end(), events.begin(),
                         events.begin() + static_cast<std::ptrdiff_t>(answer.done));
    return answer;
  }

 private:
  Heard& heard_;
};

class CourierTest : public testing::Test {
 protected:
  CourierTest() { target_.history = true; }

  record::RecordId Publish(const record::Draft& draft = SampleDraft()) {
    const auto published = rig_.author.publisher->Publish(draft, {});
    EXPECT_TRUE(published.ok()) << published.status();
    EXPECT_EQ(rig_.Push(rig_.author, "alpha").back(), absl::StatusCode::kOk);
    return published->id;
  }
  void Withdraw(const record::RecordId& id) {
    ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
    rig_.Push(rig_.author, "alpha");
  }
  void Drop(const record::RecordId& id) {
    ASSERT_TRUE(
        rig_.hub.store->Commit([&](store::Writer& writer) { return writer.DropRecord(id); }).ok());
  }
  std::unique_ptr<Courier> Start() {
    auto courier = std::make_unique<Courier>(
        Parts{*rig_.hub.store, *rig_.hub.policies, rig_.hub.community, rig_.clock}, target_,
        std::make_unique<FakeChannel>(heard_));
    EXPECT_TRUE(courier->Begin().ok());
    return courier;
  }
  // Until it rests; false: it failed.
  static bool RunAll(Courier& courier) {
    Courier::Next next;
    do {
      next = courier.Step();
    } while (next.again);
    return !next.pause;
  }
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const Event& event : heard_.events) {
      told.push_back(std::string(ToWord(event.type)) + " " + record::ToString(event.id));
    }
    heard_.events.clear();
    return told;
  }
  static std::string Record(const record::RecordId& id) { return "record " + record::ToString(id); }

  FeedRig rig_;
  Heard heard_;
  config::PushTarget target_{.name = "siem", .tlp = "amber+strict"};
};

TEST_F(CourierTest, DeliversInTheOrderOfTheFeedAndGoesOnWhereItWas) {
  const auto first = Publish();
  const auto second = Publish();
  {
    const auto courier = Start();
    EXPECT_TRUE(RunAll(*courier));
    EXPECT_EQ(Told(), (std::vector<std::string>{Record(first), Record(second)}));
    EXPECT_EQ(courier->state().place.delivered, 2u);
  }
  const auto third = Publish();
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{Record(third)});
  EXPECT_EQ(courier->state().place.delivered, 3u);
}

TEST_F(CourierTest, ANewTargetIsSparedItsHistory) {
  target_.history = false;
  Publish();
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_TRUE(Told().empty());
  const auto next = Publish();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{Record(next)});
}

TEST_F(CourierTest, WhatFailsComesAgainUnderTheSameDeliveryId) {
  const auto id = Publish();
  heard_.answers = {{.status = Unavailable("away")}, {.status = Unavailable("away")}};
  const auto courier = Start();
  const Courier::Next first = courier->Step();
  ASSERT_TRUE(first.pause);
  EXPECT_LE(*first.pause, kFirstPause);
  EXPECT_EQ(courier->state().last_error, "away");
  EXPECT_TRUE(courier->state().next_try);
  const Courier::Next second = courier->Step();
  ASSERT_TRUE(second.pause);
  EXPECT_LE(*second.pause, 2 * kFirstPause);
  EXPECT_TRUE(RunAll(*courier));
  ASSERT_EQ(heard_.events.size(), 1u);
  const std::string delivery = heard_.events.front().delivery;
  EXPECT_EQ(delivery.size(), 32u);
  EXPECT_EQ(Told(), std::vector<std::string>{Record(id)});
  EXPECT_TRUE(courier->state().last_error.empty());
  EXPECT_FALSE(courier->state().next_try);
}

TEST_F(CourierTest, WhatWasTakenBeforeAFailureIsNotSentAgain) {
  const auto first = Publish();
  const auto second = Publish();
  heard_.answers = {{.done = 1, .status = Unavailable("cut off")}};
  auto courier = Start();
  ASSERT_TRUE(courier->Step().pause);
  EXPECT_EQ(Told(), std::vector<std::string>{Record(first)});
  courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{Record(second)});
}

TEST_F(CourierTest, ATargetThatAsksForTimeGetsIt) {
  Publish();
  heard_.answers = {
      {.status = Unavailable("busy"), .retry_after = std::chrono::seconds(120)},
      {.status = Unavailable("busy"), .retry_after = std::chrono::seconds(1'000'000)}};
  const auto courier = Start();
  EXPECT_EQ(courier->Step().pause, std::chrono::seconds(120));
  EXPECT_EQ(courier->Step().pause, kRetryAfterMax);
}

TEST_F(CourierTest, OneEventThatIsRefusedDoesNotHoldUpTheRest) {
  const auto bad = Publish();
  const auto good = Publish();
  const Delivered refusal{.status = InvalidArgument("too large"), .refused = true};
  heard_.answers.assign(kRefusalsMax, refusal);
  const auto courier = Start();
  for (int i = 1; i < kRefusalsMax; ++i) EXPECT_TRUE(courier->Step().pause) << i;
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{Record(good)});
  EXPECT_EQ(courier->state().place.refused, 1u);
  // It was given to nobody, so nobody is told of its end.
  Withdraw(bad);
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_TRUE(Told().empty());
}

TEST_F(CourierTest, AWithdrawalIsToldToWhomTheRecordWasGiven) {
  const auto id = Publish();
  record::Draft advisory = SampleDraft();
  advisory.header.kind = policy::Kind::kAdvisory;
  const auto other = Publish(advisory);
  target_.filter.kinds = {"incident"};
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{Record(id)});
  Withdraw(other);
  Withdraw(id);
  EXPECT_TRUE(RunAll(*courier));
  ASSERT_EQ(heard_.events.size(), 1u);
  const Json& line = heard_.events.front().line;
  EXPECT_EQ(line["event"], "withdrawn");
  EXPECT_EQ(line["reason"], "mistake");
  EXPECT_FALSE(line.contains("sections"));
  EXPECT_EQ(Told(), std::vector<std::string>{"withdrawn " + record::ToString(id)});
}

TEST_F(CourierTest, WhatIsDroppedWithoutAnEntryIsTakenBackToo) {
  const auto id = Publish();
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{Record(id)});
  Drop(id);
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_TRUE(Told().empty());
  rig_.clock.Advance(kReviewEvery);
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{"retracted " + record::ToString(id)});
  rig_.clock.Advance(kReviewEvery);
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_TRUE(Told().empty());
}

TEST_F(CourierTest, ARetractionThatIsRefusedIsNotTriedForEver) {
  const auto id = Publish();
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  Drop(id);
  rig_.clock.Advance(kReviewEvery);
  heard_.answers.assign(kRefusalsMax, {.status = InvalidArgument("no"), .refused = true});
  for (int i = 1; i < kRefusalsMax; ++i) EXPECT_TRUE(courier->Step().pause) << i;
  EXPECT_TRUE(RunAll(*courier));
  const int calls = heard_.calls;
  Publish();
  rig_.clock.Advance(kReviewEvery);
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(heard_.calls, calls + 1);  // of the new one
}

TEST_F(CourierTest, AReaderWithFactsSeesWhatItsLevelEarns) {
  record::Draft draft = SampleDraft();
  draft.header.severity = policy::Severity::kHigh;
  Publish(draft);
  target_.see = "level=listed circles={members}";
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  ASSERT_EQ(heard_.events.size(), 1u);
  const Json& line = heard_.events.front().line;
  EXPECT_EQ(line["severity"], "high");
  EXPECT_TRUE(line["sections"].contains("indicators"));
  EXPECT_FALSE(line["sections"].contains("victim")) << ToText(line);
}

TEST_F(CourierTest, AnotherPolicyTakesBackWhatItNoLongerGives) {
  const auto id = Publish();
  target_.see = "level=listed circles={members}";
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{Record(id)});
  rig_.hub.SetPolicy(
      "policy \"closed\" version 3\nlevels listed < accredited < certified\ncircles members\n"
      "accept a from level >= listed in circle on kind in {incident}\n"
      "grant g to peer in {observer} allow exist\n");
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{"retracted " + record::ToString(id)});
  Publish();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_TRUE(Told().empty());
}

TEST_F(CourierTest, FactsThatThePolicyDoesNotKnowStopItAndLoseNothing) {
  Publish();
  target_.see = "level=nowhere";
  const auto courier = Start();
  EXPECT_TRUE(courier->Step().pause);
  EXPECT_EQ(heard_.calls, 0);
  EXPECT_NE(courier->state().last_error.find("`see`"), std::string::npos);
  EXPECT_EQ(courier->state().place.offset, 0);
}

TEST_F(CourierTest, TlpExercisesAndOwnRecordsAreLimits) {
  record::Draft red = SampleDraft();
  red.header.tlp = policy::Tlp::kAmber;
  Publish(red);
  record::Draft drill = SampleDraft();
  drill.header.exercise = true;
  Publish(drill);
  const auto id = Publish();
  target_.tlp = "green";
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{Record(id)});
  EXPECT_EQ(courier->state().place.passed_over, 2u);
}

TEST_F(CourierTest, ARecordThatTurnsTooStrictIsTakenBackByItsIdAlone) {
  const auto id = Publish();
  target_.tlp = "green";
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(Told(), std::vector<std::string>{Record(id)});
  record::Draft stricter = SampleDraft();
  stricter.header.tlp = policy::Tlp::kAmber;
  ASSERT_TRUE(rig_.author.publisher->Update(id, stricter, {}).ok());
  rig_.Push(rig_.author, "alpha");
  EXPECT_TRUE(RunAll(*courier));
  ASSERT_EQ(heard_.events.size(), 1u);
  EXPECT_EQ(heard_.events.front().line.size(), 3u) << ToText(heard_.events.front().line);
  EXPECT_EQ(Told(), std::vector<std::string>{"retracted " + record::ToString(id)});
}

TEST_F(CourierTest, APausedTargetKeepsItsPlace) {
  target_.paused = true;
  Publish();
  const auto courier = Start();
  EXPECT_TRUE(RunAll(*courier));
  EXPECT_EQ(heard_.calls, 0);
  EXPECT_EQ(courier->state().place.offset, 0);
}

TEST_F(CourierTest, ATestTellsOfNoRecordAndMovesNothing) {
  Publish();
  const auto courier = Start();
  EXPECT_TRUE(courier->Test(TestEvent("Alpha Works", rig_.clock.Now())).ok());
  ASSERT_EQ(heard_.events.size(), 1u);
  EXPECT_EQ(heard_.events.front().line["event"], "test");
  EXPECT_EQ(courier->state().place.delivered, 0u);
}

}  // namespace
}  // namespace renkei::push
