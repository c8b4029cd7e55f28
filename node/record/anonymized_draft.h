// A draft with everything identifying taken out, as the final encoded bytes of each section.
//
// Only anonymize::Gate can make one and Seal signs nothing else, so that a raw draft never leaves
// the node is checked by the compiler.
#pragma once

#include <array>
#include <optional>

#include "node/base/bytes.h"
#include "node/record/draft.h"
#include "policy/marking.h"

namespace renkei::anonymize {
class Gate;
}

namespace renkei::record {

class AnonymizedDraft {
 public:
  using EncodedSections = std::array<std::optional<Bytes>, policy::kSectionCount>;

  const DraftHeader& header() const { return header_; }
  const EncodedSections& sections() const { return sections_; }
  SectionMask present() const;

 private:
  friend class anonymize::Gate;
  friend class AnonymizedDraftForTests;  // tests/support
  AnonymizedDraft(DraftHeader header, EncodedSections sections)
      : header_(std::move(header)), sections_(std::move(sections)) {}

  DraftHeader header_;
  EncodedSections sections_;
};

}  // namespace renkei::record
