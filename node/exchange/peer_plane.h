// What the peer plane asks of the node: who is this, may it, what does it get.
//
// Thread-safe.  Methods marked "waits" are called on worker threads only.
#pragma once

#include <optional>
#include <string>

#include "node/feed/egress.h"
#include "node/feed/intake.h"
#include "node/membership/hub_roster.h"
#include "node/membership/peer_identity.h"

namespace renkei::exchange {

struct StreamNews {
  std::string team{};
  int opened = 0;  // +1 opened, -1 closed, 0: came further
  store::Offset position = 0;
};

class PeerPlane {
 public:
  virtual ~PeerPlane() = default;

  // Asked at the handshake and again on every call: certificate, deny list, and on a hub the
  // roster.
  virtual absl::StatusOr<membership::PeerIdentity> Identify(BytesView pem) const = 0;
  // What the policy may know of it; asked before every batch.  PERMISSION_DENIED, or
  // UNAUTHENTICATED if it must Present first.
  virtual absl::StatusOr<feed::PeerContext> Admit(const membership::PeerIdentity& peer) const = 0;
  // Takes the caller's session attestations and state, answers with ours.  Waits.
  virtual absl::StatusOr<feed::Attestations> Present(
      const membership::PeerIdentity& peer, const feed::Attestations& session,
      const std::optional<renkei::v1::SignedState>& state) = 0;
  // Hubs only.  Waits.
  virtual absl::StatusOr<membership::Refreshed> Refresh(const membership::PeerIdentity& peer,
                                                        BytesView csr) = 0;
  // The newest community state, and its version; none before the first.
  virtual std::optional<renkei::v1::SignedState> State() const = 0;
  virtual std::uint64_t StateVersion() const = 0;

  virtual bool TakesPublications() const = 0;
  virtual feed::Egress& egress() = 0;
  virtual feed::Intake& intake() = 0;
  virtual void Note(const StreamNews& news) = 0;
};

}  // namespace renkei::exchange
