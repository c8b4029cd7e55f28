#include "node/exchange/wire.h"

#include <algorithm>

#include "node/feed/limits.h"
#include "node/record/limits.h"

namespace renkei::exchange {

// absl and gRPC number their codes alike by design; this build breaks if either ever moves.
static_assert(static_cast<int>(absl::StatusCode::kUnauthenticated) ==
              static_cast<int>(grpc::StatusCode::UNAUTHENTICATED));
static_assert(static_cast<int>(absl::StatusCode::kOutOfRange) ==
              static_cast<int>(grpc::StatusCode::OUT_OF_RANGE));

namespace {

constexpr std::size_t kItemsMax = 2 * feed::kBatchItemsMax;

template <class Fixed>
absl::Status Read(const std::string& bytes, std::string_view what, Fixed& out) {
  const auto fixed = Fixed::From(bytes);
  if (!fixed) return InvalidArgument(fmt::format("{}: not {} bytes", what, Fixed::kSize));
  out = *fixed;
  return absl::OkStatus();
}

absl::StatusOr<feed::FeedItem> ItemFromWire(v1::Item&& item) {
  if (item.has_record()) return FromWire(std::move(*item.mutable_record()));
  if (item.has_retract()) {
    feed::Retraction retraction;
    RETURN_IF_ERROR(Read(item.retract().record_id(), "retract: id", retraction.id));
    RETURN_IF_ERROR(Read(item.retract().leaf(), "retract: leaf", retraction.leaf));
    retraction.keep = static_cast<policy::SectionMask>(item.retract().keep() & 0xffff);
    retraction.exist = item.retract().exist();
    return retraction;
  }
  feed::Confirmation confirmation;
  RETURN_IF_ERROR(Read(item.confirmed().record_id(), "confirmed: id", confirmation.id));
  RETURN_IF_ERROR(Read(item.confirmed().leaf(), "confirmed: leaf", confirmation.leaf));
  confirmation.receipts = item.confirmed().receipts();
  confirmation.sent_to = item.confirmed().sent_to();
  return confirmation;
}

void AddItem(const feed::OfferedRecord& offered, v1::Item& out) {
  *out.mutable_record() = ToWire(offered);
}
void AddItem(const feed::Retraction& retraction, v1::Item& out) {
  v1::Retract& retract = *out.mutable_retract();
  retract.set_record_id(retraction.id.str());
  retract.set_leaf(retraction.leaf.str());
  retract.set_keep(retraction.keep);
  retract.set_exist(retraction.exist);
}
void AddItem(const feed::Confirmation& confirmation, v1::Item& out) {
  v1::Confirmed& confirmed = *out.mutable_confirmed();
  confirmed.set_record_id(confirmation.id.str());
  confirmed.set_leaf(confirmation.leaf.str());
  confirmed.set_receipts(confirmation.receipts);
  confirmed.set_sent_to(confirmation.sent_to);
}

}  // namespace

grpc::Status ToWire(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code()), ""};
}

absl::Status FromWire(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  std::string message = status.error_message();
  if (message.empty()) {
    message = fmt::format("the peer answered with code {}", static_cast<int>(status.error_code()));
  }
  return MakeStatus(static_cast<absl::StatusCode>(status.error_code()), message);
}

v1::PeerRecord ToWire(const feed::OfferedRecord& offered) {
  v1::PeerRecord out;
  out.set_record(offered.record);
  for (const auto& attestation : offered.attestations) *out.add_attestations() = attestation;
  out.set_relay(offered.relay);
  return out;
}

feed::OfferedRecord FromWire(v1::PeerRecord&& record) {
  feed::OfferedRecord offered;
  offered.record = std::move(*record.mutable_record());
  offered.attestations.assign(record.attestations().begin(), record.attestations().end());
  offered.relay = static_cast<policy::SectionMask>(record.relay() & 0xffff);
  return offered;
}

v1::Batch ToWire(const feed::FeedBatch& batch) {
  v1::Batch out;
  out.set_cursor(batch.cursor);
  for (const feed::FeedItem& item : batch.items) {
    std::visit([&](const auto& value) { AddItem(value, *out.add_items()); }, item);
  }
  return out;
}

absl::StatusOr<feed::FeedEvent> FromWire(v1::Batch&& batch) {
  if (batch.cursor().size() > feed::kCursorBytesMax) return InvalidArgument("batch: cursor");
  if (static_cast<std::size_t>(batch.items_size()) > kItemsMax) {
    return InvalidArgument("batch: items");
  }
  feed::FeedEvent event;
  event.batch.cursor = batch.cursor();
  for (v1::Item& item : *batch.mutable_items()) {
    if (item.has_state()) {
      event.state = item.state();
    } else if (item.refresh()) {
      event.refresh = true;
    } else if (item.has_record() || item.has_retract() || item.has_confirmed()) {
      ASSIGN_OR_RETURN(feed::FeedItem value, ItemFromWire(std::move(item)));
      event.batch.items.push_back(std::move(value));
    }
    // A case we don't know is skipped: the cursor goes on.
  }
  return event;
}

v1::PublishItem ToWire(std::uint64_t sequence, const feed::PublishItem& item) {
  v1::PublishItem out;
  out.set_sequence(sequence);
  if (const auto* offered = std::get_if<feed::OfferedRecord>(&item)) {
    *out.mutable_record() = ToWire(*offered);
    return out;
  }
  const feed::Receipt& receipt = std::get<feed::Receipt>(item);
  out.mutable_receipt()->set_record_id(receipt.id.str());
  out.mutable_receipt()->set_leaf(receipt.leaf.str());
  return out;
}

absl::StatusOr<feed::PublishItem> FromWire(v1::PublishItem&& item) {
  if (item.has_record()) return FromWire(std::move(*item.mutable_record()));
  if (!item.has_receipt()) return InvalidArgument("publish: neither record nor receipt");
  feed::Receipt receipt;
  RETURN_IF_ERROR(Read(item.receipt().record_id(), "receipt: id", receipt.id));
  RETURN_IF_ERROR(Read(item.receipt().leaf(), "receipt: leaf", receipt.leaf));
  return receipt;
}

v1::SubscribeRequest ToWire(const feed::FeedRequest& request, BytesView cursor) {
  v1::SubscribeRequest out;
  out.set_cursor(Bytes(cursor));
  for (const record::CircleId& circle : request.circles) out.add_circles(circle.str());
  for (const policy::Kind kind : request.kinds) out.add_kinds(static_cast<std::uint32_t>(kind));
  return out;
}

absl::StatusOr<feed::FeedRequest> FromWire(const v1::SubscribeRequest& request) {
  const absl::Status bad = InvalidArgument("subscribe: request");
  if (static_cast<std::size_t>(request.circles_size()) > record::kListMax) return bad;
  if (request.kinds_size() > 16 || request.cursor().size() > feed::kCursorBytesMax) return bad;
  feed::FeedRequest out;
  for (const std::string& circle : request.circles()) {
    RETURN_IF_ERROR(Read(circle, "subscribe: circle", out.circles.emplace_back()));
  }
  for (const std::uint32_t kind : request.kinds()) {
    if (kind == 0 || kind > static_cast<std::uint32_t>(policy::Kind::kWithdrawal)) return bad;
    out.kinds.push_back(static_cast<policy::Kind>(kind));
  }
  if (!std::is_sorted(out.circles.begin(), out.circles.end()) ||
      !std::is_sorted(out.kinds.begin(), out.kinds.end())) {
    return bad;
  }
  return out;
}

}  // namespace renkei::exchange
