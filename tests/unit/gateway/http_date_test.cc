#include "node/gateway/http_date.h"

#include <gtest/gtest.h>

namespace renkei::gateway {
namespace {

TEST(HttpDateTest, ADateIsWrittenAsHttpHasIt) {
  EXPECT_EQ(ToHttpDate(FromUnixSeconds(784'111'777)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(ToHttpDate(FromUnixSeconds(1'790'000'000)), "Mon, 21 Sep 2026 14:13:20 GMT");
}

TEST(HttpDateTest, WhatIsWrittenIsRead) {
  for (const std::int64_t seconds : {0LL, 951'826'500LL, 1'790'000'000LL, 4'102'444'800LL}) {
    const Timestamp time = FromUnixSeconds(seconds);
    EXPECT_EQ(FromHttpDate(ToHttpDate(time)), time) << seconds;
  }
}

TEST(HttpDateTest, AnythingElseIsNoDate) {
  for (const char* text : {"", "Mon, 21 Sep 2026 14:13:20 CET", "Tue, 21 Sep 2026 14:13:20 GMT",
                           "Mon, 31 Feb 2026 14:13:20 GMT", "Mon, 21 Sep 2026 25:13:20 GMT",
                           "Mon, -1 Sep 2026 14:13:20 GMT", "Monday, 21-Sep-26 14:13:20 GMT",
                           "1790000000", "Mon, 21 Sep 2026 14:13:20 GMT "}) {
    EXPECT_FALSE(FromHttpDate(text)) << text;
  }
}

}  // namespace
}  // namespace renkei::gateway
