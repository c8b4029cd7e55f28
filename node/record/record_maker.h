// How Seal, Open and FromStored put a Record together; for this folder alone.
#pragma once

#include "node/record/record.h"

namespace renkei::record {

// A SignedRecord taken apart, its lengths and order checked and nothing else.
struct WireParts {
  Bytes header_bytes{};
  std::array<std::optional<Section>, policy::kSectionCount> sections{};
  // Engaged for shown slots; the hashes themselves are the caller's to fill in.
  std::array<std::optional<crypto::Digest>, policy::kSectionCount> leaves{};
  std::vector<crypto::Digest> proof{};
  std::uint64_t batch_size = 1;
  std::uint64_t batch_index = 0;
  std::vector<crypto::Digest> batch_proof{};
  crypto::Signature signature{};
};

absl::StatusOr<WireParts> ParseWire(BytesView wire);

struct RecordMaker {
  // Header rules and proof; no signature.
  static absl::StatusOr<Record> Make(WireParts parts);
  static crypto::Digest LeafOf(const WireParts& parts, std::size_t slot);
};

}  // namespace renkei::record
