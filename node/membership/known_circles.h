// What a node's store tells of the circles of its community, without the node: levels as the
// charters number them, and which circles have members.
//
// A hub knows its roster.  A member knows the charters alone, and a hub that nobody joined yet has
// no other either: there a circle counts as one with members if it has a charter.  Reads only;
// errors: DATA_LOSS.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "node/store/store.h"
#include "policy/marking.h"

namespace renkei::membership {

struct KnownCircles {
  std::map<std::string, policy::Rung> rungs{};  // by level
  std::set<std::string> with_members{};
};

// Nothing if the store is of no hub, and of a member that has no state yet.
absl::StatusOr<std::optional<KnownCircles>> ReadKnownCircles(const store::Reader& reader,
                                                             std::string_view community);

}  // namespace renkei::membership
