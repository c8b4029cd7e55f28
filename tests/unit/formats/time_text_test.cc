#include "node/formats/time_text.h"

#include <gtest/gtest.h>

#include "node/formats/uuid.h"

namespace renkei::formats {
namespace {

TEST(TimeTextTest, WritesSecondsMicrosAndDays) {
  EXPECT_EQ(SecondsToText(1'789'430'400), "2026-09-15T00:00:00Z");
  EXPECT_EQ(SecondsToText(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(MicrosToText(1'250'000), "1970-01-01T00:00:01.250000Z");
  EXPECT_EQ(MicrosToText(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(DayToText(951'782'400), "2000-02-29");
  EXPECT_EQ(SecondsToText(253'402'300'800), std::nullopt);
}

TEST(TimeTextTest, ReadsEveryUsualForm) {
  EXPECT_EQ(MicrosFromText("1970-01-01"), 0);
  EXPECT_EQ(MicrosFromText("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(MicrosFromText("1970-01-01T09:00:01.5+09:00"), 1'500'000);
  EXPECT_EQ(MicrosFromText("1970-01-01T09:00:01.123456789+0900"), 1'123'456);
  EXPECT_EQ(MicrosFromText("1970-01-01 00:00:00z"), 0);
}

TEST(TimeTextTest, RefusesWhatIsNoTime) {
  for (const char* text : {"", "1970", "1970-13-01", "1970-02-30", "1970-01-01T",
                           "1970-01-01T24:00:00Z", "1970-01-01T00:00:00", "1970-01-01T00:00:00.Z",
                           "1970-01-01T00:00:00Zx", "0000-01-01", "1970-01-01T00:00:00+9"}) {
    EXPECT_EQ(MicrosFromText(text), std::nullopt) << text;
  }
}

TEST(TimeTextTest, WhatIsWrittenIsReadBack) {
  for (std::int64_t micros = -50'000'000'000'000'000; micros < 250'000'000'000'000'000;
       micros += 7'777'777'777'777'777) {
    EXPECT_EQ(MicrosFromText(*MicrosToText(micros)), micros);
  }
}

TEST(UuidTest, ReadsOnlyTheUsualForm) {
  const std::string text = "7a1f92cb-0000-425f-aacd-85b80ff5cb9a";
  ASSERT_TRUE(UuidFromText(text));
  EXPECT_EQ(UuidToText(*UuidFromText(text)), text);
  EXPECT_EQ(UuidFromText("7a1f92cb0000425faacd85b80ff5cb9a"), std::nullopt);
  EXPECT_EQ(UuidFromText("7a1f92cb-0000-425f-aacd-85b80ff5cb9g"), std::nullopt);
}

TEST(UuidTest, OneNameAlwaysGivesOneUuid) {
  EXPECT_EQ(UuidFromName("a"), UuidFromName("a"));
  EXPECT_NE(UuidFromName("a"), UuidFromName("b"));
  EXPECT_EQ(UuidFromName("a")[14], '5');
}

}  // namespace
}  // namespace renkei::formats
