#include "node/base/turns.h"

#include <future>
#include <vector>

#include <gtest/gtest.h>

namespace renkei {
namespace {

TEST(TurnsTest, JobsOfOneKeyRunOneAfterAnotherAndOthersDoNotWaitForThem) {
  Turns turns("turn", 2, 16, 16);
  std::promise<void> release;
  std::vector<int> order;
  ASSERT_TRUE(turns.TryRun("greedy", [&] {
    release.get_future().wait();
    order.push_back(1);
  }));
  for (int i = 2; i <= 4; ++i) {
    ASSERT_TRUE(turns.TryRun("greedy", [&order, i] { order.push_back(i); }));
  }
  // Both threads would be taken if two of them could run.
  std::promise<void> other;
  ASSERT_TRUE(turns.TryRun("other", [&] { other.set_value(); }));
  other.get_future().wait();
  release.set_value();
  turns.Stop();
  EXPECT_EQ(order, std::vector<int>({1, 2, 3, 4}));
}

TEST(TurnsTest, AKeyWithMuchToDoWaitsBehindTheOthersForItsNextTurn) {
  Turns turns("turn", 1, 16, 16);
  std::promise<void> release;
  std::vector<int> order;
  ASSERT_TRUE(turns.TryRun("greedy", [&] {
    release.get_future().wait();
    order.push_back(1);
  }));
  std::promise<void> last;
  ASSERT_TRUE(turns.TryRun("greedy", [&] {
    order.push_back(3);
    last.set_value();
  }));
  ASSERT_TRUE(turns.TryRun("other", [&] { order.push_back(2); }));
  release.set_value();
  // Stopped sooner, what waits runs where it is.
  last.get_future().wait();
  turns.Stop();
  EXPECT_EQ(order, std::vector<int>({1, 2, 3}));
}

TEST(TurnsTest, IsBoundedPerKeyAndInKeysAndRefusesWhenStopped) {
  Turns turns("turn", 1, 1, 2);
  std::promise<void> release;
  std::promise<void> running;
  ASSERT_TRUE(turns.TryRun("a", [&] {
    running.set_value();
    release.get_future().wait();
  }));
  running.get_future().wait();
  int ran = 0;
  EXPECT_TRUE(turns.TryRun("a", [&] { ++ran; }));
  EXPECT_FALSE(turns.TryRun("a", [&] { ran += 100; }));
  EXPECT_TRUE(turns.TryRun("b", [&] { ++ran; }));
  EXPECT_FALSE(turns.TryRun("c", [&] { ran += 100; }));
  release.set_value();
  turns.Stop();
  EXPECT_EQ(ran, 2);
  EXPECT_FALSE(turns.TryRun("a", [&] { ran += 100; }));
}

}  // namespace
}  // namespace renkei
