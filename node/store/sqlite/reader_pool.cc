#include "node/store/sqlite/reader_pool.h"

namespace renkei::store {
absl::StatusOr<std::unique_ptr<Connection>> ReaderPool::Borrow() {
  {
    MutexLock lock(mutex_);
    while (idle_.empty() && open_ >= kConnectionsMax) returned_.Wait(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++open_;
  }
  absl::StatusOr<std::unique_ptr<Connection>> opened = Open();
  if (!opened.ok()) Return(nullptr);
  return opened;
}

void ReaderPool::Return(std::unique_ptr<Connection> connection) {
  MutexLock lock(mutex_);
  if (connection != nullptr) {
    idle_.push_back(std::move(connection));
  } else {
    --open_;
  }
  returned_.NotifyOne();
}

absl::StatusOr<std::unique_ptr<Connection>> ReaderPool::Open() const {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Connection::Open(path_, OpenMode::kReadOnly));
  // Readers meet a lock only for the moment in which another connection recovers or empties the
  // write-ahead log.
  connection->SetBusyTimeout(kBusyMilliseconds);
  // 16 MiB of pages each; no mmap, in which a failing disk would end the process by SIGBUS.
  RETURN_IF_ERROR(
      connection->Execute("PRAGMA cache_size = -16384; PRAGMA query_only = ON;"
                          "PRAGMA cell_size_check = ON"));
  return connection;
}

}  // namespace renkei::store
