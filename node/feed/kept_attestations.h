// Attestations that came beside a record, as the store keeps them.
#pragma once

#include "node/feed/community.h"

namespace renkei::feed {

Bytes EncodeAttestations(const Attestations& attestations);
// DATA_LOSS if the bytes are not what EncodeAttestations made.
absl::StatusOr<Attestations> DecodeAttestations(BytesView bytes);

}  // namespace renkei::feed
