#include "node/store/sqlite/file_lock.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace renkei::store {

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Try(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return FailedPrecondition(
        fmt::format("open `{}`: {}", path, std::generic_category().message(errno)));
  }
  std::unique_ptr<FileLock> lock(new FileLock(fd));
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) return std::unique_ptr<FileLock>();
  return FailedPrecondition(
      fmt::format("lock `{}`: {}", path, std::generic_category().message(errno)));
}

FileLock::~FileLock() { close(fd_); }

}  // namespace renkei::store
