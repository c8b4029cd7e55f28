// assets.toml: what belongs to the own team and must never leave it.
//
// Value type.  Reference: docs/anonymity.md.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/load_result.h"

namespace renkei::config {

inline constexpr std::size_t kAssetsBytesMax = 1024 * 1024;
inline constexpr std::size_t kAssetEntriesMax = 10'000;  // all lists together
inline constexpr std::size_t kAssetPatternsMax = 500;    // entries of hosts and users with * or ?
inline constexpr std::size_t kAssetEntryBytesMax = 253;
inline constexpr std::size_t kAssetDocumentsMax = 10'000;

// Every list holds the entries as written, in the order of the file.
struct Assets {
  std::vector<std::string> networks{};       // CIDRs or single addresses, IPv4 and IPv6
  std::vector<std::string> domains{};        // each with all below it
  std::vector<std::string> mail_domains{};   // each with all below it
  std::vector<std::string> organizations{};  // names of the organization, any language
  std::vector<std::string> products{};
  std::vector<std::string> sites{};
  std::vector<std::string> people{};
  std::vector<std::string> hosts{};      // glob patterns: `*` any run, `?` one character
  std::vector<std::string> users{};      // glob patterns
  std::vector<std::string> documents{};  // sha256 of files that only we have, lower case

  bool operator==(const Assets&) const = default;
};

// Reads the text of assets.toml; problems as LoadNodeConfig.
LoadResult<Assets> LoadAssets(std::string_view text, const std::string& file);

// The commented assets.toml that `init` writes: `org` as the only name, the rest as examples in
// comments.
std::string AssetsText(std::string_view org);

}  // namespace renkei::config
