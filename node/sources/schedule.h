// When a source is fetched from again.  Pure.
#pragma once

#include <chrono>
#include <optional>

namespace renkei::sources {

// The pause after a run: `every`, and after `failures` runs in a row that failed twice as long each
// time, from kBackOffFirst or `every`, whichever is more, up to kBackOffMax or `every`; at least
// `retry_after`; moved by up to kJitter either way, by `chance` of 0 to 1.
std::chrono::milliseconds NextPause(std::chrono::seconds every, int failures,
                                    std::optional<std::chrono::seconds> retry_after, double chance);

}  // namespace renkei::sources
