// Faults on demand, for scenario tests: linked into `renkei-testing` alone.
//
// RENKEI_TEST_FAULT lists `NAME:kill[:N]` (SIGKILL when point NAME is reached the N-th time, first
// by default) and `NAME:error[:N]` (UNAVAILABLE from then on), separated by commas.

#include <csignal>
#include <cstdlib>
#include <map>
#include <string>

#include "node/base/fault.h"
#include "node/base/mutex.h"

namespace renkei {
namespace {

struct Fault {
  bool kill = false;
  int at = 1;
  int reached = 0;
};

// REQUIRES: a list that the test wrote; anything else ends the process, or a test would pass by
// mistake.
std::map<std::string, Fault, std::less<>> ReadFaults() {
  std::map<std::string, Fault, std::less<>> faults;
  const char* text = std::getenv("RENKEI_TEST_FAULT");  // NOLINT(concurrency-mt-unsafe): never set
  std::string rest = text == nullptr ? "" : text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string one = rest.substr(0, comma);
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
    const std::size_t colon = one.find(':');
    RENKEI_CHECK(colon != std::string::npos);
    std::string what = one.substr(colon + 1);
    Fault fault;
    if (const std::size_t number = what.find(':'); number != std::string::npos) {
      fault.at = std::atoi(what.c_str() + number + 1);
      what.resize(number);
    }
    RENKEI_CHECK(what == "kill" || what == "error");
    RENKEI_CHECK(fault.at > 0);
    fault.kill = what == "kill";
    faults[one.substr(0, colon)] = fault;
  }
  return faults;
}

}  // namespace

absl::Status FaultPoint(std::string_view point) {
  static Mutex mutex;
  static std::map<std::string, Fault, std::less<>> faults = ReadFaults();
  MutexLock lock(mutex);
  const auto it = faults.find(point);
  if (it == faults.end() || ++it->second.reached < it->second.at) return absl::OkStatus();
  if (it->second.kill) std::raise(SIGKILL);
  return Unavailable(fmt::format("fault {}", point));
}

std::chrono::seconds ReleasePeriod() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
  const char* text = std::getenv("RENKEI_TEST_RELEASE_SECONDS");
  if (text == nullptr) return std::chrono::hours(1);
  const int seconds = std::atoi(text);
  RENKEI_CHECK(seconds > 0);
  return std::chrono::seconds(seconds);
}

}  // namespace renkei
