#include "node/app/audit_log.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/app/auditing.h"
#include "node/base/file.h"
#include "tests/support/temp_folder.h"

namespace renkei::app {
namespace {

const Timestamp kAuditNow = FromUnixSeconds(1'893'456'000);
constexpr std::size_t kAuditBytesMax = 1 << 20;

class AuditLogTest : public testing::Test {
 protected:
  void Append(const AuditLog& log, const std::string& object) {
    const absl::Status done = log.Append(
        {.account = "mika", .role = Role::kAnalyst},
        {.action = "publish", .object = object, .digests = {{"record", "00ff"}}, .result = "done"},
        kAuditNow);
    EXPECT_TRUE(done.ok()) << Message(done);
  }
  void AppendMany(int count) {
    for (int i = 1; i <= count; ++i) Append(log_, std::to_string(i));
  }
  std::string Text() const { return ReadFile(path(), kAuditBytesMax).value_or(""); }
  void Write(const std::string& text) const {
    ASSERT_TRUE(WriteFile(path(), text, FileMode::kSecret).ok());
  }
  std::string path() const { return folder_.path() + "/" + std::string(kAuditFile); }
  std::string head_path() const { return folder_.path() + "/" + std::string(kAuditHeadFile); }
  std::string Broken() const { return Message(log_.Verify().status()); }

  testing_support::TempFolder folder_;
  const AuditLog log_{folder_.path()};
};

TEST_F(AuditLogTest, SaysWhoDidWhatAndHangsTogether) {
  EXPECT_EQ(log_.Verify()->last, 0U);
  Append(log_, "r1");
  ASSERT_TRUE(
      log_.Append({}, {.action = "reload", .result = "done", .note = "a\nb"}, kAuditNow).ok());
  const auto lines = log_.Read(10);
  ASSERT_TRUE(lines.ok());
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[0]["account"], "mika");
  EXPECT_EQ((*lines)[0]["object"], "r1");
  EXPECT_EQ((*lines)[0]["digests"]["record"], "00ff");
  EXPECT_EQ((*lines)[1]["user"], LoginName());
  EXPECT_EQ((*lines)[1]["note"], "a?b");
  const auto verified = log_.Verify();
  ASSERT_TRUE(verified.ok()) << Message(verified.status());
  EXPECT_EQ(verified->first, 1U);
  EXPECT_EQ(verified->last, 2U);
  EXPECT_EQ(verified->head, (*lines)[1]["hash"]);
  EXPECT_EQ(log_.Read(1)->size(), 1U);
}

TEST_F(AuditLogTest, EachChangeOfALineIsSeen) {
  AppendMany(5);
  const std::string text = Text();
  // Any byte of any line, its end included.
  for (std::size_t at = 0; at < text.size(); at += 7) {
    std::string changed = text;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    Write(changed);
    EXPECT_FALSE(log_.Verify().ok()) << at;
  }
  Write(text);
  EXPECT_TRUE(log_.Verify().ok());
}

TEST_F(AuditLogTest, ALineThatIsTakenOutPutInOrMovedIsSeen) {
  AppendMany(4);
  const std::string text = Text();
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from) + 1;
    lines.push_back(text.substr(from, end - from));
    from = end;
  }
  ASSERT_EQ(lines.size(), 4U);
  Write(lines[1] + lines[2] + lines[3]);
  EXPECT_NE(Broken().find("audit.log:1: line 2 does not follow line 0"), std::string::npos)
      << Broken();
  Write(lines[0] + lines[1] + lines[3]);
  EXPECT_NE(Broken().find("audit.log:3: line 4 does not follow line 2"), std::string::npos)
      << Broken();
  Write(lines[0] + lines[1] + lines[1] + lines[2] + lines[3]);
  EXPECT_FALSE(log_.Verify().ok());
  Write(lines[0] + lines[2] + lines[1] + lines[3]);
  EXPECT_FALSE(log_.Verify().ok());
  Write(lines[0] + lines[1] + lines[2]);
  EXPECT_NE(Broken().find("the end is missing"), std::string::npos) << Broken();
  Write("");
  EXPECT_NE(Broken().find("the end is missing"), std::string::npos) << Broken();
}

