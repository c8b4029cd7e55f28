// The trust policy in force, and those that were: a cursor or an access row names a policy by
// digest.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "node/base/mutex.h"
#include "node/base/problem.h"
#include "node/feed/policy_gate.h"
#include "node/feed/policy_history.h"
#include "node/store/store.h"

namespace renkei::feed {

// Thread-safe.
class PolicyHolder {
 public:
  // `store` outlives this.
  explicit PolicyHolder(store::Store& store) : store_(store) {}

  // CheckPolicy, then Install as what a node was started with.  On any problem the old policy
  // stays, and all problems are answered.
  Problems Apply(std::string_view text, const std::string& file, Timestamp now);

  // Announces a change (policy_history.h); nothing is in force by it.
  absl::Status Announce(const PolicyChange& change);
  // Takes an announcement back.
  absl::Status DropAnnounced();
  // Stores the text, records the change, and swaps.  On an error the old policy stays; a policy
  // that the store holds already comes into force even while nothing can be written, and is
  // recorded when the node is next started.
  // REQUIRES: `checked` has a policy.
  absl::Status Install(const CheckedPolicy& checked, const PolicyChange& change);

  // REQUIRES: one Install went well.
  std::shared_ptr<const ActivePolicy> Current() const;
  // As Current, or null before the first.
  std::shared_ptr<const ActivePolicy> CurrentIfAny() const;
  // The policy of that digest: current, cached, or read again from `reader`.
  absl::StatusOr<std::shared_ptr<const ActivePolicy>> Find(const store::Reader& reader,
                                                           BytesView digest) const;

 private:
  bool IsStored(const crypto::Digest& digest) const;
  store::Store& store_;
  mutable Mutex mutex_;
  std::shared_ptr<const ActivePolicy> current_ RENKEI_GUARDED_BY(mutex_);
  mutable std::deque<std::shared_ptr<const ActivePolicy>> cache_ RENKEI_GUARDED_BY(mutex_);
};

// The history's row of a policy that is about to come into force in place of `before` (or of none).
PolicyChange MakeChange(const CheckedPolicy& checked, const ActivePolicy* before, PolicyHow how,
                        Timestamp now);

}  // namespace renkei::feed
