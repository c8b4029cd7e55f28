// Between the messages of exchange.proto and the feed's values; and the only way a Status becomes a
// wire status: a code, no message.
#pragma once

#include <grpcpp/support/status.h>
#include <renkei/v1/exchange.pb.h>

#include "node/feed/items.h"
#include "node/feed/transport.h"

namespace renkei::exchange {

grpc::Status ToWire(const absl::Status& status);
absl::Status FromWire(const grpc::Status& status);

v1::PeerRecord ToWire(const feed::OfferedRecord& offered);
feed::OfferedRecord FromWire(v1::PeerRecord&& record);

v1::Batch ToWire(const feed::FeedBatch& batch);
// INVALID_ARGUMENT for ids, leaves or cursors of a wrong size.
absl::StatusOr<feed::FeedEvent> FromWire(v1::Batch&& batch);

v1::PublishItem ToWire(std::uint64_t sequence, const feed::PublishItem& item);
absl::StatusOr<feed::PublishItem> FromWire(v1::PublishItem&& item);

v1::SubscribeRequest ToWire(const feed::FeedRequest& request, BytesView cursor);
absl::StatusOr<feed::FeedRequest> FromWire(const v1::SubscribeRequest& request);

}  // namespace renkei::exchange
