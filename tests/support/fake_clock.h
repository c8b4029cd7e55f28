// A clock that stands still until told to move.  Thread-safe.
#pragma once

#include <atomic>

#include "node/base/clock.h"

namespace renkei::testing_support {

class FakeClock : public Clock {
 public:
  explicit FakeClock(Timestamp now) : seconds_(UnixSeconds(now)) {}
  Timestamp Now() const override { return FromUnixSeconds(seconds_); }
  void Advance(std::chrono::seconds by) { seconds_ += by.count(); }

 private:
  std::atomic<std::int64_t> seconds_;
};

}  // namespace renkei::testing_support
