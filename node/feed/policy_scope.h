// What a store holds, as policy::Diff compares over it: the peers that were ever served, and the
// marking tuples with how many records have each.
#pragma once

#include <string>
#include <vector>

#include "node/feed/community.h"
#include "node/store/store.h"
#include "policy/diff.h"

namespace renkei::feed {

struct StoredScope {
  policy::DiffScope scope{};
  std::vector<store::TupleNumber> tuples{};  // of each of scope.records
};

// Peers as they were served last.  The hub of a member, and a peer that never asked, are none.
absl::StatusOr<std::vector<PeerContext>> PeersServed(const store::Reader& reader);

// All records but withdrawals, for `peers`.  A circle is known by its name if a peer is in it or
// `circles` names it; others can't matter to these peers.
absl::StatusOr<StoredScope> ScopeOf(const store::Reader& reader, std::string_view community,
                                    const std::vector<PeerContext>& peers,
                                    const std::vector<std::string>& circles, Timestamp now);

// Gives the changes of `diff` the ids (12 hex digits) of some records each.  `scope` is what it was
// made over.  Walks the feed once at most.
absl::Status AddExamples(const store::Reader& reader, const StoredScope& scope,
                         policy::PolicyDiff& diff);

}  // namespace renkei::feed
