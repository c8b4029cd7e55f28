#include "node/sources/sources.h"

#include <atomic>

#include "node/base/file.h"
#include "tests/unit/sources/sources_rig.h"

namespace renkei::sources {
namespace {

using testing_support::HostReply;
using testing_support::HostRequest;
using testing_support::HttpHost;

// Wakes the test when something was taken.
class WaitingSink : public Sink {
 public:
  absl::StatusOr<Taken> Take(const config::SourceConfig& source, const Item&) override {
    MutexLock lock(mutex_);
    ++taken_[source.name];
    changed_.NotifyAll();
    return Taken{.outcome = Outcome::kPublished};
  }
  void Await(const std::string& name, int count) {
    MutexLock lock(mutex_);
    while (taken_[name] < count) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::map<std::string, int> taken_;
};

class SourcesTest : public testing::Test {
 protected:
  config::SourceConfig FileSource(const std::string& name) const {
    EXPECT_TRUE(WriteFile(folder_.path() + "/" + name, "x", FileMode::kPublic).ok());
    return {.name = name, .kind = config::SourceKind::kFile, .path = name};
  }
  void Change(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(WriteFile(folder_.path() + "/" + name, text, FileMode::kPublic).ok());
  }
  // Asks for a run and waits until it has ended.
  SourceStatus RunAndWait(Sources& sources, const std::string& name, bool anew = false) {
    const auto run = sources.RunNow(name, anew);
    EXPECT_TRUE(run.ok()) << run.status();
    while (true) {
      for (const SourceStatus& one : sources.Status()) {
        if (one.name == name && one.runs >= *run) return one;
      }
      std::this_thread::yield();
    }
  }

  testing_support::TempFolder folder_;
  const SystemClock clock_;
  WaitingSink sink_;
};

TEST_F(SourcesTest, EachRunsByItselfSoonAfterTheStart) {
  Sources sources(folder_.path(), clock_, sink_);
  sources.Set({FileSource("a"), FileSource("b"), FileSource("c")});
  for (const char* name : {"a", "b", "c"}) sink_.Await(name, 1);
}

TEST_F(SourcesTest, RunNowRunsAndSaysWhatCame) {
  Sources sources(folder_.path(), clock_, sink_);
  sources.Set({FileSource("a")});
  // Anew: its first run by itself may have come before.
  const SourceStatus status = RunAndWait(sources, "a", /*anew=*/true);
  EXPECT_EQ(status.last, (Counts{.listed = 1, .published = 1}));
  EXPECT_TRUE(status.last_success);
  ASSERT_TRUE(status.next_run);
  EXPECT_GT(*status.next_run, clock_.Now());
  EXPECT_EQ(RunAndWait(sources, "a").last, (Counts{.listed = 1}));
  EXPECT_EQ(RunAndWait(sources, "a", /*anew=*/true).last, (Counts{.listed = 1, .published = 1}));
  EXPECT_EQ(sources.RunNow("b", false).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SourcesTest, AFailureIsSeenAndBacksOff) {
  config::SourceConfig config = FileSource("a");
  config.path = "none";
  config.every = config::kSourceEveryMin;
  Sources sources(folder_.path(), clock_, sink_);
  sources.Set({config});
  RunAndWait(sources, "a");
  const SourceStatus status = RunAndWait(sources, "a");
  EXPECT_GE(status.failures, 2);
  EXPECT_NE(status.last_error.find("none"), std::string::npos);
  EXPECT_FALSE(status.last_success);
  // Two failures: two minutes, less a tenth.
  EXPECT_GT(*status.next_run, clock_.Now() + std::chrono::seconds(90));
}

TEST_F(SourcesTest, ASourceThatHasNotChangedGoesOnAndOthersEnd) {
  Sources sources(folder_.path(), clock_, sink_);
  sources.Set({FileSource("a"), FileSource("b")});
  RunAndWait(sources, "a");
  sources.Set({FileSource("a"), FileSource("c")});
  std::vector<std::string> names;
  for (const SourceStatus& one : sources.Status()) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "c"}));
  EXPECT_GE(sources.Status()[0].runs, 1U);
  EXPECT_FALSE(sources.RunNow("b", false).ok());
  sources.Set({});
  EXPECT_TRUE(sources.Status().empty());
}

TEST_F(SourcesTest, AnotherProcessGoesOnWhereOneEnded) {
  {
    Sources sources(folder_.path(), clock_, sink_);
    sources.Set({FileSource("a")});
    RunAndWait(sources, "a");
  }
  Sources sources(folder_.path(), clock_, sink_);
  sources.Set({FileSource("a")});
  EXPECT_GE(sources.Status()[0].runs, 1U);
  EXPECT_EQ(RunAndWait(sources, "a").last, (Counts{.listed = 1}));
}

TEST_F(SourcesTest, StoppingEndsARunThatStalls) {
  std::atomic<bool> asked = false;
  HttpHost host([&asked](const HostRequest&) {
    asked = true;
    asked.notify_all();
    return HostReply{.body = "x", .stall = true};
  });
  Sources sources(folder_.path(), clock_, sink_);
  sources.Set({{.name = "slow", .kind = config::SourceKind::kFile, .url = host.Url()}});
  ASSERT_TRUE(sources.RunNow("slow", false).ok());
  asked.wait(false);
  sources.Stop();
  const std::vector<SourceStatus> status = sources.Status();
  EXPECT_EQ(status[0].failures, 0);  // no failure of its own
}

TEST_F(SourcesTest, OneThatStallsHoldsUpNoOther) {
  std::atomic<bool> asked = false;
  HttpHost host([&asked](const HostRequest&) {
    asked = true;
    asked.notify_all();
    return HostReply{.body = "x", .stall = true};
  });
  Sources sources(folder_.path(), clock_, sink_);
  sources.Set(
      {{.name = "slow", .kind = config::SourceKind::kFile, .url = host.Url()}, FileSource("a")});
  ASSERT_TRUE(sources.RunNow("slow", false).ok());
  asked.wait(false);
  EXPECT_EQ(RunAndWait(sources, "a", /*anew=*/true).last, (Counts{.listed = 1, .published = 1}));
  Change("a", "y");
  EXPECT_EQ(RunAndWait(sources, "a").last, (Counts{.listed = 1, .published = 1}));
}

}  // namespace
}  // namespace renkei::sources
