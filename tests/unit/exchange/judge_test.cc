#include "node/exchange/judge.h"

#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

namespace renkei::exchange {
namespace {

TEST(ClosableJudge, AsksNobodyOnceClosed) {
  int asked = 0;
  ClosableJudge judge([&](const std::string&) {
    ++asked;
    return absl::OkStatus();
  });
  EXPECT_TRUE(judge.Ask("a").ok());
  judge.Close();
  EXPECT_EQ(judge.Ask("b").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(asked, 1);
}

TEST(ClosableJudge, CloseWaitsForTheJudgingUnderWay) {
  std::atomic<bool> left = false;
  std::promise<void> entered;
  ClosableJudge* self = nullptr;
  ClosableJudge judge([&](const std::string& pem) {
    if (pem == "probe") return absl::OkStatus();
    entered.set_value();
    // Under way until Close has begun.
    while (self->Ask("probe").ok()) std::this_thread::yield();
    left = true;
    return absl::OkStatus();
  });
  self = &judge;
  std::jthread asking([&] { EXPECT_TRUE(judge.Ask("a").ok()); });
  entered.get_future().wait();
  judge.Close();
  EXPECT_TRUE(left);
}

TEST(Handshakes, AskAgainAboutWhomTheLastOneLetIn) {
  std::string revoked;
  const auto judge = std::make_shared<ClosableJudge>([&](const std::string& pem) {
    return pem == revoked ? PermissionDenied("revoked") : absl::OkStatus();
  });
  Handshakes handshakes(judge);
  EXPECT_TRUE(handshakes.JudgeAgain().ok());  // nobody yet
  EXPECT_TRUE(handshakes.Judge("alpha").ok());
  EXPECT_TRUE(handshakes.JudgeAgain().ok());
  revoked = "alpha";
  EXPECT_EQ(handshakes.JudgeAgain().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(handshakes.refusal().ok());  // the handshake itself went well
  EXPECT_FALSE(handshakes.Judge("alpha").ok());
  EXPECT_FALSE(handshakes.refusal().ok());
  EXPECT_TRUE(handshakes.Judge("beta").ok());
  EXPECT_TRUE(handshakes.JudgeAgain().ok());
  EXPECT_TRUE(handshakes.refusal().ok());
}

}  // namespace
}  // namespace renkei::exchange
