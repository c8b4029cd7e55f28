// A member's side of joining and renewing: makes requests, and believes no reply unchecked.
//
// Pure; thread-safe.  Errors: INVALID_ARGUMENT (what the operator gave), PERMISSION_DENIED (the
// hub's answer is not right: the message says what).
#pragma once

#include <span>
#include <string>

#include <renkei/v1/membership.pb.h>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/membership/certificate.h"
#include "node/membership/node_keys.h"
#include "node/membership/token.h"

namespace renkei::membership {

// What a team says of itself when it joins.
struct Profile {
  std::string org{};
  std::string sector{};   // label; may be empty
  std::string country{};  // alpha-2 lower case; may be empty
};

// For keys.tls: the same keys must be there when the reply is accepted, so save them first.
absl::StatusOr<v1::EnrolRequest> MakeEnrolRequest(const Token& token, const NodeKeys& keys,
                                                  const Profile& profile);

// What a checked reply gives.
struct Joined {
  v1::StoredMembership membership{};
  Certificate certificate;
  Certificate ca_certificate;
  v1::SignedState state{};
};

// Checks everything: certificate for our key and our name in the reply's community, issued by the
// reply's authority; state and attestations signed by its attest key, for our keys.
absl::StatusOr<Joined> AcceptEnrolReply(const NodeKeys& keys, const v1::EnrolReply& reply,
                                        Timestamp now);

// Renewal by team key, when the certificate has run out.  `fresh` is the new TLS key.
v1::RenewRequest MakeRenewRequest(const NodeKeys& keys, const Certificate& old, const TlsKey& fresh,
                                  BytesView nonce);
// As AcceptEnrolReply; community, slug, authority and attest key must be those of `membership`.
absl::StatusOr<Joined> AcceptRenewReply(const v1::StoredMembership& membership,
                                        const NodeKeys& keys, const TlsKey& fresh,
                                        const v1::EnrolReply& reply, Timestamp now);

// A certificate from Refresh: for `key`, named as in `membership`, issued by `ca`, valid now.
absl::StatusOr<Certificate> AcceptCertificate(const v1::StoredMembership& membership,
                                              const Certificate& ca, const TlsKey& key,
                                              std::string_view pem, Timestamp now);
// Attestations from Refresh: signed by the community's attest key, for our record key or `key`.
absl::Status CheckOwnAttestations(const v1::StoredMembership& membership, const NodeKeys& keys,
                                  const crypto::Digest& tls_spki,
                                  std::span<const v1::SignedAttestation> attestations);

}  // namespace renkei::membership
