// `[import]` of node.toml: what the columns of tables mean that others send.
//
// Value types; read apart from node_config.h, by who imports.  Errors are problems with their
// place.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load_result.h"

namespace renkei::config {

inline constexpr std::size_t kCsvMappingsMax = 50;
inline constexpr std::size_t kCsvColumnsMax = 200;
inline constexpr std::size_t kCsvWordBytesMax = 200;

// What a column may be; a test compares it with formats/csv_mapping.h.
inline constexpr std::string_view kCsvColumnRoles[] = {
    "value", "type",       "comment", "first_seen", "last_seen",  "valid_until",
    "tags",  "confidence", "tlp",     "role",       "actionable", "reference"};

// `[import.csv.NAME]`.
struct CsvImportConfig {
  std::string name{};
  std::string delimiter = ",";                  // `,` `;` `|` or a tab
  std::vector<std::string> columns{};           // roles by place; "" is not read
  std::map<std::string, std::string> header{};  // role -> name of its column
  std::map<std::string, std::string> types{};   // their word -> our word
  std::string tlp{};                            // a TLP word; empty: not said
  std::optional<int> confidence{};              // 0..100
  std::vector<std::string> tags{};
  std::string title{};

  bool operator==(const CsvImportConfig&) const = default;
};

struct ImportConfig {
  std::vector<CsvImportConfig> csv{};  // by name

  bool operator==(const ImportConfig&) const = default;
};

// Reads `[import]` of the text of node.toml; nothing else of it.
LoadResult<ImportConfig> LoadImportConfig(std::string_view text, const std::string& file);

}  // namespace renkei::config
