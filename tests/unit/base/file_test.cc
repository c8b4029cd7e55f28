#include "node/base/file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_folder.h"

namespace renkei {
namespace {

TEST(FileTest, WritesWholeAndSecretFilesAreSecret) {
  const testing_support::TempFolder folder;
  const std::string path = folder.path() + "/key";
  ASSERT_TRUE(WriteFile(path, "one", FileMode::kSecret).ok());
  ASSERT_TRUE(WriteFile(path, "two", FileMode::kSecret).ok());
  EXPECT_EQ(*ReadFile(path, 10), "two");
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  // Nothing is left beside it.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(FileTest, NothingThatStandsAtAForeseeableNameIsWrittenInto) {
  const testing_support::TempFolder folder;
  const std::string path = folder.path() + "/key";
  const std::string planted = fmt::format("{}.{}.new", path, getpid());
  { std::ofstream(planted) << "planted"; }
  ASSERT_TRUE(WriteFile(path, "secret", FileMode::kSecret).ok());
  EXPECT_EQ(*ReadFile(planted, 10), "planted");
  EXPECT_EQ(*ReadFile(path, 10), "secret");
}

TEST(FileTest, ReadsNoMoreThanTheLimit) {
  const testing_support::TempFolder folder;
  const std::string path = folder.path() + "/file";
  ASSERT_TRUE(WriteFile(path, "12345", FileMode::kPublic).ok());
  EXPECT_TRUE(ReadFile(path, 5).ok());
  const absl::Status refused = ReadFile(path, 4).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(Message(refused).find("larger than the limit of 4 bytes"), std::string::npos);
}

TEST(FileTest, AFolderAndADeviceAreNoFiles) {
  const testing_support::TempFolder folder;
  EXPECT_EQ(ReadFile(folder.path(), 10).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadFile("/dev/zero", 10).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadFile(folder.path() + "/none", 10).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace renkei
