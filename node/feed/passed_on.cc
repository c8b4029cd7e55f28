#include "node/feed/passed_on.h"

#include "node/feed/view.h"

namespace renkei::feed {

absl::StatusOr<policy::SectionMask> PassedOn(const store::Reader& reader,
                                             const Community& community,
                                             const record::RecordId& id) {
  if (community.is_hub()) return policy::SectionMask{0};
  ASSIGN_OR_RETURN(const auto row, reader.FindRecord(id));
  if (!row || row->own) return policy::SectionMask{0};
  ASSIGN_OR_RETURN(const auto held, reader.Held(id));
  ASSIGN_OR_RETURN(const Subject subject,
                   MakeSubject(row->header, row->circles, row->author, row->own, community));
  return MayPassOn(community, subject, row->leaf, held);
}

absl::Status TellIfLess(store::Writer& writer, const Community& community,
                        const record::RecordId& id, policy::SectionMask before) {
  ASSIGN_OR_RETURN(const policy::SectionMask now, PassedOn(writer, community, id));
  if ((before & ~now) == 0) return absl::OkStatus();
  return writer.PutTakenBack(id).status();
}

}  // namespace renkei::feed
