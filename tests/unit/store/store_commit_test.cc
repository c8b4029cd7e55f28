// Group commit, snapshots and closing: what every backend must do.
#include <latch>
#include <thread>

#include "node/base/mutex.h"
#include "tests/unit/store/store_suite.h"

namespace renkei::store {
namespace {

class StoreCommitTest : public StoreSuite {
 protected:
  // Keeps the store thread busy until `go` is counted down.  Returns once it is.
  void Occupy(std::latch& go) {
    std::latch busy(1);
    store_->CommitAsync(
        [&](Writer&) {
          busy.count_down();
          go.wait();
          return absl::OkStatus();
        },
        [](absl::Status) {});
    busy.wait();
  }
};

TEST_P(StoreCommitTest, WorksOfManyThreadsAreAllDoneOnceAndInOrder) {
  constexpr std::uint32_t kThreads = 4, kEach = 200;
  Mutex mutex;
  std::vector<std::vector<std::uint32_t>> done(kThreads);
  std::latch all(kThreads * kEach);
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (std::uint32_t n = 0; n < kEach; ++n) {
          store_->CommitAsync(
              [t, n](Writer& writer) { return writer.PutRecord(RowOf(t * 1000 + n)).status(); },
              [&, t, n](absl::Status status) {
                EXPECT_TRUE(status.ok()) << Message(status);
                MutexLock lock(mutex);
                done[t].push_back(n);
                all.count_down();
              });
        }
      });
    }
  }
  all.wait();
  std::vector<std::uint32_t> want(kEach);
  for (std::uint32_t n = 0; n < kEach; ++n) want[n] = n;
  for (std::uint32_t t = 0; t < kThreads; ++t) {
    MutexLock lock(mutex);
    EXPECT_EQ(done[t], want);
  }
  EXPECT_EQ(Newest(), kThreads * kEach);
  // The feed keeps each thread's order too.
  std::vector<std::uint32_t> next(kThreads, 0);
  for (const EntryRow& entry : Feed()) {
    const std::uint32_t n = ByteReader(entry.id.view()).U32();
    EXPECT_EQ(n % 1000, next[n / 1000]++);
  }
}

TEST_P(StoreCommitTest, WorkThatFailsIsRolledBackAlone) {
  std::latch go(1), all(3);
  Occupy(go);  // so that the three share a transaction
  std::vector<absl::StatusCode> codes(3);
  for (std::uint32_t n = 0; n < 3; ++n) {
    store_->CommitAsync(
        [n](Writer& writer) {
          RETURN_IF_ERROR(writer.PutRecord(RowOf(n)).status());
          return n == 1 ? InvalidArgument("no") : absl::OkStatus();
        },
        [&, n](absl::Status status) {
          codes[n] = status.code();
          all.count_down();
        });
  }
  go.count_down();
  all.wait();
  using Code = absl::StatusCode;
  EXPECT_EQ(codes, (std::vector<Code>{Code::kOk, Code::kInvalidArgument, Code::kOk}));
  EXPECT_TRUE(Find(IdOf(0)));
  EXPECT_FALSE(Find(IdOf(1)));
  EXPECT_TRUE(Revisions(IdOf(1)).empty());
  EXPECT_TRUE(Find(IdOf(2)));
}

TEST_P(StoreCommitTest, WorkSeesWhatItWrote) {
  Write([](Writer& writer) {
    EXPECT_OK(writer.PutRecord(RowOf(1)).status());
    EXPECT_TRUE((*writer.FindRecord(IdOf(1))).has_value());
    EXPECT_EQ(*writer.Newest(), 1);
  });
}

TEST_P(StoreCommitTest, SnapshotStaysWhileWritesGoOn) {
  Put(RowOf(1));
  EXPECT_OK(store_->Read([&](const Reader& reader) {
    EXPECT_EQ(*reader.Newest(), 1);
    // The writer is not held up by the open snapshot, nor seen in it.
    EXPECT_EQ(Put(RowOf(2)), 2);
    EXPECT_EQ(Put(RowOf(1, 2)), 3);
    EXPECT_EQ(*reader.Newest(), 1);
    EXPECT_FALSE((*reader.FindRecord(IdOf(2))).has_value());
    EXPECT_EQ((*reader.FindRecord(IdOf(1)))->revision, 1U);
    EXPECT_EQ(reader.Entries(0, 9, 9)->size(), 1U);
    return absl::OkStatus();
  }));
  EXPECT_EQ(Find(IdOf(1))->revision, 2U);
}

