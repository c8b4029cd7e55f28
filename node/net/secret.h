// A credential of a remote service, read from a file that only its owner can read.
//
// Has no form for logs, messages or arguments of programs: Reveal() is for the line that puts it
// into a request.  Value type.
#pragma once

#include <cstddef>
#include <string>

#include "node/base/status.h"

namespace renkei::net {

inline constexpr std::size_t kSecretBytesMax = 4096;

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  bool empty() const { return text_.empty(); }
  const std::string& Reveal() const { return text_; }

 private:
  std::string text_{};
};

// The first and only line of `path`.  NOT_FOUND; FAILED_PRECONDITION if others may read the file;
// INVALID_ARGUMENT if it is empty, longer than kSecretBytesMax, has a second line or a control
// character.  No error holds what stands in it.
absl::StatusOr<Secret> ReadSecretFile(const std::string& path);

}  // namespace renkei::net
