// Files that the tests of node/formats read: our samples, and real events where ../shared is there.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace renkei::formats {

inline std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline std::vector<std::filesystem::path> JsonFilesIn(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline std::vector<std::filesystem::path> OwnMispSamples() {
  return JsonFilesIn(std::filesystem::path(RENKEI_SAMPLES) / "misp");
}

// Empty, and said so, if there is no ../shared.
inline std::vector<std::filesystem::path> RealStixBundles() {
  const char* shared = std::getenv("RENKEI_SHARED");
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"stix21-oasis-examples", "stix21-attack-slice", "misp-stix-mapping"}) {
    if (shared == nullptr) break;
    for (const auto& file : JsonFilesIn(std::filesystem::path(shared) / "data" / folder)) {
      const std::string name = file.filename().string();
      const bool is_table = name.ends_with("_summary.json") || name.starts_with("misp_") ||
                            name == "test_attributes_collection_1.json";  // the MISP half of a pair
      if (!is_table) files.push_back(file);
    }
  }
  if (files.empty()) std::cout << "no ../shared here: only our own samples are tested\n";
  return files;
}

// Empty, and said so, if there is no ../shared.
inline std::vector<std::filesystem::path> RealMispEvents() {
  const char* shared = std::getenv("RENKEI_SHARED");
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"misp-events-eset", "misp-feed-tweetfeed"}) {
    if (shared == nullptr) break;
    for (const auto& file : JsonFilesIn(std::filesystem::path(shared) / "data" / folder)) {
      if (file.filename() != "manifest.json") files.push_back(file);
    }
  }
  if (files.empty()) std::cout << "no ../shared here: only our own samples are tested\n";
  return files;
}

}  // namespace renkei::formats
