// Which grants and denies two policies do not share: a record and a peer that none of them can meet
// are answered alike by both.  Internal to policy/.
//
// Immutable; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "policy/compiled.h"

namespace renkei::policy {

// What a peer, or a record, brings to a decision, as either policy sees it.
struct BothFacts {
  Facts before{};
  Facts after{};
};

class ChangedRules {
 public:
  ChangedRules(const CompiledPolicy& before, const CompiledPolicy& after);

  // False only if both policies answer alike, whoever asks for such a record.
  bool MayMatch(const BothFacts& record) const;
  // The same, for such a peer.
  bool MayMatch(const BothFacts& record, const BothFacts& peer) const;

 private:
  struct Needed {
    std::uint64_t values = 0;  // that will do
    std::vector<ListNeed> lists{};
  };
  // One that the other policy lacks.
  struct Changed {
    Needed of_record{};
    Needed of_both{};
  };

  static std::vector<Changed> Without(const CompiledPolicy& policy, const Policy& other);

  bool all_ = false;  // more than rules differs
  std::vector<Changed> before_{};
  std::vector<Changed> after_{};
};

}  // namespace renkei::policy
