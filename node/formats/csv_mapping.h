// What the columns of somebody's table mean: `[import.csv.NAME]` of node.toml, or the well-known
// names of columns.  Value types.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/record/sections.h"
#include "policy/marking.h"

namespace renkei::formats {

// What a column may be to us.  docs/formats.md has the same list.
inline constexpr std::string_view kCsvRoles[] = {
    "value", "type",       "comment", "first_seen", "last_seen",  "valid_until",
    "tags",  "confidence", "tlp",     "role",       "actionable", "reference"};

struct CsvMapping {
  std::string name{};
  char delimiter = ',';
  // One of these: roles by place ("" is a column that is not read), for a file without header line,
  // or by the name of the column.
  std::vector<std::string> columns{};
  std::map<std::string, std::string> header{};  // role -> name of the column
  std::map<std::string, std::string> types{};   // their word -> our word
  std::optional<policy::Tlp> tlp{};
  std::optional<std::uint32_t> confidence{};
  std::vector<std::string> tags{};
  std::string title{};

  bool operator==(const CsvMapping&) const = default;
};

}  // namespace renkei::formats
