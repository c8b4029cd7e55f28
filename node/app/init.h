// Making a node and joining a community: what is done once, without a running node.
#pragma once

#include <string>

#include "node/base/clock.h"
#include "node/base/status.h"

namespace renkei::app {

struct InitOptions {
  std::string org{};
  std::string hub_of{};  // community to found as its hub; empty: a member
  std::string listen{};
  std::string address{};
};

// Makes `folder` with keys, node.toml, assets.toml, policy and store.  ALREADY_EXISTS if there is a
// node in it; INVALID_ARGUMENT for a bad name or address.  Nothing is left behind on failure.
absl::Status Init(const std::string& folder, const InitOptions& options, const Clock& clock);

struct JoinResult {
  std::string community{};
  std::string slug{};
  std::string team_id{};  // ours, for reading aloud
  std::string hub_team_id{};
  std::vector<std::string> levels{};  // `energy: accredited`, as attested
};

// Enrols the node in `folder` with a token.  FAILED_PRECONDITION: joined already, or a node is
// running there; PERMISSION_DENIED: the hub refused the token (wrong, used, expired);
// INVALID_ARGUMENT: no token; UNAVAILABLE: the hub can't be reached.
absl::StatusOr<JoinResult> Join(const std::string& folder, const std::string& token,
                                const Clock& clock);

}  // namespace renkei::app
