// One command line, run in this process: what it said and how it ended.
#pragma once

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "node/cli/cli.h"
#include "tests/support/fake_clock.h"

namespace renkei::cli {

struct Said {
  int status = 0;
  std::string out{};
  std::string err{};
};

// On the first day of 2030.
inline Said Say(std::vector<std::string> arguments, const std::string& input = "") {
  const testing_support::FakeClock clock(FromUnixSeconds(1'893'456'000));
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Context context{
      .arguments = std::move(arguments), .clock = clock, .in = in, .out = out, .err = err};
  const int status = RunCommandLine(context);
  return {status, out.str(), err.str()};
}

}  // namespace renkei::cli
