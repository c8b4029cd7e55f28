#include "node/formats/list_columns.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/base/encoding.h"
#include "node/formats/csv_reader.h"
#include "node/formats/iodef_tree.h"
#include "node/formats/value_type.h"

namespace renkei::formats {
namespace {

struct KnownColumn {
  std::string_view name{};
  std::string_view role{};
};
// In lower case with `_` between.  Of a role that stands twice the first column counts.
constexpr std::array<KnownColumn, 36> kKnownColumns = {{{"value", "value"},
                                                        {"indicator", "value"},
                                                        {"indicator_value", "value"},
                                                        {"ioc", "value"},
                                                        {"ioc_value", "value"},
                                                        {"observable", "value"},
                                                        {"type", "type"},
                                                        {"ioc_type", "type"},
                                                        {"indicator_type", "type"},
                                                        {"comment", "comment"},
                                                        {"comments", "comment"},
                                                        {"description", "comment"},
                                                        {"note", "comment"},
                                                        {"notes", "comment"},
                                                        {"first_seen", "first_seen"},
                                                        {"firstseen", "first_seen"},
                                                        {"first_seen_utc", "first_seen"},
                                                        {"date", "first_seen"},
                                                        {"timestamp", "first_seen"},
                                                        {"last_seen", "last_seen"},
                                                        {"lastseen", "last_seen"},
                                                        {"last_seen_utc", "last_seen"},
                                                        {"valid_until", "valid_until"},
                                                        {"expiration", "valid_until"},
                                                        {"tag", "tags"},
                                                        {"tags", "tags"},
                                                        {"label", "tags"},
                                                        {"labels", "tags"},
                                                        {"confidence", "confidence"},
                                                        {"confidence_level", "confidence"},
                                                        {"tlp", "tlp"},
                                                        {"role", "role"},
                                                        {"actionable", "actionable"},
                                                        {"to_ids", "actionable"},
                                                        {"reference", "reference"},
                                                        {"link", "reference"}}};
constexpr std::string_view kDelimiters = ",;\t|";

std::string PlainName(std::string_view name) {
  std::string plain = AsciiLower(TrimmedText(name));
  if (plain.starts_with('#')) plain = AsciiLower(TrimmedText(std::string_view(plain).substr(1)));
  std::replace(plain.begin(), plain.end(), ' ', '_');
  std::replace(plain.begin(), plain.end(), '-', '_');
  return plain;
}

std::vector<std::string> CellsOf(std::string_view line, char delimiter) {
  std::vector<std::string> cells;
  CsvReader reader(line, delimiter);
  if (!reader.Next(cells).ok()) cells.clear();
  return cells;
}

ListColumn KnownColumnOf(const std::string& cell) {
  const std::string name = PlainName(cell);
  ListColumn column{.name = cell};
  const auto* found = std::find_if(kKnownColumns.begin(), kKnownColumns.end(),
                                   [&](const KnownColumn& row) { return row.name == name; });
  if (found != kKnownColumns.end()) {
    column.role = std::string(found->role);
    return column;
  }
  // A column of one type: `sha256`, `domain`, `ip`.
  const NamedType type = TypeFromAnyWord(name);
  if (type.type == v1::INDICATOR_TYPE_UNSPECIFIED || type.type == v1::INDICATOR_TYPE_TEXT ||
      type.type == v1::INDICATOR_TYPE_OTHER) {
    return column;
  }
  column.role = "value";
  column.type = type.type;
  column.by_value = type.by_value;
  return column;
}

// By well-known names; nothing unless a value and another column are among them.
std::optional<ListColumns> KnownColumns(std::string_view line, char delimiter) {
  ListColumns found{.has_header = true, .delimiter = delimiter};
  bool has_value = false;
  bool has_plain_value = false;
  for (const std::string& cell : CellsOf(line, delimiter)) {
    ListColumn column = KnownColumnOf(cell);
    const bool typed = column.type != v1::INDICATOR_TYPE_UNSPECIFIED;
    const bool twice =
        !column.role.empty() && !typed &&
        std::any_of(found.columns.begin(), found.columns.end(),
                    [&](const ListColumn& other) { return other.role == column.role; });
    if (twice) column.role.clear();
    has_value = has_value || column.role == "value";
    has_plain_value = has_plain_value || (column.role == "value" && !typed);
    found.columns.push_back(std::move(column));
  }
  // Where one column has all values, another that is named by a type says something else of them.
  for (ListColumn& column : found.columns) {
    if (has_plain_value && column.type != v1::INDICATOR_TYPE_UNSPECIFIED) column.role.clear();
  }
  if (!has_value) return std::nullopt;
  return found;
}

std::optional<ListColumns> MappedByHeader(const CsvMapping& mapping, std::string_view line,
                                          std::string& missing) {
  ListColumns found{.has_header = true, .delimiter = mapping.delimiter, .mapping = &mapping};
  for (const std::string& cell : CellsOf(line, mapping.delimiter)) {
    found.columns.push_back({.name = std::string(TrimmedText(cell))});
  }
  for (const auto& [role, name] : mapping.header) {
    const auto column =
        std::find_if(found.columns.begin(), found.columns.end(),
                     [&name = name](const ListColumn& one) { return one.name == name; });
    if (column == found.columns.end()) {
      missing = name;
      return std::nullopt;
    }
    column->role = role;
  }
  return found;
}

ListColumns MappedByPlace(const CsvMapping& mapping) {
  ListColumns found{.delimiter = mapping.delimiter, .mapping = &mapping};
  for (std::size_t i = 0; i < mapping.columns.size(); ++i) {
    found.columns.push_back({.role = mapping.columns[i], .name = fmt::format("column {}", i + 1)});
  }
  return found;
}

absl::StatusOr<std::optional<ListColumns>> MappedAsWanted(std::string_view line,
                                                          std::span<const CsvMapping> mappings,
                                                          std::string_view wanted) {
  std::vector<std::string> names;
  for (const CsvMapping& mapping : mappings) {
    names.push_back(mapping.name);
    if (mapping.name != wanted) continue;
    if (mapping.header.empty()) return MappedByPlace(mapping);
    std::string missing;
    auto found = MappedByHeader(mapping, line, missing);
    if (found) return found;
    return InvalidArgument(
        fmt::format("line 1: the mapping `{}` names a column `{}` that is not in the header line",
                    wanted, Printable(missing, 80)));
  }
  const std::string nearest = NearestWord(wanted, names);
  return NotFound(fmt::format("there is no mapping `{}` in node.toml ({})", Printable(wanted, 40),
                              nearest.empty() ? std::string("`[import.csv.NAME]`")
                                              : fmt::format("did you mean `{}`?", nearest)));
}

}  // namespace

absl::StatusOr<std::optional<ListColumns>> ColumnsOf(std::string_view first_line,
                                                     std::span<const CsvMapping> mappings,
                                                     std::string_view wanted) {
  if (!wanted.empty()) return MappedAsWanted(first_line, mappings, wanted);
  std::optional<ListColumns> best;
  for (const CsvMapping& mapping : mappings) {
    if (mapping.header.empty()) continue;
    std::string missing;
    auto found = MappedByHeader(mapping, first_line, missing);
    if (found && (!best || mapping.header.size() > best->mapping->header.size())) best = found;
  }
  if (best) return best;
  for (const char delimiter : kDelimiters) {
    auto found = KnownColumns(first_line, delimiter);
    const bool more = found && (!best || found->columns.size() > best->columns.size());
    if (more) best = std::move(found);
  }
  return best;
}

}  // namespace renkei::formats
