#include "node/cli/terminal.h"

#include <cstdlib>
#include <iostream>

#include <unistd.h>

namespace renkei::cli {

bool HasTerminal(const Context& context) {
  return &context.in == &std::cin && isatty(STDIN_FILENO) != 0;
}

bool TakesColour() {
  const char* none = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): nobody sets them
  const char* terminal = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  return (none == nullptr || *none == '\0') && terminal != nullptr &&
         std::string_view(terminal) != "dumb" && isatty(STDOUT_FILENO) != 0;
}

std::string AskLine(Context& context, std::string_view question) {
  context.out << std::flush;
  context.err << question << std::flush;
  std::string answer;
  std::getline(context.in, answer);
  return answer;
}

bool Agrees(Context& context, std::string_view question) {
  const std::string answer = AskLine(context, std::string(question) + " [y/N] ");
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace renkei::cli