TEST_P(StoreCommitTest, ReadersDoNotWaitForTheWriter) {
  Put(RowOf(1));
  std::latch wrote(1), go(1), done(1);
  store_->CommitAsync(
      [&](Writer& writer) {
        RETURN_IF_ERROR(writer.PutRecord(RowOf(2)).status());
        wrote.count_down();
        go.wait();
        return absl::OkStatus();
      },
      [&](absl::Status status) {
        EXPECT_OK(status);
        done.count_down();
      });
  wrote.wait();
  EXPECT_TRUE(Find(IdOf(1)));
  EXPECT_FALSE(Find(IdOf(2)));
  go.count_down();
  done.wait();
  EXPECT_TRUE(Find(IdOf(2)));
}

TEST_P(StoreCommitTest, MoreReadersThanConnectionsAllGetTheirTurn) {
  Put(RowOf(1));
  std::atomic<int> seen = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 24; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) seen += Find(IdOf(1)).has_value() ? 1 : 0;
      });
    }
    for (std::uint32_t n = 2; n < 50; ++n) Put(RowOf(n));
  }
  EXPECT_EQ(seen, 24 * 20);
}

TEST_P(StoreCommitTest, ErrorOfAQueryIsTheReadsAnswer) {
  const absl::Status status = store_->Read([](const Reader&) { return NotFound("mine"); });
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Message(status), "mine");
}

TEST_P(StoreCommitTest, ListenerHearsOfCommitsThatMadeEntries) {
  std::vector<Offset> heard;
  store_->OnNewEntries([&](Offset newest) { heard.push_back(newest); });
  Put(RowOf(1));
  Write([](Writer& writer) { EXPECT_OK(writer.PutCursor({.link = "hub"})); });
  EXPECT_FALSE(store_
                   ->Commit([](Writer& writer) {
                     EXPECT_OK(writer.PutRecord(RowOf(5)).status());
                     return InvalidArgument("no");
                   })
                   .ok());
  Put(RowOf(2));
  store_.reset();  // the listener runs after the answer: wait for the last
  EXPECT_EQ(heard, (std::vector<Offset>{1, 2}));
}

TEST_P(StoreCommitTest, FullQueueIsAnAnswer) {
  Place place = Here();
  place.queue_max = 2;
  Open(place);
  std::latch go(1), two(2);
  Occupy(go);
  std::atomic<int> done = 0;
  const auto nothing = [](Writer&) { return absl::OkStatus(); };
  for (int n = 0; n < 2; ++n) {
    store_->CommitAsync(nothing, [&](absl::Status status) {
      EXPECT_OK(status);
      ++done;
      two.count_down();
    });
  }
  const absl::Status refused = store_->Commit(nothing);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(refused), "2 works wait for the store already: try again");
  EXPECT_EQ(done, 0);
  go.count_down();
  two.wait();
  EXPECT_OK(store_->Commit(nothing));
}

TEST_P(StoreCommitTest, ClosingCarriesOutWhatIsQueued) {
  std::atomic<int> done = 0;
  for (std::uint32_t n = 0; n < 100; ++n) {
    store_->CommitAsync([n](Writer& writer) { return writer.PutRecord(RowOf(n)).status(); },
                        [&](absl::Status status) {
                          EXPECT_OK(status);
                          ++done;
                        });
  }
  store_.reset();
  EXPECT_EQ(done, 100);
  Open();
  EXPECT_EQ(Newest(), 100);
}

TEST_P(StoreCommitTest, WorkQueuedWhileClosingIsAnsweredOnce) {
  std::latch go(1);
  std::atomic<int> first = 0, second = 0;
  Occupy(go);
  Store* store = store_.get();
  store_->CommitAsync([](Writer&) { return absl::OkStatus(); },
                      [&, store](absl::Status status) {
                        EXPECT_OK(status);
                        ++first;
                        store->CommitAsync([](Writer&) { return absl::OkStatus(); },
                                           [&](absl::Status) { ++second; });
                      });
  std::jthread closer([&] { store_.reset(); });
  go.count_down();
  closer.join();
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
}

TEST_P(StoreCommitTest, RestartKeepsWhatWasCommitted) {
  Put(RowOf(1));
  Write([](Writer& w) { EXPECT_OK(w.PutCursor({.link = "hub", .cursor = "c"})); });
  const Bytes epoch = store_->epoch();
  EXPECT_EQ(epoch.size(), 16U);
  Open();
  EXPECT_EQ(store_->epoch(), epoch);
  EXPECT_EQ(Find(IdOf(1))->stored, "stored 1.1");
  EXPECT_EQ(Ask([](const Reader& reader) { return reader.FindCursor("hub"); })->cursor, "c");
}

TEST_P(StoreCommitTest, EpochsOfTwoStoresDiffer) {
  const testing_support::TempFolder folder;
  const auto other = GetParam().open({.folder = folder.path()});
  ASSERT_TRUE(other.ok());
  EXPECT_NE((*other)->epoch(), store_->epoch());
}

INSTANTIATE_TEST_SUITE_P(Every, StoreCommitTest, testing::ValuesIn(Backends()), BackendName);

}  // namespace
}  // namespace renkei::store
