#include "node/app/file_lock.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace renkei::app {
namespace {

absl::StatusOr<int> OpenAndLock(const std::string& path, int flags, int how) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 && errno == ENOENT) return NotFound(fmt::format("there is no `{}`", path));
  int locked = fd;
  while (locked >= 0 && flock(fd, how) != 0) {
    if (errno != EINTR) locked = -1;
  }
  if (locked >= 0) return fd;
  const absl::Status failed =
      Unavailable(fmt::format("lock `{}`: {}", path, std::generic_category().message(errno)));
  if (fd >= 0) close(fd);
  return failed;
}

}  // namespace

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  ASSIGN_OR_RETURN(const int fd, OpenAndLock(path, O_RDWR | O_CREAT, LOCK_EX));
  FileLock lock(fd);
  RETURN_IF_ERROR(GiveToFolderOwner(path));
  return lock;
}

absl::StatusOr<FileLock> FileLock::TakeShared(const std::string& path) {
  ASSIGN_OR_RETURN(const int fd, OpenAndLock(path, O_RDONLY, LOCK_SH));
  return FileLock(fd);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

absl::Status GiveToFolderOwner(const std::string& path) {
  if (geteuid() != 0) return absl::OkStatus();
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  struct stat owner {};
  if (stat(folder.c_str(), &owner) == 0 && lchown(path.c_str(), owner.st_uid, owner.st_gid) == 0) {
    return absl::OkStatus();
  }
  return Unavailable(fmt::format("give `{}` to the owner of its folder: {}", path,
                                 std::generic_category().message(errno)));
}

}  // namespace renkei::app
