// WarningLists out of a folder.

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "node/base/file.h"
#include "node/formats/json_reader.h"
#include "node/formats/warning_lists.h"

namespace renkei::formats {

absl::StatusOr<WarningLists> WarningLists::Load(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> paths;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    const fs::path below = path / "list.json";
    std::error_code absent;
    if (fs::is_regular_file(path, absent) && path.extension() == ".json") {
      paths.push_back(path.string());
    } else if (fs::is_regular_file(below, absent)) {
      paths.push_back(below.string());
    }
    if (paths.size() > kWarningListsMax) break;  // Add says so
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return Unavailable(fmt::format("{}: {}", folder, error.message()));
  }
  std::sort(paths.begin(), paths.end());
  std::vector<WarningListFile> files;
  std::size_t bytes_read = 0;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(Bytes bytes, ReadFile(path, kImportBytesMax));
    bytes_read += bytes.size();
    if (bytes_read > kWarningBytesMax) {
      return ResourceExhausted(
          fmt::format("{}: the warning lists are larger than {} bytes", path, kWarningBytesMax));
    }
    files.push_back({path, std::move(bytes)});
  }
  return Make(files);
}

}  // namespace renkei::formats