TEST_F(AuditLogTest, ACutStaysSeenWhenMoreIsAppended) {
  AppendMany(3);
  const std::string text = Text();
  Write(text.substr(0, text.find('\n') + 1));
  Append(log_, "later");
  EXPECT_NE(Broken().find("line 4 does not follow line 1"), std::string::npos) << Broken();
}

TEST_F(AuditLogTest, AHeadThatWasNotedElsewhereMustBeInIt) {
  AppendMany(2);
  const std::string noted = log_.Verify()->head;
  AppendMany(2);
  EXPECT_TRUE(log_.Verify(noted).ok());
  EXPECT_FALSE(log_.Verify(std::string(64, '0')).ok());
  // Forged from the beginning, and whole in itself.
  std::filesystem::remove(path());
  std::filesystem::remove(head_path());
  for (int i = 0; i < 5; ++i) Append(log_, "forged " + std::to_string(i));
  EXPECT_TRUE(log_.Verify().ok());
  EXPECT_FALSE(log_.Verify(noted).ok());
}

TEST_F(AuditLogTest, WhatACrashCutIsDroppedAndTheChainGoesOn) {
  AppendMany(2);
  const std::string head = ReadFile(head_path(), kAuditBytesMax).value_or("");
  Append(log_, "torn");
  const std::string text = Text();
  Write(text.substr(0, text.size() - 5));
  ASSERT_TRUE(WriteFile(head_path(), head, FileMode::kSecret).ok());
  Append(log_, "next");
  EXPECT_TRUE(log_.Verify().ok()) << Broken();
  EXPECT_EQ((*log_.Read(1))[0]["number"], 3);
  // A line that is whole, but whose head was not written any more, counts.
  const std::string before = ReadFile(head_path(), kAuditBytesMax).value_or("");
  Append(log_, "whole");
  ASSERT_TRUE(WriteFile(head_path(), before, FileMode::kSecret).ok());
  EXPECT_TRUE(log_.Verify().ok()) << Broken();
  Append(log_, "after");
  EXPECT_TRUE(log_.Verify().ok()) << Broken();
}

TEST_F(AuditLogTest, WhereALineCouldNotBeAppendedItSaysSoBefore) {
  EXPECT_TRUE(log_.CheckWritable().ok());
  AppendMany(2);
  EXPECT_TRUE(log_.CheckWritable().ok());
  const std::string head = ReadFile(head_path(), kAuditBytesMax).value_or("");
  // A head that is damaged, or can't be read; a lock, a log that can't be opened.
  ASSERT_TRUE(WriteFile(head_path(), "damaged", FileMode::kSecret).ok());
  EXPECT_FALSE(log_.CheckWritable().ok());
  for (const std::string_view name : {kAuditHeadFile, kAuditLockFile, kAuditFile}) {
    const std::string blocked = folder_.path() + "/" + std::string(name);
    std::filesystem::rename(blocked, blocked + ".aside");
    std::filesystem::create_directory(blocked);
    EXPECT_FALSE(log_.CheckWritable().ok()) << name;
    EXPECT_FALSE(log_.Append({}, {.action = "publish"}, kAuditNow).ok()) << name;
    std::filesystem::remove(blocked);
    std::filesystem::rename(blocked + ".aside", blocked);
    ASSERT_TRUE(WriteFile(head_path(), head, FileMode::kSecret).ok());
  }
  EXPECT_TRUE(log_.CheckWritable().ok());
  EXPECT_TRUE(log_.Verify().ok()) << Broken();
}

