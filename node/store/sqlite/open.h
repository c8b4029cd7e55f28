// Opens (or makes) a store in one SQLite file: the default backend of store.h.
//
// Files: `path`, `path`-wal and `path`-shm (SQLite's), and `path`.lock, which is held while the
// store is open so that no second process can be the same node.  All with mode 0600.
//
// Deleted content is overwritten (secure_delete), and is gone from the write-ahead log as well once
// the log was emptied: at once, or at the first commit kScrubEvery after the last time.
#pragma once

#include <memory>
#include <string>

#include "node/base/clock.h"
#include "node/store/store.h"

namespace renkei::store {

struct SqliteOptions {
  std::string path{};
  // Whose rows are read and written; may be empty.  Objects and policies belong to no community.
  std::string community{};
  std::int64_t free_bytes_min = 0;  // nothing is written while the disk has less
  std::size_t queue_max = 4096;     // works waiting for the store thread
  const Clock* clock = nullptr;     // outlives the store; null: the system's
};

// FAILED_PRECONDITION (in use by another process, made by a newer version, no store file, no
// permission): nothing was changed.  DATA_LOSS: the file is damaged.  The destructor carries out
// all work that is still queued.
absl::StatusOr<std::unique_ptr<Store>> OpenSqlite(const SqliteOptions& options);

// A store that is only looked into, by a command beside the running node or without one.  Confined
// to one thread.
class StoreView {
 public:
  virtual ~StoreView() = default;
  // The community whose rows are read.
  virtual const std::string& community() const = 0;
  // Runs `query` over one snapshot.
  virtual absl::Status Read(const Store::Query& query) const = 0;
};

// Takes no lock and writes no row.  Errors as OpenSqlite, and FAILED_PRECONDITION if the store was
// made by an older version and not opened by its node since.
absl::StatusOr<std::unique_ptr<StoreView>> ViewSqlite(const std::string& path);

}  // namespace renkei::store
