#include "node/sources/schedule.h"

#include <algorithm>
#include <cstdint>

#include "node/sources/limits.h"

namespace renkei::sources {

std::chrono::milliseconds NextPause(std::chrono::seconds every, int failures,
                                    std::optional<std::chrono::seconds> retry_after,
                                    double chance) {
  std::chrono::seconds pause = every;
  if (failures > 0) {
    const std::chrono::seconds most = std::max(kBackOffMax, every);
    pause = std::max(kBackOffFirst, every);
    for (int i = 1; i < failures && pause < most; ++i) pause *= 2;
    pause = std::min(pause, most);
  }
  const double moved = 1.0 - kJitter + 2 * kJitter * std::clamp(chance, 0.0, 1.0);
  const auto jittered = std::chrono::milliseconds(
      static_cast<std::int64_t>(moved * 1000.0 * static_cast<double>(pause.count())));
  return std::max<std::chrono::milliseconds>(jittered,
                                             retry_after.value_or(std::chrono::seconds(0)));
}

}  // namespace renkei::sources
