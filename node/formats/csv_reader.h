// Tables of cells as RFC 4180 writes them: quotes around cells that hold delimiters, line ends or
// quotes, a quote in them doubled; lines end with LF or CRLF.
//
// Errors: INVALID_ARGUMENT with line and column (both from 1, the column in bytes) for what is no
// such table, RESOURCE_EXHAUSTED above kCsvCellsMax.  Reads row by row: memory is that of one row.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/status.h"

namespace renkei::formats {

inline constexpr std::size_t kCsvCellsMax = 200;  // of a row

class CsvReader {
 public:
  // `text` outlives the reader; without a byte order mark.  It begins at line `first_line` of its
  // file.
  CsvReader(std::string_view text, char delimiter, std::size_t first_line = 1)
      : text_(text), delimiter_(delimiter), line_(first_line) {}

  // The next row that is not an empty line; false at the end.
  absl::StatusOr<bool> Next(std::vector<std::string>& cells);
  // Of the row that Next gave last.
  std::size_t line() const { return row_line_; }

 private:
  absl::Status ReadCell(std::string& cell);
  absl::Status Wrong(std::size_t at, std::string_view what) const;
  bool AtLineEnd() const;
  void SkipLineEnd();

  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
  std::size_t row_line_ = 0;
};

}  // namespace renkei::formats
