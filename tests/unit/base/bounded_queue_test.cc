#include "node/base/bounded_queue.h"

#include <thread>

#include <gtest/gtest.h>

namespace renkei {
namespace {

TEST(BoundedQueueTest, RefusesWhenFull) {
  BoundedQueue<int> queue(2);
  EXPECT_TRUE(queue.TryPush(1));
  EXPECT_TRUE(queue.TryPush(2));
  EXPECT_FALSE(queue.TryPush(3));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_TRUE(queue.TryPush(3));
}

TEST(BoundedQueueTest, ClosedQueueIsDrainedThenEmpty) {
  BoundedQueue<int> queue(2);
  ASSERT_TRUE(queue.TryPush(1));
  queue.Close();
  EXPECT_FALSE(queue.TryPush(2));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueueTest, EveryItemArrivesOnceAcrossThreads) {
  BoundedQueue<int> queue(8);
  constexpr int kItems = 2000;
  std::jthread producer([&] {
    for (int i = 1; i <= kItems; ++i) ASSERT_TRUE(queue.Push(i));
    queue.Close();
  });
  long sum = 0;
  int last = 0;
  while (true) {
    const std::vector<int> some = queue.PopSome(5);
    if (some.empty()) break;
    for (const int item : some) {
      EXPECT_EQ(item, last + 1);
      last = item;
      sum += item;
    }
  }
  EXPECT_EQ(sum, static_cast<long>(kItems) * (kItems + 1) / 2);
}

}  // namespace
}  // namespace renkei
