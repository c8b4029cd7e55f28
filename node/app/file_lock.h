// A lock among all processes that work in one node's folder: the node, and commands that change the
// folder beside it.
//
// Advisory (flock), on a file of its own that stays; ends with the object, and with the process.
// Taking it waits.  UNAVAILABLE if the file can't be opened.
#pragma once

#include <string>

#include "node/base/status.h"

namespace renkei::app {

class FileLock {
 public:
  // Alone; makes the file if there is none.
  static absl::StatusOr<FileLock> Take(const std::string& path);
  // With others who only read.  NOT_FOUND if nobody ever took it: then nobody writes.
  static absl::StatusOr<FileLock> TakeShared(const std::string& path);

  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

// Run as root (`sudo renkei account add`), a file that was just made or replaced goes to who owns
// its folder: the node could not read it otherwise.  Anybody else's files are theirs already.
absl::Status GiveToFolderOwner(const std::string& path);

}  // namespace renkei::app
