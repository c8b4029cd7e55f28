// Files: bounded reads, atomic writes.
#pragma once

#include <string>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/status.h"

namespace renkei {

// The whole file.  NOT_FOUND if there is none, INVALID_ARGUMENT if it is larger than `max_bytes` or
// no regular file, UNAVAILABLE if it can't be read.
absl::StatusOr<Bytes> ReadFile(const std::string& path, std::size_t max_bytes);

enum class FileMode { kPublic = 0644, kSecret = 0600 };

// Writes a new file beside `path`, syncs it, and renames it over `path`: readers see the old bytes
// or the new, never half of each.
absl::Status WriteFile(const std::string& path, BytesView bytes, FileMode mode);

// Makes `path` (one level) with mode 0700.  OK if it is a folder already.
absl::Status MakePrivateFolder(const std::string& path);

// A file that a configuration names: as it stands, or within `folder` if it is no absolute path.
// Empty (none) stays empty.
std::string PathIn(const std::string& folder, const std::string& file);

}  // namespace renkei
