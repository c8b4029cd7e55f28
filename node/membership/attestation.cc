#include "node/membership/attestation.h"

#include "node/membership/card.h"
#include "node/membership/limits.h"

namespace renkei::membership {
namespace {

Bytes Label() { return crypto::Tag16("RNK1.attest"); }

std::chrono::seconds LifetimeMax(AttestationMode mode) {
  switch (mode) {
    case AttestationMode::kNamed:
      return kNamedLifetime;
    case AttestationMode::kSession:
      return kSessionLifetime;
    case AttestationMode::kPseudonymous:
    case AttestationMode::kAnonymous:
    case AttestationMode::kSuccessor:
      break;
  }
  return kUnnamedLifetimeMax;
}

// Whether subject and origin are such as the mode wants them.
bool KeysFit(const Attestation& a) {
  if (a.subject.IsZero()) return false;
  switch (a.mode) {
    case AttestationMode::kNamed:
      return a.subject == SubjectOf(a.origin);
    case AttestationMode::kPseudonymous:
    case AttestationMode::kAnonymous:
      return a.origin.IsZero();
    case AttestationMode::kSession:
      return !a.origin.IsZero();
    case AttestationMode::kSuccessor:
      return !a.origin.IsZero() && a.subject != SubjectOf(a.origin);
  }
  return false;
}

bool IsUnnamed(AttestationMode mode) {
  return mode == AttestationMode::kPseudonymous || mode == AttestationMode::kAnonymous;
}

absl::Status CheckFields(const Attestation& a) {
  if (!KeysFit(a)) return InvalidArgument("attestation: subject and origin do not fit its mode");
  if (a.rung < 1 || a.rung > policy::kRungMax) {
    return InvalidArgument("attestation: rung is not 1..14");
  }
  if (a.card_hash.IsZero() != IsUnnamed(a.mode)) {
    return InvalidArgument("attestation: card_hash does not fit its mode");
  }
  // Compared without subtracting first: the two are a peer's numbers, and 64 bits wide.
  if (UnixSeconds(a.not_before) < 0 || a.not_after <= a.not_before) {
    return InvalidArgument("attestation: its lifetime is empty");
  }
  if (a.not_after - a.not_before > LifetimeMax(a.mode)) {
    return InvalidArgument("attestation: it lives longer than its mode may");
  }
  return absl::OkStatus();
}

}  // namespace

Bytes EncodeAttestation(const Attestation& a) {
  return ByteWriter()
      .Raw(Label())
      .U8(static_cast<std::uint8_t>(a.mode))
      .Raw(a.subject.view())
      .Raw(a.origin.view())
      .Raw(a.circle.view())
      .U8(a.rung)
      .I64(UnixSeconds(a.not_before))
      .I64(UnixSeconds(a.not_after))
      .Raw(a.card_hash.view())
      .Take();
}

absl::StatusOr<Attestation> ParseAttestation(BytesView bytes) {
  if (bytes.size() != kAttestationBytes) {
    return InvalidArgument(
        fmt::format("attestation: {} bytes instead of {}", bytes.size(), kAttestationBytes));
  }
  ByteReader reader(bytes);
  if (const Bytes label = Label(); reader.Raw(label.size()) != label) {
    return InvalidArgument("attestation: it does not begin with its label");
  }
  const std::uint8_t mode = reader.U8();
  if (mode < 1 || mode > static_cast<std::uint8_t>(AttestationMode::kSuccessor)) {
    return InvalidArgument(fmt::format("attestation: mode {} is unknown", mode));
  }
  Attestation a;
  a.mode = static_cast<AttestationMode>(mode);
  a.subject = reader.Read<Subject>();
  a.origin = reader.Read<crypto::PublicKey>();
  a.circle = reader.Read<record::CircleId>();
  a.rung = reader.U8();
  a.not_before = FromUnixSeconds(reader.I64());
  a.not_after = FromUnixSeconds(reader.I64());
  a.card_hash = reader.Read<crypto::Digest>();
  RETURN_IF_ERROR(CheckFields(a));
  return a;
}

v1::SignedAttestation SignAttestation(const crypto::SigningKey& attest_key,
                                      const Attestation& attestation, BytesView card_bytes) {
  RENKEI_CHECK(CheckFields(attestation).ok());
  RENKEI_CHECK(IsUnnamed(attestation.mode) || attestation.card_hash == CardHash(card_bytes));
  v1::SignedAttestation signed_attestation;
  signed_attestation.set_attestation(EncodeAttestation(attestation));
  signed_attestation.set_signature(attest_key.Sign(signed_attestation.attestation()).str());
  if (!IsUnnamed(attestation.mode)) signed_attestation.set_card(Bytes(card_bytes));
  return signed_attestation;
}

absl::StatusOr<VerifiedAttestation> VerifyAttestation(const crypto::PublicKey& attest_key,
                                                      const v1::SignedAttestation& attestation) {
  VerifiedAttestation verified;
  ASSIGN_OR_RETURN(verified.attestation, ParseAttestation(attestation.attestation()));
  const std::optional<crypto::Signature> signature =
      crypto::Signature::From(attestation.signature());
  if (!signature || !crypto::Verify(attest_key, attestation.attestation(), *signature)) {
    return PermissionDenied("attestation: not signed by this community's hub");
  }
  if (IsUnnamed(verified.attestation.mode)) {
    if (!attestation.card().empty()) {
      return PermissionDenied("attestation: a card beside an unnamed author");
    }
    return verified;
  }
  if (CardHash(attestation.card()) != verified.attestation.card_hash) {
    return PermissionDenied("attestation: the card beside it is another one");
  }
  ASSIGN_OR_RETURN(verified.card, ParseCard(attestation.card()));
  return verified;
}

std::optional<AttestationMode> ModeFor(policy::SourceMode source) {
  switch (source) {
    case policy::SourceMode::kAttributed:
      return AttestationMode::kNamed;
    case policy::SourceMode::kPseudonymous:
      return AttestationMode::kPseudonymous;
    case policy::SourceMode::kAnonymous:
      return AttestationMode::kAnonymous;
    case policy::SourceMode::kUnspecified:
      break;
  }
  return std::nullopt;
}

}  // namespace renkei::membership
