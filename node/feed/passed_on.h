// What we may pass on of a record that others gave us, and word to those who had it from us when
// that becomes less: an entry of the feed (kTakenBack), from which Egress makes retractions.
//
// DATA_LOSS if what is stored does not parse.  For the store thread, within one piece of work.
#pragma once

#include "node/feed/community.h"
#include "node/store/store.h"

namespace renkei::feed {

// Of the newest revision held; nothing of our own records or on a hub, whose policy alone decides.
absl::StatusOr<policy::SectionMask> PassedOn(const store::Reader& reader,
                                             const Community& community,
                                             const record::RecordId& id);

// To be called after a change: `before` is what PassedOn said then.  REQUIRES: the record is held.
absl::Status TellIfLess(store::Writer& writer, const Community& community,
                        const record::RecordId& id, policy::SectionMask before);

}  // namespace renkei::feed
