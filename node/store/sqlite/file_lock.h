// An exclusive lock on a file, held while the object lives and dropped by the kernel if the process
// dies.  The file stays: taking it away would let two processes lock two files of one name.
#pragma once

#include <memory>
#include <string>

#include "node/base/status.h"

namespace renkei::store {

class FileLock {
 public:
  // Null if someone else holds it.  FAILED_PRECONDITION if the file can't be opened or made.
  static absl::StatusOr<std::unique_ptr<FileLock>> Try(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace renkei::store
