// How long to wait before the next try.  Value; confined to one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>

#include "node/push/limits.h"

namespace renkei::push {

class Backoff {
 public:
  void Reset() { failures_ = 0; }

  // After a failure: doubled each time up to kLongestPause, less a random part of up to half, so
  // that many nodes do not come back at once; at least what the target asked for.
  std::chrono::milliseconds Next(std::optional<std::chrono::seconds> asked) {
    constexpr int kDoublingsMax = 16;
    const auto whole = std::chrono::milliseconds(
        std::min(kLongestPause, kFirstPause * (1L << std::min(failures_, kDoublingsMax))));
    ++failures_;
    std::uniform_int_distribution<std::int64_t> part(whole.count() / 2, whole.count());
    const std::chrono::milliseconds pause(part(random_));
    if (!asked) return pause;
    const std::chrono::milliseconds least = std::min(*asked, kRetryAfterMax);
    return std::max(pause, least);
  }

 private:
  int failures_ = 0;
  std::mt19937_64 random_{std::random_device()()};
};

}  // namespace renkei::push
