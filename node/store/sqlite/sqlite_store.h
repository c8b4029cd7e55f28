// The SQLite backend: one store thread that writes in groups, and a pool of readers.
#pragma once

#include <atomic>
#include <thread>

#include "node/base/bounded_queue.h"
#include "node/base/mutex.h"
#include "node/store/indicators.h"
#include "node/store/shown.h"
#include "node/store/sqlite/file_lock.h"
#include "node/store/sqlite/open.h"
#include "node/store/sqlite/reader_pool.h"
#include "node/store/sqlite/writer.h"

namespace renkei::store {

// Works in one transaction.
inline constexpr std::size_t kGroupMax = 512;
// How often at most the write-ahead log is emptied because content was deleted.
inline constexpr std::chrono::seconds kScrubEvery{10};

class SqliteStore : public Store, public ShownStore, public IndicatorStore {
 public:
  // What Open found and made.
  struct Parts {
    std::unique_ptr<FileLock> lock{};
    std::unique_ptr<Connection> connection{};
    std::int64_t community = 0;
    Bytes epoch{};
    bool index_due = false;  // records may be missing in the index
  };

  SqliteStore(const SqliteOptions& options, Parts parts);
  // Carries out what is queued.
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  void CommitAsync(Work work, Done done) override;
  absl::Status Commit(Work work) override;
  absl::Status Read(const Query& query) const override;
  void OnNewEntries(std::function<void(Offset newest)> listener) override;
  const Bytes& epoch() const override { return parts_.epoch; }

  absl::Status ReadShown(
      const std::function<absl::Status(const Reader&, const ShownReader&)>& query) const override;
  absl::Status CommitShown(std::function<absl::Status(Writer&, ShownWriter&)> work) override;
  std::uint64_t changes() const override { return changes_; }

  absl::Status ReadIndicators(
      const std::function<absl::Status(const Reader&, const IndicatorReader&)>& query)
      const override;
  std::uint64_t verdict_changes() const override { return verdict_changes_; }

 private:
  struct Job {
    Work work{};
    Done done{};
    absl::Status status{};
  };
  using Group = std::vector<std::unique_ptr<Job>>;

  // Runs `query` within one snapshot.
  absl::Status ReadOn(const std::function<absl::Status(Connection&)>& query) const;
  void Run();
  void TellOf(Offset newest);
  // All works of the group in one transaction; `status` of each says how it went.
  Effects CommitGroup(Group& group);
  absl::Status CheckReserve() const;
  // The only work of its transaction: no savepoint, which costs copies of the pages it changes.
  absl::Status RunAlone(Job& job, Effects& effects);
  // One work of many, rolled back alone if it fails.  An error: the whole transaction is lost.
  absl::Status RunJob(Job& job, Effects& effects);
  absl::Status EndTransaction();
  // `status` becomes that of every job that has no error of its own.
  static void TellFailure(Group& group, const absl::Status& status);
  // Queues the next step by which records of an older store come into the index, if there is one.
  void IndexMore();
  // Empties the write-ahead log if it may hold deleted content and it is time.
  void Scrub();

  const SqliteOptions options_;
  const SystemClock system_clock_;
  const Clock& clock_;
  Parts parts_;  // the connection is confined to the store thread once that runs
  mutable ReaderPool readers_;
  Mutex listener_mutex_;
  std::shared_ptr<const std::function<void(Offset)>> listener_ RENKEI_GUARDED_BY(listener_mutex_);
  std::atomic<bool> index_due_;             // records may be missing in the index
  std::atomic<bool> index_queued_ = false;  // a step waits to be carried out
  std::atomic<bool> index_stuck_ = false;   // the last one failed
  bool scrub_due_ = false;                  // of the store thread
  Timestamp scrubbed_{};                    // likewise
  std::atomic<bool> closing_ = false;
  std::atomic<std::uint64_t> changes_ = 0;
  std::atomic<std::uint64_t> verdict_changes_ = 0;
  BoundedQueue<Job*> jobs_;  // owns what it holds
  std::jthread thread_;      // last: runs on all of the above
};

}  // namespace renkei::store
