#include "node/sources/state.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/base/file.h"
#include "tests/support/temp_folder.h"

namespace renkei::sources {
namespace {

class SourceStateTest : public testing::Test {
 protected:
  std::string Path() const { return folder_.path() + "/sources/feed.json"; }

  testing_support::TempFolder folder_;
  config::SourceConfig config_{.name = "feed", .url = "https://feed.example/"};
};

TEST_F(SourceStateTest, WhatWasKeptComesBack) {
  const SourceState state{.known = {{"a", {5, 0}}, {"b", {6, 2}}},
                          .cursor = "2026-11-01T00:00:00.000001Z",
                          .validators = {"\"1\"", "Sun, 01 Nov 2026 00:00:00 GMT"},
                          .digest = "00",
                          .runs = 3,
                          .taken = 4,
                          .failures = 1,
                          .last_run = FromUnixSeconds(1'790'000'000),
                          .last_success = FromUnixSeconds(1'780'000'000),
                          .last_error = "no route",
                          .last = {.listed = 1,
                                   .published = 2,
                                   .revised = 3,
                                   .unchanged = 4,
                                   .drafts = 5,
                                   .refused = 6,
                                   .unreadable = 7,
                                   .gone = 8,
                                   .left = 9}};
  const StateFile file(folder_.path(), config_);
  ASSERT_TRUE(file.Save(state).ok());
  EXPECT_EQ(file.Load(), state);
  struct stat info {};
  ASSERT_EQ(stat(Path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_TRUE(file.Forget().ok());
  EXPECT_EQ(file.Load(), SourceState{});
}

TEST_F(SourceStateTest, WhatIsDamagedOrOfAnotherPlaceCountsAsNone) {
  const StateFile file(folder_.path(), config_);
  ASSERT_TRUE(file.Save({.cursor = "x"}).ok());
  config_.url = "https://other.example/";
  EXPECT_EQ(StateFile(folder_.path(), config_).Load(), SourceState{});
  for (const char* text : {"", "{", "[]", "{\"version\": 2}", "\x80"}) {
    ASSERT_TRUE(WriteFile(Path(), text, FileMode::kSecret).ok());
    EXPECT_EQ(file.Load(), SourceState{}) << text;
  }
}

}  // namespace
}  // namespace renkei::sources
