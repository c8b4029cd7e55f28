// The newest community state of a hub, as signed and as read.  Internal to node/membership.
#pragma once

#include "node/membership/hub_roster.h"

namespace renkei::membership {

struct HubRoster::Published {
  v1::SignedState signed_state;
  CommunityState state;
};

}  // namespace renkei::membership
