// A mistake in a file that an operator wrote.  Loaders return all of them at once.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

namespace renkei {

struct Problem {
  std::string file{};
  int line = 0;    // from 1; 0: the whole file
  int column = 0;  // from 1, in bytes; 0: the whole line
  std::string message{};
  std::string hint{};  // what to do; may be empty

  bool operator==(const Problem&) const = default;
};

// `file:line:column: message`, then ` (hint)`.
inline std::string ToString(const Problem& problem) {
  std::string place = problem.file;
  if (problem.line > 0) place += fmt::format(":{}", problem.line);
  if (problem.column > 0) place += fmt::format(":{}", problem.column);
  const std::string hint = problem.hint.empty() ? "" : fmt::format(" ({})", problem.hint);
  return fmt::format("{}: {}{}", place, problem.message, hint);
}

using Problems = std::vector<Problem>;

}  // namespace renkei
