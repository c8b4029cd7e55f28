#include "node/base/log.h"

#include <string>

#include <gtest/gtest.h>

namespace renkei {
namespace {

template <class T>
concept Loggable = requires(const T& value) {
  Field("key", value);
};

// Content has no way into a log line: this is checked by the compiler.
static_assert(!Loggable<std::string>);
static_assert(!Loggable<std::string_view>);
static_assert(!Loggable<const char*>);
static_assert(Loggable<int>);
static_assert(Loggable<LogSafe>);

TEST(LogTest, SafeTextCannotForgeALine) {
  EXPECT_EQ(LogSafe("beta\nevent=forged x=1").text(), "beta?event?forged_x?1");
  EXPECT_EQ(LogSafe(std::string(500, 'a')).text().size(), 128U);
}

}  // namespace
}  // namespace renkei
