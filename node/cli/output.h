// What the command line prints: errors, aligned tables, wrapped text.
//
// Everything that may come from another team passes through Safe(): a control character in a title
// must not drive the reader's terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/base/json.h"
#include "node/base/problem.h"
#include "node/base/status.h"
#include "node/cli/command.h"

namespace renkei::cli {

inline constexpr std::size_t kScreenWidth = 80;

// `renkei: TEXT`, then `hint: HINT` if there is one.
void PrintError(Context& context, std::string_view text, std::string_view hint = "");
// As PrintError with what was being done in front; answers kFailed.
int Fail(Context& context, std::string_view doing, const absl::Status& status,
         std::string_view hint = "");
void PrintProblems(Context& context, const Problems& problems);

// `text` for a terminal: one line, no control characters, bounded.
std::string Safe(std::string_view text);
// A text of the answer, safe; empty if absent.  Numbers and booleans in words.
std::string Field(const Json& json, std::string_view key);
// Items of a list, safe, with `between`; `-` if there is none.
std::string Words(const Json& list, std::string_view between = " ");

// Columns that `text` takes on a terminal: East Asian wide characters take two.
std::size_t DisplayWidth(std::string_view text);
// Lines of at most `width` columns, broken at spaces where there are any.
std::vector<std::string> Wrap(std::string_view text, std::size_t width);

// Aligned columns; the last one wraps within kScreenWidth.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}
  // Cells must be Safe(); as many as heads.
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  // With a headline unless all heads are empty.
  std::string ToText(std::size_t indent = 0) const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_{};
};

}  // namespace renkei::cli
