// Where tests find the shared data that is not part of the repository.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace renkei::testing_support {

// The folder `name` below ../shared, or nothing, said on stdout, where it is absent.
inline std::optional<std::string> SharedFolder(const std::string& name) {
  const char* root = std::getenv("RENKEI_SHARED");
  const std::string path = std::string(root != nullptr ? root : "../shared") + "/" + name;
  if (std::filesystem::is_directory(path)) return path;
  std::cout << "shared data absent: " << name << "; only our own samples are tested\n";
  return std::nullopt;
}

}  // namespace renkei::testing_support
