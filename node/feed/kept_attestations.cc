#include "node/feed/kept_attestations.h"

namespace renkei::feed {

Bytes EncodeAttestations(const Attestations& attestations) {
  ByteWriter out;
  for (const auto& attestation : attestations) {
    for (const BytesView part :
         {BytesView(attestation.attestation()), BytesView(attestation.signature()),
          BytesView(attestation.card())}) {
      out.U32(static_cast<std::uint32_t>(part.size())).Raw(part);
    }
  }
  return out.Take();
}

absl::StatusOr<Attestations> DecodeAttestations(BytesView bytes) {
  Attestations attestations;
  ByteReader in(bytes);
  while (in.ok() && !in.AtEnd()) {
    renkei::v1::SignedAttestation& attestation = attestations.emplace_back();
    attestation.set_attestation(Bytes(in.Raw(in.U32())));
    attestation.set_signature(Bytes(in.Raw(in.U32())));
    attestation.set_card(Bytes(in.Raw(in.U32())));
  }
  if (!in.ok()) return DataLoss("stored attestations: wrong length");
  return attestations;
}

}  // namespace renkei::feed
