// What of a held record this node gives to a peer, or says of it.  Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "node/feed/view.h"

namespace renkei::feed {

// MaskFor, less what we may not pass on.  Reads what the links gave us where that matters.
absl::StatusOr<policy::Mask> MaskToGive(const store::Reader& reader, const Community& community,
                                        const policy::Evaluator& evaluator, const PeerContext& peer,
                                        const Subject& subject, const crypto::Digest& leaf,
                                        Timestamp now);

// Names of circles, sorted; the id in hex where the name is not known here.
std::vector<std::string> CircleNames(const std::vector<record::CircleId>& ids,
                                     const Community& community);

}  // namespace renkei::feed
