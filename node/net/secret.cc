#include "node/net/secret.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <sys/stat.h>

#include "node/base/file.h"

namespace renkei::net {
namespace {

constexpr unsigned kSecretOthersMay = 0077;

absl::Status CheckSecretMode(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    const int error = errno;
    const std::string text =
        fmt::format("open `{}`: {}", path, std::generic_category().message(error));
    return error == ENOENT ? NotFound(text) : Unavailable(text);
  }
  if ((info.st_mode & kSecretOthersMay) == 0) return absl::OkStatus();
  return FailedPrecondition(
      fmt::format("`{}` can be read by others (mode {:04o}): run `chmod 600 {}`", path,
                  info.st_mode & 07777, path));
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

absl::StatusOr<Secret> ReadSecretFile(const std::string& path) {
  RETURN_IF_ERROR(CheckSecretMode(path));
  ASSIGN_OR_RETURN(Bytes text, ReadFile(path, kSecretBytesMax));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return InvalidArgument(fmt::format("`{}` is empty", path));
  if (std::any_of(text.begin(), text.end(), IsControl)) {
    return InvalidArgument(
        fmt::format("`{}` must hold one line, without control characters", path));
  }
  return Secret(std::move(text));
}

}  // namespace renkei::net
