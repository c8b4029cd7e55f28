#include "node/formats/csv_reader.h"

namespace renkei::formats {

absl::Status CsvReader::Wrong(std::size_t at, std::string_view what) const {
  return InvalidArgument(fmt::format("line {}, column {}: {}", line_, at - line_start_ + 1, what));
}

bool CsvReader::AtLineEnd() const {
  return at_ >= text_.size() || text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n");
}

void CsvReader::SkipLineEnd() {
  if (at_ >= text_.size()) return;
  at_ += text_[at_] == '\r' ? 2 : 1;
  ++line_;
  line_start_ = at_;
}

absl::StatusOr<bool> CsvReader::Next(std::vector<std::string>& cells) {
  cells.clear();
  while (at_ < text_.size() && AtLineEnd()) SkipLineEnd();
  if (at_ >= text_.size()) return false;
  row_line_ = line_;
  while (true) {
    if (cells.size() >= kCsvCellsMax) {
      return ResourceExhausted(
          fmt::format("line {}: more than {} cells in a row", line_, kCsvCellsMax));
    }
    RETURN_IF_ERROR(ReadCell(cells.emplace_back()));
    if (AtLineEnd()) break;
    ++at_;  // the delimiter
  }
  SkipLineEnd();
  return true;
}

absl::Status CsvReader::ReadCell(std::string& cell) {
  if (at_ >= text_.size() || text_[at_] != '"') {
    const std::size_t start = at_;
    while (!AtLineEnd() && text_[at_] != delimiter_) ++at_;
    cell = text_.substr(start, at_ - start);
    return absl::OkStatus();
  }
  absl::Status unended = Wrong(at_, "a quoted cell begins here and never ends");
  ++at_;
  while (true) {
    if (at_ >= text_.size()) return unended;
    const char c = text_[at_];
    if (c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      cell.push_back('"');
      at_ += 2;
      continue;
    }
    ++at_;
    if (c == '"') break;
    cell.push_back(c);
    if (c == '\n') {
      ++line_;
      line_start_ = at_;
    }
  }
  if (AtLineEnd() || text_[at_] == delimiter_) return absl::OkStatus();
  return Wrong(at_, "text behind the quote that ends a cell; a quote inside is doubled");
}

}  // namespace renkei::formats
