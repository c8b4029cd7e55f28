// The last look before signing: searches the final bytes for own assets, also where they are
// encoded, and refuses.
//
// What it finds and what it can't is said in docs/anonymity.md.  Immutable, thread-safe.  Work per
// record is bounded by kLintBytesMax; a record that needs more is refused, never half searched.
#pragma once

#include <vector>

#include "node/anonymize/finding.h"
#include "node/anonymize/own_assets.h"
#include "node/record/anonymized_draft.h"

namespace renkei::anonymize {

inline constexpr int kDecodeDepthMax = 3;
inline constexpr std::size_t kLintBytesMax = 64 * 1024 * 1024;  // searched, decoded texts included
inline constexpr std::size_t kFindingsMax = 1000;

class LeakLint {
 public:
  // `own` outlives this.
  explicit LeakLint(const OwnAssets& own) : own_(own) {}

  // Empty: nothing was found.  At most kFindingsMax; a section that can't be decoded is a finding.
  std::vector<Finding> Check(const record::DraftHeader& header,
                             const record::AnonymizedDraft::EncodedSections& sections) const;

 private:
  const OwnAssets& own_;
};

// What to look for in the text at `place`, besides the dictionary: the body of a detection rule and
// an adversary's paths speak of other machines.
Scope ScopeOf(const record::TextPlace& place);

}  // namespace renkei::anonymize
