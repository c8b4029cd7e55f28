// Lets tests seal any sections; no shipped code includes this.
#pragma once

#include "node/record/anonymized_draft.h"

namespace renkei::record {

class AnonymizedDraftForTests {
 public:
  static AnonymizedDraft Of(const Draft& draft) {
    AnonymizedDraft::EncodedSections encoded;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      encoded[i] = EncodeSection(draft.sections, static_cast<SectionId>(i));
    }
    return AnonymizedDraft(draft.header, encoded);
  }
  static AnonymizedDraft OfBytes(DraftHeader header, AnonymizedDraft::EncodedSections sections) {
    return AnonymizedDraft(std::move(header), std::move(sections));
  }
};

}  // namespace renkei::record
