// A MISP event that is larger than a record: cut into drafts that each obey node/record/limits.h.
// Private to node/formats.
#pragma once

#include <vector>

#include "node/formats/misp_state.h"

namespace renkei::formats {

// The drafts of an event, at least one.  Part 1 holds everything that is not a list; later ones
// have its title, its header, and a caveat that says which part they are.
std::vector<record::Draft> SplitIntoDrafts(MispState& state);

}  // namespace renkei::formats
