// Where the local plane's socket is; for this folder alone.
#pragma once

#include <cstddef>
#include <string>

#include "node/base/status.h"

namespace renkei::exchange {

inline constexpr std::size_t kSocketPathMax = 107;

// Absolute.  INVALID_ARGUMENT if it is too long for a socket.
absl::StatusOr<std::string> SocketPath(const std::string& folder);
bool SomeoneListens(const std::string& path);

}  // namespace renkei::exchange
