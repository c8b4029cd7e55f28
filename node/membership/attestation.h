// Attestations: the hub's signed word on one key (MEMBERSHIP section 3).
//
//   tag16("RNK1.attest") || u8 mode || subject[32] || origin[32] || circle_id[16] || u8 rung
//   || i64 not_before || i64 not_after || card_hash[32]                   146 bytes, big-endian
//
// Parsing accepts only what a hub may say: a known mode, a rung of 1..14, lifetimes and empty
// fields as the mode wants them.  Whether it counts now (time, void, denied) is the Verifier's
// question.
//
// Pure; thread-safe.  Errors: INVALID_ARGUMENT (not an attestation), PERMISSION_DENIED (signed by
// another key, or beside a card that is not the one it names).
#pragma once

#include <optional>

#include <renkei/v1/membership.pb.h>

#include "node/base/bytes.h"
#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/crypto/keys.h"
#include "node/record/ids.h"
#include "policy/marking.h"

namespace renkei::membership {

enum class AttestationMode : std::uint8_t {
  kNamed = 1,         // subject = origin = the team's record key
  kPseudonymous = 2,  // subject = a key of this circle and epoch
  kAnonymous = 3,     // subject = one record's origin key
  kSession = 4,       // subject = SHA-256(TLS SPKI), origin = record key
  kSuccessor = 5,     // subject = new record key, origin = old one
};

// A key, or the hash of one.
using Subject = FixedBytes<32, struct SubjectTag>;

inline constexpr std::size_t kAttestationBytes = 16 + 1 + 32 + 32 + 16 + 1 + 8 + 8 + 32;

struct Attestation {
  AttestationMode mode = AttestationMode::kNamed;
  Subject subject{};
  crypto::PublicKey origin{};  // zero in modes 2 and 3
  record::CircleId circle{};
  policy::Rung rung = 0;
  Timestamp not_before{};
  Timestamp not_after{};
  crypto::Digest card_hash{};  // zero in modes 2 and 3

  bool operator==(const Attestation&) const = default;
};

inline Subject SubjectOf(const crypto::PublicKey& key) { return *Subject::From(key.view()); }
inline Subject SubjectOf(const crypto::Digest& key_hash) { return *Subject::From(key_hash.view()); }

Bytes EncodeAttestation(const Attestation& attestation);
absl::StatusOr<Attestation> ParseAttestation(BytesView bytes);

// `card_bytes` travel beside it; empty in modes 2 and 3.  card_hash must be theirs.
v1::SignedAttestation SignAttestation(const crypto::SigningKey& attest_key,
                                      const Attestation& attestation, BytesView card_bytes);

struct VerifiedAttestation {
  Attestation attestation{};
  std::optional<v1::Card> card{};  // in modes 1, 4 and 5
};

// Form, signature and card; not the time.
absl::StatusOr<VerifiedAttestation> VerifyAttestation(const crypto::PublicKey& attest_key,
                                                      const v1::SignedAttestation& attestation);

// The mode that vouches for records of a source mode; nothing for unspecified.
std::optional<AttestationMode> ModeFor(policy::SourceMode source);

}  // namespace renkei::membership
