// Two policies compared over what a store holds: the peers that were ever served, and the marking
// tuples with how many records have each.
//
// Reads only; errors are the store's.
#pragma once

#include <string>
#include <vector>

#include "node/feed/community.h"
#include "node/store/store.h"
#include "policy/diff.h"

namespace renkei::feed {

// Peers as they were served last.  The hub of a member, and a peer that never asked, are none.
absl::StatusOr<std::vector<PeerContext>> PeersServed(const store::Reader& reader);

// What `after` in the place of `before` would change for `peers` over all that is stored, each
// change with the ids (12 hex digits) of some records.  Walks the feed once at most.
absl::StatusOr<policy::PolicyDiff> DiffOverStored(const store::Reader& reader,
                                                  std::string_view community,
                                                  const std::vector<PeerContext>& peers,
                                                  const policy::Evaluator& before,
                                                  const policy::Evaluator& after, Timestamp now);

}  // namespace renkei::feed
