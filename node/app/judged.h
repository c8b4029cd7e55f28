// What a policy answers for a stored record and a peer, by the very functions that serve the peer.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "node/app/node.h"
#include "node/feed/view.h"

namespace renkei::app {

// A team of that slug (`hub` on a member) as the policy knows it.  NOT_FOUND.
absl::StatusOr<feed::PeerContext> KnownPeer(const Node& node, const std::string& slug);

struct Judged {
  feed::Subject subject{};
  policy::Explanation explanation{};
  policy::Mask mask{};  // nothing once expired
  std::string policy{};
  std::string digest{};
};

// DATA_LOSS if the stored header does not parse.
absl::StatusOr<Judged> Judge(Node& node, const feed::ActivePolicy& active,
                             const store::RecordRow& row, const feed::PeerContext& peer);
// The same for a peer of which only these facts are supposed.
absl::StatusOr<Judged> JudgeSupposed(Node& node, const feed::ActivePolicy& active,
                                     const store::RecordRow& row, const policy::Peer& peer);

// As `explain` and `why` answer it.
Json ExplainJson(const Judged& judged, const store::RecordRow& row,
                 std::optional<policy::SectionId> section);

}  // namespace renkei::app
