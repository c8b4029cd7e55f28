#include "node/gateway/files.h"

#include <new>

#include <gtest/gtest.h>

#include "node/gateway/limits.h"
#include "tests/support/fake_clock.h"

namespace renkei::gateway {
namespace {

class FilesTest : public testing::Test {
 protected:
  // Asks for `name`, made of `bytes`; counts how often it is made.
  ServedFile Get(const std::string& name, std::uint64_t changes, const std::string& bytes) {
    const auto served =
        files_.Get(name, {.changes = changes}, [&](const MadeFile*) -> absl::StatusOr<Files::Made> {
          ++made_;
          return Files::Made{.bytes = bytes};
        });
    EXPECT_TRUE(served.ok());
    return served.ok() ? *served : ServedFile{};
  }
  absl::StatusOr<ServedFile> GetFailing(const std::string& name, const FileBasis& basis,
                                        const absl::Status& why) {
    return files_.Get(name, basis,
                      [&](const MadeFile*) -> absl::StatusOr<Files::Made> { return why; });
  }
  testing_support::FakeClock clock_{FromUnixSeconds(1'790'000'000)};
  Files files_{clock_};
  int made_ = 0;
};

TEST_F(FilesTest, AFileIsMadeOncePerChange) {
  const auto first = Get("a", 1, "one");
  const auto again = Get("a", 1, "never made");
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(again.file, first.file);
  EXPECT_EQ(*Get("a", 2, "two").file->bytes, "two");
  EXPECT_EQ(made_, 2);
}

TEST_F(FilesTest, EqualBytesKeepEtagAndDate) {
  const auto first = Get("a", 1, "one");
  clock_.Advance(std::chrono::hours(1));
  const auto same = Get("a", 2, "one");
  EXPECT_EQ(same.file->etag, first.file->etag);
  EXPECT_EQ(same.file->changed, first.file->changed);
  const auto other = Get("a", 3, "two");
  EXPECT_NE(other.file->etag, first.file->etag);
  EXPECT_EQ(other.file->changed, clock_.Now());
}

TEST_F(FilesTest, WhatTimeAloneChangesIsSeenWithinAMinute) {
  Get("a", 1, "one");
  clock_.Advance(kFileAgeMax - std::chrono::seconds(1));
  EXPECT_EQ(*Get("a", 1, "two").file->bytes, "one");
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(*Get("a", 1, "two").file->bytes, "two");
}

TEST_F(FilesTest, TheLastGoodOneIsServedIfMakingFails) {
  Get("a", 1, "one");
  clock_.Advance(std::chrono::seconds(90));
  const auto stale = GetFailing("a", {.changes = 2}, Unavailable("disk"));
  ASSERT_TRUE(stale.ok());
  EXPECT_EQ(*stale->file->bytes, "one");
  EXPECT_EQ(stale->stale, std::chrono::seconds(90));
  EXPECT_EQ(Get("a", 2, "two").stale, std::chrono::seconds(0));
}

TEST_F(FilesTest, NoListIsServedThatCouldNotBeMadeForADay) {
  Get("a", 1, "one");
  clock_.Advance(kFileStaleMax);
  EXPECT_FALSE(GetFailing("a", {.changes = 2}, Unavailable("disk")).ok());
  EXPECT_EQ(*Get("a", 2, "two").file->bytes, "two");
}

TEST_F(FilesTest, AMakerThatThrowsDoesNotKeepTheOldOneForEver) {
  Get("a", 1, "one");
  const Files::Maker throws = [](const MadeFile*) -> absl::StatusOr<Files::Made> {
    throw std::bad_alloc();
  };
  EXPECT_THROW((void)files_.Get("a", {.changes = 2}, throws), std::bad_alloc);
  EXPECT_EQ(*Get("a", 2, "two").file->bytes, "two");
}

// An old one may hold what was withdrawn since.
TEST_F(FilesTest, WhileOneIsMadeNobodyGetsAnOldOne) {
  Get("a", 1, "one");
  const auto meanwhile = [&](std::uint64_t changes) {
    std::string seen;
    const auto served =
        files_.Get("a", {.changes = changes}, [&](const MadeFile*) -> absl::StatusOr<Files::Made> {
          seen = *Get("a", changes, "made meanwhile").file->bytes;
          return Files::Made{.bytes = "made"};
        });
    EXPECT_TRUE(served.ok());
    return seen;
  };
  EXPECT_EQ(meanwhile(2), "one");
  clock_.Advance(kFileAgeMax);
  EXPECT_EQ(meanwhile(3), "made meanwhile");
}

TEST_F(FilesTest, WhatIsGoneOrWasMadeByOtherRulesIsNeverServedInstead) {
  Get("a", 1, "one");
  EXPECT_EQ(GetFailing("a", {.changes = 2}, NotFound("gone")).status().code(),
            absl::StatusCode::kNotFound);
  const FileBasis other{.changes = 1, .reader = crypto::Sha256("another policy")};
  EXPECT_EQ(GetFailing("a", other, Unavailable("disk")).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetFailing("b", {}, Unavailable("disk")).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(FilesTest, NoMoreAreKeptThanTheLimitSays) {
  Get("first", 1, "x");
  for (std::size_t i = 0; i < kFilesKept; ++i) Get("f" + std::to_string(i), 1, "x");
  const int before = made_;
  Get("f" + std::to_string(kFilesKept - 1), 1, "x");
  EXPECT_EQ(made_, before);
  Get("first", 1, "x");
  EXPECT_EQ(made_, before + 1);
}

}  // namespace
}  // namespace renkei::gateway
