// Under which facts and policy a peer was served, and when: one row per change, never one per
// delivery.  From the rows follows what a peer may hold of ours.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "node/feed/policy_holder.h"
#include "node/feed/view.h"

namespace renkei::feed {

// One generation of a peer's access, ready to be asked.
struct Generation {
  std::int64_t number = 0;
  store::Offset since = 0;
  PeerContext peer{};
  std::shared_ptr<const ActivePolicy> policy{};
};

// All generations of one peer, oldest first.  Value.
class AccessHistory {
 public:
  static absl::StatusOr<AccessHistory> Load(const store::Reader& reader,
                                            const PolicyHolder& policies, std::string_view peer);

  const std::vector<Generation>& generations() const { return generations_; }
  const Generation* Find(std::int64_t number) const;

  // True if some generation that was in force while one of `revisions` (begun at or before `upto`)
  // was the newest let the peer know that the record exists.
  absl::StatusOr<bool> MayHaveSeen(const std::vector<store::RevisionRow>& revisions,
                                   store::Offset upto, const std::string& author, bool own,
                                   const Community& community) const;

 private:
  std::vector<Generation> generations_;
};

// The number of the generation in force for `peer`; begins a new one if its facts or the policy
// have changed; then forgets those that no record lives long enough to need.  Waits for a commit in
// that case.  RESOURCE_EXHAUSTED: its facts change too often.  REQUIRES: not on the store thread.
absl::StatusOr<std::int64_t> CurrentGeneration(store::Store& store, const PolicyHolder& policies,
                                               const PeerContext& peer, Timestamp now);

}  // namespace renkei::feed
