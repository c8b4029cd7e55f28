// The rows of a table of indicators.
#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "node/base/encoding.h"
#include "node/formats/csv_reader.h"
#include "node/formats/iodef_tree.h"
#include "node/formats/iodef_words.h"
#include "node/formats/list_maker.h"
#include "node/formats/message_json.h"
#include "node/formats/time_text.h"
#include "node/record/indicator_value.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr int kListLabelsMax = 50;  // of a value

// What ExportCsv put in front of a cell, so that no spreadsheet runs it.
std::string_view WithoutGuard(std::string_view cell) {
  if (cell.size() < 2 || cell.front() != '\'') return cell;
  return std::string_view("=+-@\t\r").find(cell[1]) == std::string_view::npos ? cell
                                                                              : cell.substr(1);
}

std::vector<std::string> TagsIn(std::string_view cell) {
  std::string_view between = ";";
  if (cell.find(';') == std::string_view::npos) {
    between = cell.starts_with('#') ? " ,|" : cell.find('=') == std::string_view::npos ? ",|" : "";
  }
  std::vector<std::string> tags;
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.find_first_of(between), cell.size());
    std::string_view tag = TrimmedText(cell.substr(0, end));
    if (tag.starts_with('#')) tag.remove_prefix(1);
    if (!tag.empty()) tags.emplace_back(tag);
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  return tags;
}

class TableReader {
 public:
  TableReader(ListMaker& maker, const ListColumns& columns) : maker_(maker), columns_(columns) {
    if (const CsvMapping* mapping = columns.mapping) {
      tlp_ = mapping->tlp.value_or(policy::Tlp::kUnspecified);
      if (!mapping->title.empty()) {
        maker.made().draft.sections.mutable_summary()->add_title()->set_value(mapping->title);
      }
    }
  }

  absl::Status Read(BytesView text, std::size_t first_line) {
    CsvReader reader(text, columns_.delimiter, first_line);
    std::vector<std::string> cells;
    bool is_header = columns_.has_header;
    while (maker_.status().ok()) {
      ASSIGN_OR_RETURN(const bool more, reader.Next(cells));
      if (!more) break;
      if (std::exchange(is_header, false)) continue;
      if (cells.front().starts_with('#')) {
        maker_.made().report.NotKeptByDesign(fmt::format("line[{}]", reader.line()),
                                             "a line of comment");
        continue;
      }
      if (cells.size() != columns_.columns.size()) {
        return InvalidArgument(fmt::format("line {}: {} cells where {} are expected", reader.line(),
                                           cells.size(), columns_.columns.size()));
      }
      ReadRow(cells, reader.line());
    }
    maker_.made().draft.header.tlp = tlp_;
    return absl::OkStatus();
  }

 private:
  void ReadRow(const std::vector<std::string>& cells, std::size_t line) {
    ListRow row{.place = fmt::format("line[{}]", line)};
    row.base.set_actionable(true);
    if (const CsvMapping* mapping = columns_.mapping) {
      if (mapping->confidence) row.base.set_confidence(*mapping->confidence);
      for (const std::string& tag : mapping->tags) row.base.add_labels(tag);
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string_view cell = TrimmedText(WithoutGuard(cells[i]));
      const ListColumn& column = columns_.columns[i];
      if (cell.empty() || column.role == "value") continue;
      ReadFact(column, cell, row);
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string_view cell = TrimmedText(WithoutGuard(cells[i]));
      if (!cell.empty() && columns_.columns[i].role == "value") {
        ReadValue(columns_.columns[i], cell, row);
      }
    }
  }

  std::string PlaceOf(const ListColumn& column, const ListRow& row) const {
    return fmt::format("{}.{}", row.place, Printable(column.name, 40));
  }

  void ReadFact(const ListColumn& column, std::string_view cell, ListRow& row) {
    const std::string& role = column.role;
    if (role.empty()) {
      maker_.made().report.NotKept(PlaceOf(column, row),
                                   "a column that nobody says the meaning of");
    } else if (role == "type") {
      row.type_word = std::string(cell);
    } else if (role == "comment") {
      row.base.mutable_comment()->set_value(std::string(CutUtf8(cell, record::kTextBytesMax)));
    } else if (role == "tags") {
      AddTags(column, cell, row);
    } else if (role == "confidence") {
      ReadConfidence(column, cell, row);
    } else if (role == "tlp") {
      ReadTlp(column, cell, row);
    } else if (role == "actionable") {
      const std::string word = AsciiLower(cell);
      row.base.set_actionable(word == "1" || word == "true" || word == "yes");
    } else if (role == "role") {
      const auto* value = EnumFromWord(*v1::Role_descriptor(), AsciiLower(cell));
      if (value != nullptr) row.base.set_role(static_cast<v1::Role>(value->number()));
      if (value == nullptr) maker_.made().report.NotKept(PlaceOf(column, row), "no role");
    } else if (role == "reference") {
      if (!references_.insert(std::string(cell)).second) return;
      maker_.made().draft.sections.mutable_references()->add_references()->set_url(
          std::string(CutUtf8(cell, record::kTextBytesMax)));
    } else {
      ReadTime(column, cell, row);
    }
  }

