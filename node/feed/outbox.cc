#include "node/feed/outbox.h"

namespace renkei::feed {
namespace {

constexpr char kRecord = 1;
constexpr char kReceipt = 2;

}  // namespace

Bytes EncodeOutboxRecord(BytesView wire) { return Bytes(1, kRecord).append(wire); }

Bytes EncodeOutboxReceipt(const Receipt& receipt) {
  return Bytes(1, kReceipt).append(receipt.id.view()).append(receipt.leaf.view());
}

absl::StatusOr<OutboxItem> DecodeOutbox(BytesView payload) {
  if (!payload.empty() && payload[0] == kRecord) {
    return OutboxItem{.record = Bytes(payload.substr(1))};
  }
  if (!payload.empty() && payload[0] == kReceipt) {
    ByteReader in(payload.substr(1));
    Receipt receipt;
    receipt.id = in.Read<record::RecordId>();
    receipt.leaf = in.Read<crypto::Digest>();
    if (in.ok() && in.AtEnd()) return OutboxItem{.receipt = receipt};
  }
  return DataLoss("stored outbox item: wrong form");
}

}  // namespace renkei::feed
