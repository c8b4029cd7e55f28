// What time alone brings: embargoes end, records expire.
//
// Nothing is kept in memory: the store's index of embargoes that still run is the heap, so a
// restart forgets nothing, and one that ended meanwhile is found at once.  The end of an embargo is
// an event of its own, for peers then get what they had to wait for.  Expiry is not: whoever asks
// compares with the clock (feed/view.h); only the room is regained later, by whichever Upkeep comes
// next.
#pragma once

#include <chrono>
#include <optional>

#include "node/base/clock.h"
#include "node/store/store.h"

namespace renkei::feed {

// Of each sort, so many records at once: other writers come in between.
inline constexpr int kUpkeepAtOnce = 1000;
// Upkeep comes at least as often: clocks are set, and rooms regained.
inline constexpr std::chrono::seconds kUpkeepEvery{60};

// Gives each record whose embargo has ended a new place in the feed, so that peers who may see more
// of it now get it, and forgets what expired longer ago than tombstones stay.  Answers when the
// next embargo ends; at or before `now` if more is waiting already.  Waits for the commit.
// REQUIRES: not on the store thread.
absl::StatusOr<std::optional<Timestamp>> Upkeep(store::Store& store, Timestamp now,
                                                int at_once = kUpkeepAtOnce);

// When the next embargo ends (it may have, without Upkeep having been there since).  Two look-ups.
absl::StatusOr<std::optional<Timestamp>> NextEmbargoEnd(const store::Store& store);

// How long to wait before the next Upkeep.
std::chrono::seconds UpkeepPause(Timestamp now, std::optional<Timestamp> next);

}  // namespace renkei::feed