  void AddTags(const ListColumn& column, std::string_view cell, ListRow& row) {
    for (std::string& tag : TagsIn(cell)) {
      if (tag.size() > kMispNameBytesMax || row.base.labels_size() >= kListLabelsMax) {
        maker_.made().report.NotKept(PlaceOf(column, row),
                                     fmt::format("a tag of more than {} bytes, or more than {}",
                                                 kMispNameBytesMax, kListLabelsMax));
        continue;
      }
      row.base.add_labels(std::move(tag));
    }
  }

  void ReadConfidence(const ListColumn& column, std::string_view cell, ListRow& row) {
    const std::string word = AsciiLower(cell);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error == std::errc() && end == word.data() + word.size() && value <= 100) {
      row.base.set_confidence(value);
    } else if (word == "low" || word == "medium" || word == "high") {
      row.base.set_confidence(word == "low" ? 15 : word == "medium" ? 50 : 85);
    } else {
      maker_.made().report.NotKept(PlaceOf(column, row), "no number from 0 to 100");
    }
  }

  // The strictest of all rows.
  void ReadTlp(const ListColumn& column, std::string_view cell, ListRow& row) {
    std::string word = AsciiLower(cell);
    if (word.starts_with("tlp:")) word.erase(0, 4);
    if (word == "white") word = "clear";
    const auto tlp = policy::TlpFromWord(word);
    if (!tlp) {
      maker_.made().report.NotKept(PlaceOf(column, row), "no TLP word: taken as red");
    }
    tlp_ = std::max(tlp_, tlp.value_or(policy::Tlp::kRed));
  }

  void ReadTime(const ListColumn& column, std::string_view cell, ListRow& row) {
    std::string text(cell);
    // `2026-03-01 02:56:02` says no offset: UTC.
    if (text.size() >= 19 && text[10] == ' ') text[10] = 'T';
    if (text.size() > 10 && text.find_first_of("Zz+", 10) == std::string::npos &&
        text.find('-', 10) == std::string::npos) {
      text += 'Z';
    }
    std::optional<std::int64_t> micros = MicrosFromText(text);
    if (!micros) micros = MicrosFromSeconds(cell);
    if (!micros || *micros <= 0) {
      maker_.made().report.NotKept(PlaceOf(column, row), "no time such as `2026-11-22T01:36:17Z`");
    } else if (column.role == "first_seen") {
      row.base.set_first_seen_us(*micros);
    } else if (column.role == "last_seen") {
      row.base.set_last_seen_us(*micros);
    } else {
      row.base.set_valid_until_us(*micros);
    }
  }

  static std::optional<std::int64_t> MicrosFromSeconds(std::string_view cell) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), seconds);
    const bool whole = error == std::errc() && end == cell.data() + cell.size();
    constexpr std::int64_t kLatest = 253'402'300'799;
    if (!whole || seconds < 0 || seconds > kLatest) return std::nullopt;
    return seconds * 1'000'000;
  }

  NamedType TypeOf(const ListColumn& column, const ListRow& row) const {
    if (column.type != v1::INDICATOR_TYPE_UNSPECIFIED) return {column.type, column.by_value};
    if (columns_.mapping != nullptr) {
      const auto found = columns_.mapping->types.find(row.type_word);
      if (found != columns_.mapping->types.end()) return TypeFromAnyWord(found->second);
    }
    return TypeFromAnyWord(row.type_word);
  }

  void ReadValue(const ListColumn& column, std::string_view cell, ListRow row) {
    const NamedType named = TypeOf(column, row);
    const bool said = named.type != v1::INDICATOR_TYPE_UNSPECIFIED;
    if (said && !named.by_value) {
      auto value = record::CanonicalValue(named.type, cell);
      if (value) return maker_.Add(row, {.type = named.type, .value = *std::move(value)});
    }
    auto found = RecogniseValue(cell);
    if (found) {
      if (said && !named.by_value) {
        maker_.made().report.Note(fmt::format("{}: a value that is no {} is typed by its form",
                                              row.place, IndicatorWord(named.type)));
      }
      return maker_.Add(row, *std::move(found));
    }
    if (row.type_word.empty()) return maker_.Unknown(row.place, cell);
    // It has a type, though of a kind that we do not know.
    row.base.set_source_type(std::string(CutUtf8(row.type_word, kMispNameBytesMax)));
    row.base.set_actionable(false);
    maker_.Add(row, {.type = v1::INDICATOR_TYPE_OTHER, .value = std::string(cell)});
  }

  ListMaker& maker_;
  const ListColumns& columns_;
  policy::Tlp tlp_ = policy::Tlp::kUnspecified;
  std::set<std::string> references_{};
};

}  // namespace

absl::Status ReadTable(ListMaker& maker, const ListColumns& columns, BytesView table,
                       std::size_t first_line) {
  return TableReader(maker, columns).Read(table, first_line);
}

}  // namespace renkei::formats
