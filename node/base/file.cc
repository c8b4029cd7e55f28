#include "node/base/file.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace renkei {
namespace {

absl::Status SystemError(std::string_view doing, const std::string& path, int error) {
  const std::string text =
      fmt::format("{} `{}`: {}", doing, path, std::generic_category().message(error));
  if (error == ENOENT) return NotFound(text);
  if (error == ENOSPC || error == EDQUOT) return ResourceExhausted(text);
  return Unavailable(text);
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

absl::Status WriteAll(int fd, const std::string& path, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (fsync(fd) != 0) return SystemError("sync", path, errno);
  return absl::OkStatus();
}

// Beside `path`, by a name that nobody could foresee and put something else there.
std::string TemporaryName(const std::string& path) {
  std::random_device random;
  return fmt::format("{}.{:08x}{:08x}.new", path, random(), random());
}

}  // namespace

absl::StatusOr<Bytes> ReadFile(const std::string& path, std::size_t max_bytes) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd() < 0) return SystemError("open", path, errno);
  struct stat info {};
  if (fstat(file.fd(), &info) != 0) return SystemError("open", path, errno);
  if (!S_ISREG(info.st_mode)) {
    return InvalidArgument(fmt::format("`{}` is not a regular file", path));
  }
  Bytes bytes;
  bytes.reserve(static_cast<std::size_t>(info.st_size) <= max_bytes
                    ? static_cast<std::size_t>(info.st_size)
                    : 0);
  const absl::Status too_large =
      InvalidArgument(fmt::format("`{}` is larger than the limit of {} bytes", path, max_bytes));
  if (static_cast<std::size_t>(info.st_size) > max_bytes) return too_large;
  char buffer[65536];
  while (true) {
    const ssize_t n = read(file.fd(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError("read", path, errno);
    if (n == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(n));
    if (bytes.size() > max_bytes) return too_large;
  }
}

absl::Status WriteFile(const std::string& path, BytesView bytes, FileMode mode) {
  const std::string temporary = TemporaryName(path);
  {
    const File file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                         static_cast<mode_t>(mode)));
    if (file.fd() < 0) return SystemError("create", temporary, errno);
    if (absl::Status written = WriteAll(file.fd(), path, bytes); !written.ok()) {
      unlink(temporary.c_str());
      return written;
    }
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return SystemError("write", path, error);
  }
  // The name must survive a power cut as well as the bytes.
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const File parent(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.fd() >= 0 && fsync(parent.fd()) != 0) return SystemError("sync", folder, errno);
  return absl::OkStatus();
}

absl::Status MakePrivateFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) return absl::OkStatus();
  const int error = errno;
  struct stat info {};
  if (error == EEXIST && stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return absl::OkStatus();
  }
  return SystemError("make folder", path, error);
}

std::string PathIn(const std::string& folder, const std::string& file) {
  return file.empty() || file.starts_with('/') ? file : folder + "/" + file;
}

}  // namespace renkei
