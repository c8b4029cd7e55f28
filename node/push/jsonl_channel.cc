#include "node/push/jsonl_channel.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/push/limits.h"

namespace renkei::push {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr std::size_t kBlockBytes = 64 * 1024;

}  // namespace

JsonlChannel::~JsonlChannel() { Close(); }

void JsonlChannel::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

absl::Status JsonlChannel::Error(std::string_view doing) const {
  const int error = errno;
  const std::string text =
      fmt::format("{} `{}`: {}", doing, path_, std::generic_category().message(error));
  const bool full = error == ENOSPC || error == EDQUOT;
  return full ? ResourceExhausted(text) : Unavailable(text);
}

bool JsonlChannel::IsStillOurs() const {
  struct stat open_file {};
  struct stat named {};
  return fd_ >= 0 && fstat(fd_, &open_file) == 0 && stat(path_.c_str(), &named) == 0 &&
         open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

absl::Status JsonlChannel::Open() {
  if (IsStillOurs()) return absl::OkStatus();
  Close();
  fd_ = open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, kFileMode);
  if (fd_ < 0) return Error("open");
  struct stat info {};
  if (fstat(fd_, &info) != 0) return Error("open");
  if (!S_ISREG(info.st_mode)) {
    Close();
    return FailedPrecondition(fmt::format("`{}` is not a regular file", path_));
  }
  absl::Status healed = TakeAwayHalfLine();
  if (!healed.ok()) Close();
  return healed;
}

absl::Status JsonlChannel::TakeAwayHalfLine() {
  const off_t size = lseek(fd_, 0, SEEK_END);
  if (size < 0) return Error("read");
  char block[kBlockBytes];
  off_t end = size;
  while (end > 0 && static_cast<std::size_t>(size - end) < kLineBytesMax) {
    const off_t from = std::max<off_t>(0, end - static_cast<off_t>(kBlockBytes));
    const auto wanted = static_cast<std::size_t>(end - from);
    const ssize_t n = pread(fd_, block, wanted, from);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 || static_cast<std::size_t>(n) != wanted) return Error("read");
    for (std::size_t i = wanted; i > 0; --i) {
      if (block[i - 1] != '\n') continue;
      const off_t keep = from + static_cast<off_t>(i);
      return keep == size || ftruncate(fd_, keep) == 0 ? absl::OkStatus() : Error("mend");
    }
    end = from;
  }
  if (end == 0) return size == 0 || ftruncate(fd_, 0) == 0 ? absl::OkStatus() : Error("mend");
  return FailedPrecondition(fmt::format(
      "`{}` ends with a line over {} bytes: it is no file of JSON lines", path_, kLineBytesMax));
}

absl::Status JsonlChannel::RotateFor(std::size_t bytes) {
  if (rotate_bytes_ == 0) return absl::OkStatus();
  const off_t size = lseek(fd_, 0, SEEK_END);
  if (size <= 0 || size + static_cast<off_t>(bytes) <= rotate_bytes_) return absl::OkStatus();
  const auto name = [&](int number) { return fmt::format("{}.{}", path_, number); };
  for (int number = keep_ - 1; number >= 1; --number) {
    if (rename(name(number).c_str(), name(number + 1).c_str()) != 0 && errno != ENOENT) {
      return Error("rotate");
    }
  }
  if (rename(path_.c_str(), name(1).c_str()) != 0) return Error("rotate");
  return Open();
}

absl::Status JsonlChannel::Append(const std::string& text) {
  const off_t before = lseek(fd_, 0, SEEK_END);
  if (before < 0) return Error("write");
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = write(fd_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      absl::Status failed = Error("write");
      // No half line for a reader to meet; if even that fails, the next Open mends it.
      if (ftruncate(fd_, before) != 0) Close();
      return failed;
    }
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return fsync(fd_) == 0 ? absl::OkStatus() : Error("sync");
}

Delivered JsonlChannel::Deliver(std::span<const Event> events) {
  std::string text;
  for (const Event& event : events) text += ToText(event.line) + "\n";
  absl::Status status = Open();
  if (status.ok()) status = RotateFor(text.size());
  if (status.ok()) status = Append(text);
  if (!status.ok()) return {.status = std::move(status)};
  return {.done = events.size()};
}

}  // namespace renkei::push
