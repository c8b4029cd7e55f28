#include "node/push/jsonl_channel.h"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/support/temp_folder.h"

namespace renkei::push {
namespace {

class JsonlChannelTest : public testing::Test {
 protected:
  static Event Line(int number) {
    Event event{.type = EventType::kTest};
    event.line = {{"number", number}};
    return event;
  }
  static Delivered Send(JsonlChannel& channel, int from, int to) {
    std::vector<Event> events;
    for (int i = from; i <= to; ++i) events.push_back(Line(i));
    return channel.Deliver(events);
  }
  static std::string Read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void Write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }
  static std::string Lines(int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i) text += "{\"number\":" + std::to_string(i) + "}\n";
    return text;
  }

  testing_support::TempFolder folder_;
  const std::string path_ = folder_.path() + "/records.jsonl";
};

TEST_F(JsonlChannelTest, AddsWholeLines) {
  JsonlChannel channel(path_, 0, 5);
  EXPECT_EQ(Send(channel, 1, 2).done, 2u);
  EXPECT_EQ(Send(channel, 3, 3).done, 1u);
  EXPECT_EQ(Read(path_), Lines(1, 3));
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0007u, 0u) << "others may read it";
}

TEST_F(JsonlChannelTest, TakesAwayAHalfLineThatACrashLeft) {
  for (const std::string& half : {std::string("{\"numb"), std::string(200'000, 'x')}) {
    Write(Lines(1, 2) + half);
    JsonlChannel channel(path_, 0, 5);
    EXPECT_TRUE(Send(channel, 3, 3).status.ok());
    EXPECT_EQ(Read(path_), Lines(1, 3));
  }
  Write("{\"numb");
  JsonlChannel channel(path_, 0, 5);
  EXPECT_TRUE(Send(channel, 1, 1).status.ok());
  EXPECT_EQ(Read(path_), Lines(1, 1));
}

TEST_F(JsonlChannelTest, FollowsAFileThatWasRenamedOrRemoved) {
  JsonlChannel channel(path_, 0, 5);
  Send(channel, 1, 1);
  std::filesystem::rename(path_, path_ + ".old");
  Send(channel, 2, 2);
  EXPECT_EQ(Read(path_ + ".old"), Lines(1, 1));
  EXPECT_EQ(Read(path_), Lines(2, 2));
  std::filesystem::remove(path_);
  Send(channel, 3, 3);
  EXPECT_EQ(Read(path_), Lines(3, 3));
}

TEST_F(JsonlChannelTest, RotatesBySizeAndKeepsSoMany) {
  JsonlChannel channel(path_, 30, 2);  // two lines of 13 bytes
  for (int i = 1; i <= 7; ++i) EXPECT_TRUE(Send(channel, i, i).status.ok());
  EXPECT_EQ(Read(path_), Lines(7, 7));
  EXPECT_EQ(Read(path_ + ".1"), Lines(5, 6));
  EXPECT_EQ(Read(path_ + ".2"), Lines(3, 4));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".3"));
}

TEST_F(JsonlChannelTest, SaysWhyItCanNotWrite) {
  JsonlChannel nowhere(folder_.path() + "/none/records.jsonl", 0, 5);
  const Delivered delivered = Send(nowhere, 1, 1);
  EXPECT_EQ(delivered.done, 0u);
  EXPECT_NE(Message(delivered.status).find("No such file"), std::string::npos);
  std::filesystem::create_directory(path_);
  JsonlChannel folder(path_, 0, 5);
  EXPECT_FALSE(Send(folder, 1, 1).status.ok());
}

TEST_F(JsonlChannelTest, WritesToRegularFilesOnly) {
  JsonlChannel channel("/dev/full", 0, 5);
  EXPECT_EQ(Send(channel, 1, 1).status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(JsonlChannelTest, AWriteThatFailsLeavesNoHalfLine) {
  JsonlChannel channel(path_, 0, 5);
  Send(channel, 1, 1);
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto was = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { .rlim_cur = 20, .rlim_max = before.rlim_max };
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Delivered failed = Send(channel, 2, 3);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, was);
  EXPECT_FALSE(failed.status.ok());
  EXPECT_EQ(Read(path_), Lines(1, 1));
  EXPECT_TRUE(Send(channel, 2, 3).status.ok());
  EXPECT_EQ(Read(path_), Lines(1, 3));
}

}  // namespace
}  // namespace renkei::push
