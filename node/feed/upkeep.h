// What time alone brings: embargoes end, records expire.
#pragma once

#include "node/base/clock.h"
#include "node/store/store.h"

namespace renkei::feed {

// Gives each record whose embargo has ended a new place in the feed, so that peers who may see more
// of it now get it, and forgets what expired longer ago than tombstones stay.  Waits for the
// commit. REQUIRES: not on the store thread.
absl::Status Upkeep(store::Store& store, Timestamp now);

}  // namespace renkei::feed
