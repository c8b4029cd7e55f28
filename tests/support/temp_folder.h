// A folder that is gone, with all in it, when the test ends.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <stdlib.h>

namespace renkei::testing_support {

class TempFolder {
 public:
  TempFolder() {
    // Short: the path of a Unix socket ends at 107 characters.
    char name[] = "/tmp/rnk-XXXXXX";
    if (mkdtemp(name) == nullptr) std::abort();
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace renkei::testing_support
