#include "node/sources/schedule.h"

#include <gtest/gtest.h>

#include "node/sources/limits.h"

namespace renkei::sources {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ScheduleTest, ASourceThatWorksIsAskedAsOftenAsWasSaid) {
  EXPECT_EQ(NextPause(minutes(15), 0, {}, 0.5), minutes(15));
  EXPECT_EQ(NextPause(minutes(10), 0, {}, 0), minutes(9));
  EXPECT_EQ(NextPause(minutes(10), 0, {}, 1), minutes(11));
}

TEST(ScheduleTest, OneThatFailsIsAskedLaterAndLaterUpToABound) {
  EXPECT_EQ(NextPause(seconds(10), 1, {}, 0.5), minutes(1));
  EXPECT_EQ(NextPause(seconds(10), 2, {}, 0.5), minutes(2));
  EXPECT_EQ(NextPause(seconds(10), 5, {}, 0.5), minutes(16));
  EXPECT_EQ(NextPause(seconds(10), 60'000, {}, 0.5), kBackOffMax);
  EXPECT_EQ(NextPause(hours(24), 3, {}, 0.5), hours(24));
}

TEST(ScheduleTest, NeverBeforeTheServerSaidSo) {
  EXPECT_EQ(NextPause(minutes(1), 1, hours(2), 0.5), hours(2));
  EXPECT_EQ(NextPause(hours(1), 0, seconds(5), 0.5), hours(1));
}

}  // namespace
}  // namespace renkei::sources