TEST_F(AuditLogTest, WhatRootWritesBelongsToTheOwnerOfTheFolder) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kOther = 12'345;
  ASSERT_EQ(chown(folder_.path().c_str(), kOther, kOther), 0);
  Append(log_, "by root");
  ASSERT_TRUE(AddAccount(folder_.path(), "mika", Role::kReader, kAuditNow).ok());
  for (const std::string_view name : {kAuditFile, kAuditHeadFile, kAuditLockFile, kAccountsFile}) {
    struct stat found {};
    ASSERT_EQ(stat((folder_.path() + "/" + std::string(name)).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_uid, kOther) << name;
  }
}

TEST_F(AuditLogTest, AnUnrecordedActionIsNoSuccess) {
  exchange::LocalReply done{.exit_status = 0, .json = {{"result", "applied"}}};
  SayUnrecorded(Unavailable("no room"), done);
  EXPECT_EQ(done.exit_status, 1);
  EXPECT_EQ(done.json["result"], "applied");
  EXPECT_EQ(done.json["unrecorded"],
            "this was carried out, and the audit log could not be written: no room");
  exchange::LocalReply refused{.exit_status = 3, .json = {{"error", "refused"}}};
  SayUnrecorded(Unavailable("no room"), refused);
  EXPECT_EQ(refused.exit_status, 3);
  EXPECT_EQ(refused.json["error"], "refused");
  EXPECT_TRUE(refused.json.contains("unrecorded"));
}

TEST_F(AuditLogTest, ATornEndThatNobodyWasToldOfIsNoTampering) {
  EXPECT_TRUE(log_.Verify().ok());
  AppendMany(2);
  const std::string text = Text();
  Write(text + R"({"number":3,"ti)");
  const auto verified = log_.Verify();
  ASSERT_TRUE(verified.ok()) << Broken();
  EXPECT_EQ(verified->last, 2U);
  // Nor is one that begins a file.
  Write(text);
  std::filesystem::rename(path(), path() + ".1");
  Write(R"({"number":3,"ti)");
  EXPECT_TRUE(log_.Verify().ok()) << Broken();
  std::filesystem::rename(path() + ".1", path());
  // The last line that was acknowledged is no torn end, and nor is one in the middle.
  Write(text.substr(0, text.size() - 4));
  EXPECT_FALSE(log_.Verify().ok());
  Write(text + "{\n" + "{");
  EXPECT_FALSE(log_.Verify().ok());
}

TEST_F(AuditLogTest, VerifyingSeesNoLogThatIsBeingTurnedOver) {
  const AuditLog log(folder_.path(), 2'000);  // a new file after a few lines
  Append(log, "first");
  std::atomic<bool> stop = false;
  std::thread writing([&] {
    while (!stop) Append(log, "more");
  });
  int broken = 0;
  for (int i = 0; i < 300; ++i) broken += log.Verify().ok() ? 0 : 1;
  stop = true;
  writing.join();
  EXPECT_EQ(broken, 0);
}

TEST_F(AuditLogTest, FilesAreBoundedAndTheOldestGoes) {
  constexpr std::size_t kSmall = 2'000;
  const AuditLog log(folder_.path(), kSmall);
  int appended = 0;
  for (; appended < 100; ++appended) Append(log, std::to_string(appended));
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (entry.path().filename().string().rfind("audit.log", 0) != 0) continue;
    ++files;
    EXPECT_LE(entry.file_size(), kSmall);
  }
  EXPECT_EQ(files, kAuditFilesMax);
  const auto verified = log.Verify();
  ASSERT_TRUE(verified.ok()) << Message(verified.status());
  EXPECT_EQ(verified->last, 100U);
  EXPECT_GT(verified->first, 1U);
  // Without its oldest file it begins where nothing has gone by age.
  std::filesystem::remove(path() + "." + std::to_string(kAuditFilesMax - 1));
  EXPECT_FALSE(log.Verify().ok());
}

TEST_F(AuditLogTest, ManyMayAppendAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) Append(log_, "x");
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto verified = log_.Verify();
  ASSERT_TRUE(verified.ok()) << Message(verified.status());
  EXPECT_EQ(verified->last, 40U);
}

}  // namespace
}  // namespace renkei::app
