// A commit that fails, made to by the fault points.
#include <atomic>

#include "node/base/fault.h"
#include "tests/unit/store/store_suite.h"

namespace renkei {
namespace {

std::atomic<bool> fail_before_commit = false;
std::atomic<bool> fail_after_commit = false;

}  // namespace

absl::Status FaultPoint(std::string_view point) {
  if (point == "store.before_commit" && fail_before_commit)
    return ResourceExhausted("disk is full");
  if (point == "store.after_commit" && fail_after_commit) return Unavailable("too late");
  return absl::OkStatus();
}

namespace store {
namespace {

class StoreFaultTest : public StoreSuite {
 protected:
  void TearDown() override { fail_before_commit = fail_after_commit = false; }
  absl::Status TryPut(std::uint32_t n) {
    return store_->Commit([n](Writer& writer) { return writer.PutRecord(RowOf(n)).status(); });
  }
};

TEST_P(StoreFaultTest, FailedCommitLeavesTheStateBefore) {
  std::vector<Offset> heard;
  store_->OnNewEntries([&](Offset newest) { heard.push_back(newest); });
  Put(RowOf(1));
  fail_before_commit = true;
  const absl::Status status = TryPut(2);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(status), "commit: disk is full");
  EXPECT_FALSE(Find(IdOf(2)));
  EXPECT_EQ(Newest(), 1);

  fail_before_commit = false;
  EXPECT_OK(TryPut(2));
  EXPECT_EQ(Newest(), 2);
  store_.reset();
  EXPECT_EQ(heard, (std::vector<Offset>{1, 2}));
}

TEST_P(StoreFaultTest, WorkKeepsItsOwnErrorWhenTheCommitFails) {
  fail_before_commit = true;
  const absl::Status status = store_->Commit([](Writer&) { return InvalidArgument("mine"); });
  EXPECT_EQ(Message(status), "mine");
}

TEST_P(StoreFaultTest, CommitStandsThoughItsCallerIsToldAnError) {
  std::vector<Offset> heard;
  store_->OnNewEntries([&](Offset newest) { heard.push_back(newest); });
  fail_after_commit = true;
  EXPECT_EQ(TryPut(1).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Find(IdOf(1)));
  store_.reset();
  EXPECT_EQ(heard, std::vector<Offset>{1});
}

INSTANTIATE_TEST_SUITE_P(Every, StoreFaultTest, testing::ValuesIn(Backends()), BackendName);

}  // namespace
}  // namespace store
}  // namespace renkei
