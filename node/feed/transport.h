// What the feed needs of a transport to one peer: two kinds of call, each used by one thread, ended
// by any.  node/exchange implements it with gRPC; tests with queues.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "node/feed/items.h"

namespace renkei::feed {

struct AckEvent {
  std::uint64_t sequence = 0;
  absl::StatusCode code = absl::StatusCode::kOk;  // kOk: committed over there
};

// Used by one thread; Cancel by any, also after Finish.
class PublishCall {
 public:
  virtual ~PublishCall() = default;
  // False once the call has ended.
  virtual bool Write(std::uint64_t sequence, const PublishItem& item) = 0;
  virtual std::optional<AckEvent> ReadAck() = 0;
  virtual void Cancel() = 0;
  // Why it ended.
  virtual absl::Status Finish() = 0;
};

struct FeedEvent {
  FeedBatch batch{};                               // without items: no more waited for us
  std::optional<renkei::v1::SignedState> state{};  // newer community state
  bool refresh = false;                            // our own attestations have changed
};

// Used by one thread; Cancel by any, also after Finish.
class SubscribeCall {
 public:
  virtual ~SubscribeCall() = default;
  virtual std::optional<FeedEvent> Read() = 0;
  virtual void Cancel() = 0;
  virtual absl::Status Finish() = 0;
};

// Thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual std::unique_ptr<PublishCall> OpenPublish() = 0;
  virtual std::unique_ptr<SubscribeCall> OpenSubscribe(const FeedRequest& request,
                                                       BytesView cursor) = 0;
};

}  // namespace renkei::feed
