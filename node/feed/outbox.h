// What waits to be delivered over a link, as the store's outbox keeps it.
#pragma once

#include "node/feed/items.h"

namespace renkei::feed {

// The hub's link; the only one that takes publications.
inline constexpr std::string_view kHubLink = "hub";

// Final bytes; attestations are added when it is sent, because they are not the author's.
Bytes EncodeOutboxRecord(BytesView wire);
Bytes EncodeOutboxReceipt(const Receipt& receipt);

struct OutboxItem {
  Bytes record{};  // SignedRecord; empty for a receipt
  std::optional<Receipt> receipt{};
};
// DATA_LOSS.
absl::StatusOr<OutboxItem> DecodeOutbox(BytesView payload);

}  // namespace renkei::feed
