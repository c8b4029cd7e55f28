// Invitation tokens, and the byte strings that bind an enrolment (MEMBERSHIP section 2).
//
//   "rnk1-" base32(u8 version || SHA-256(hub enrolment SPKI)[32] || invite_id[8] || secret[16])
//   "@" host:port
//
// Pure; thread-safe.  Errors: INVALID_ARGUMENT saying which part is wrong; never with the token in
// it.
#pragma once

#include <string>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/crypto/keys.h"

namespace renkei::membership {

inline constexpr std::uint8_t kTokenVersion = 1;

using InviteId = FixedBytes<8, struct InviteIdTag>;
using InviteSecret = FixedBytes<16, struct InviteSecretTag>;
using InviteVerifier = FixedBytes<32, struct InviteVerifierTag>;
using EnrolNonce = FixedBytes<32, struct EnrolNonceTag>;

struct Token {
  crypto::Digest enrol_key_hash{};  // SHA-256 of the hub's enrolment SPKI: what TLS is pinned to
  InviteId invite_id{};
  InviteSecret secret{};
  std::string address{};  // host:port of the enrolment plane

  bool operator==(const Token&) const = default;
};

std::string ToString(const Token& token);
// Spaces and line ends around it are ignored; letters of either case are read.
absl::StatusOr<Token> ParseToken(std::string_view text);

// V: what the hub keeps instead of the secret.
InviteVerifier MakeInviteVerifier(const InviteSecret& secret, const InviteId& invite_id);

// T: what one enrolment is about.
struct EnrolTranscript {
  InviteId invite_id{};
  EnrolNonce nonce{};
  crypto::Digest enrol_key_hash{};
  crypto::PublicKey team_key{};
  crypto::Digest csr_hash{};  // SHA-256 of the CSR's DER
};
Bytes EncodeTranscript(const EnrolTranscript& transcript);

// BLAKE2b-256(key = V, tag16("RNK1.enrol") || T)
crypto::Digest EnrolProof(const InviteVerifier& verifier, const EnrolTranscript& transcript);

// What keys sign: enrolment and renewal the team key, a record key its team key.
Bytes EnrolSignedBytes(const EnrolTranscript& transcript);
Bytes RenewSignedBytes(BytesView nonce, BytesView old_certificate_der, BytesView csr_der);
Bytes RecordKeySignedBytes(const crypto::PublicKey& record_key);

}  // namespace renkei::membership
