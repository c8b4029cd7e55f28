// Which column of a table means what.  Private to node/formats.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/status.h"
#include "node/formats/csv_mapping.h"

namespace renkei::formats {

struct ListColumn {
  std::string role{};                                       // of kCsvRoles; empty: not read
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;  // of a value, where its column says so
  bool by_value = false;                                    // that type is a family's
  std::string name{};                                       // as the header line has it
};

struct ListColumns {
  std::vector<ListColumn> columns{};
  bool has_header = false;  // the first row is no data
  char delimiter = ',';
  const CsvMapping* mapping = nullptr;  // null: well-known names
};

// How the table that begins with `first_line` is read: by the mapping called `wanted`, else by the
// one whose columns are in the header line (of several the one that names most), else by well-known
// names; nothing if it is no table.  NOT_FOUND if nobody wrote `wanted`; INVALID_ARGUMENT if its
// columns are not there.
absl::StatusOr<std::optional<ListColumns>> ColumnsOf(std::string_view first_line,
                                                     std::span<const CsvMapping> mappings,
                                                     std::string_view wanted);

}  // namespace renkei::formats
