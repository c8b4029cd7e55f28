// The last look before signing: searches the final bytes for own assets, also where they are
// encoded, and for shapes that identify or open something; refuses or warns.
//
// What it finds and what it can't is said in docs/anonymity.md.  Immutable, thread-safe.  Work per
// record is bounded by kLintBytesMax; a record that needs more is refused, never half searched.
#pragma once

#include <cstdint>
#include <vector>

#include "node/anonymize/finding.h"
#include "node/anonymize/own_assets.h"
#include "node/record/anonymized_draft.h"

namespace renkei::anonymize {

inline constexpr int kDecodeDepthMax = 3;
inline constexpr std::size_t kLintBytesMax = 64 * 1024 * 1024;  // searched, decoded texts included
inline constexpr std::size_t kFindingsMax = 1000;
inline constexpr int kListedLookupsMax = 1000;  // of shapes among the record's own indicators

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

// What a text is, as far as shapes go (the table of docs/anonymity.md).
enum class TextKind : std::uint8_t {
  kFree,       // written by people
  kLog,        // an excerpt of a log
  kIndicator,  // a value that is published on purpose: indicators, sightings, references
  kRule,       // the body of a detection rule
  kContact,    // a point of contact
  kWord,       // names, labels and all else
};
TextKind KindOf(const record::TextPlace& place);

// What to look for in the text at `place`, besides the dictionary: the body of a detection rule and
// an adversary's paths speak of other machines.
Scope ScopeOf(const record::TextPlace& place);

}  // namespace renkei::anonymize
