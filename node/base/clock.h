// Time, passed in: no code but SystemClock asks the machine.
#pragma once

#include <chrono>
#include <cstdint>

namespace renkei {

// UTC, whole seconds: what is signed and compared.
using Timestamp = std::chrono::sys_seconds;

inline Timestamp FromUnixSeconds(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}
inline std::int64_t UnixSeconds(Timestamp time) { return time.time_since_epoch().count(); }

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() const = 0;
};

class SystemClock : public Clock {
 public:
  // `offset` moves the clock; anything but zero is for tests.
  explicit SystemClock(std::chrono::seconds offset = std::chrono::seconds(0)) : offset_(offset) {}
  Timestamp Now() const override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + offset_;
  }

 private:
  std::chrono::seconds offset_;
};

}  // namespace renkei
