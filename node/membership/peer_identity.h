// Who is at the other end of a TLS connection: the certificate's one SPIFFE URI and its key.
//
// TLS has verified the chain; this checks what TLS does not: exactly one name, of our community, an
// end-entity P-256 certificate, valid at `now` without slack.
// Errors: UNAUTHENTICATED saying what is wrong (and by how much clocks differ).  Thread-safe.
#pragma once

#include <string>

#include "node/base/bytes.h"
#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/membership/certificate.h"

namespace renkei::membership {

struct PeerIdentity {
  std::string community{};
  std::string slug{};  // empty for the hub
  bool hub = false;
  crypto::Digest spki_sha256{};
  Timestamp not_after{};

  // The team's name in policies, logs and attestations.
  std::string name() const { return hub ? "hub" : slug; }
  bool operator==(const PeerIdentity&) const = default;
};

absl::StatusOr<PeerIdentity> ParsePeerIdentity(BytesView pem_or_der, std::string_view community,
                                               Timestamp now);
absl::StatusOr<PeerIdentity> IdentityOf(const Certificate& certificate, std::string_view community,
                                        Timestamp now);

}  // namespace renkei::membership
