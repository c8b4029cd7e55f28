// `renkei-testing`: the same program with a clock that RENKEI_TEST_CLOCK_OFFSET moves (seconds),
// and faults on demand (node/app/testing/fault_env.cc).  Never shipped.

#include <cstdlib>

#include "node/cli/cli.h"

int main(int argc, char** argv) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
  const char* offset = std::getenv("RENKEI_TEST_CLOCK_OFFSET");
  const renkei::SystemClock clock(std::chrono::seconds(offset == nullptr ? 0 : std::atoll(offset)));
  return renkei::cli::Main(argc, argv, clock);
}
