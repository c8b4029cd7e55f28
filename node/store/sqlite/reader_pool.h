// Read-only connections, made when first needed and lent to one call at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/base/mutex.h"
#include "node/store/sqlite/connection.h"

namespace renkei::store {

// Thread-safe.
class ReaderPool {
 public:
  static constexpr int kConnectionsMax = 8;

  explicit ReaderPool(std::string path) : path_(std::move(path)) {}

  // An idle connection, a new one, or, if all are lent, the next that comes back.
  absl::StatusOr<std::unique_ptr<Connection>> Borrow();
  // Null: the connection is broken and gone, its place is free.
  void Return(std::unique_ptr<Connection> connection);

 private:
  absl::StatusOr<std::unique_ptr<Connection>> Open() const;

  const std::string path_;
  Mutex mutex_;
  CondVar returned_;
  int open_ RENKEI_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<Connection>> idle_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::store
