// The certificate that the admin gave the gateway: what it says, and whether its key fits.
//
// Errors: NOT_FOUND, INVALID_ARGUMENT (no PEM, or the two are no pair).  Stateless; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "node/base/clock.h"
#include "node/base/status.h"

namespace renkei::gateway {

inline constexpr std::size_t kPemFileBytesMax = 256 * 1024;

struct ServerCertificate {
  Timestamp not_before{};
  Timestamp not_after{};
  std::vector<std::string> names{};  // DNS names that it is for
  bool key_is_private = true;        // only the owner may read the key's file
};

// Reads both files.
absl::StatusOr<ServerCertificate> ReadServerCertificate(const std::string& certificate_file,
                                                        const std::string& key_file);

}  // namespace renkei::gateway
