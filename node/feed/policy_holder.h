// The trust policy in force, and those that were: a cursor or an access row names a policy by
// digest.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "node/base/mutex.h"
#include "node/base/problem.h"
#include "node/crypto/digest.h"
#include "node/store/store.h"
#include "policy/policy.h"
#include "policy/table.h"

namespace renkei::feed {

// The evaluator of a policy in this community: levels mean what the charters say, whichever of them
// it happens to name.
absl::StatusOr<policy::Evaluator> MakeEvaluator(std::shared_ptr<const policy::Policy> policy);

struct ActivePolicy {
  crypto::Digest digest{};  // SHA-256 of the text
  policy::Evaluator evaluator;
  // Its answers so far, for whoever asks by class and shape.  Made with the policy, so a new one
  // begins beside it, empty.
  std::unique_ptr<policy::Table> table{};
};

// Thread-safe.
class PolicyHolder {
 public:
  // `store` outlives this.
  explicit PolicyHolder(store::Store& store) : store_(store) {}

  // Parses, runs the file's tests, records the text in the store, then swaps.  On any problem the
  // old policy stays, and all problems are answered.
  Problems Apply(std::string_view text, const std::string& file, Timestamp now);

  // REQUIRES: one Apply went well.
  std::shared_ptr<const ActivePolicy> Current() const;
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

}  // namespace renkei::feed
