// One publisher's stream: takes items, acknowledges each after its commit, in order.
//
// At most kPublishInFlightMax items and the host's bytes_in_flight_max (and one item beyond) are
// taken and not yet acknowledged; then reading pauses, and gRPC's flow control holds the peer back.
// After kRefusalsPerStreamMax refusals for a full quota the stream ends: an author of ours stops
// sooner by itself, and comes back after a while.
#pragma once

#include <deque>

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <renkei/v1/exchange.pb.h>

#include "node/exchange/stream_host.h"

namespace renkei::exchange {

class PublishStream : public grpc::ServerBidiReactor<v1::PublishItem, v1::Ack>,
                      public LiveCall,
                      public std::enable_shared_from_this<PublishStream> {
 public:
  static grpc::ServerBidiReactor<v1::PublishItem, v1::Ack>* Start(
      StreamHost& host, grpc::CallbackServerContext* context);

  const membership::PeerIdentity& peer() const override { return peer_; }
  const std::string& certificate() const override { return certificate_; }
  void CutOff() override;
  void Wake() override {}
  void Heartbeat() override {}
  void Refresh() override {}

 private:
  struct Slot {
    std::uint64_t sequence = 0;
    std::size_t bytes = 0;
    std::optional<absl::StatusCode> code{};
  };
  enum class Next { kNothing, kRead, kWrite, kFinish };

  PublishStream(StreamHost& host, grpc::CallbackServerContext* context)
      : host_(host), context_(context) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override {}
  void OnDone() override;

  void Take(v1::PublishItem&& item, std::uint64_t slot);
  void OnTaken(std::uint64_t slot, absl::StatusCode code);
  void Advance();
  void StopReading(const absl::Status& status);

  StreamHost& host_;
  grpc::CallbackServerContext* const context_;
  std::string certificate_;
  membership::PeerIdentity peer_;
  std::shared_ptr<PublishStream> self_;  // until OnDone
  v1::PublishItem incoming_;             // of the read under way
  v1::Ack outgoing_;                     // of the write under way

  Mutex mutex_;
  std::deque<Slot> slots_ RENKEI_GUARDED_BY(mutex_);
  std::uint64_t first_slot_ RENKEI_GUARDED_BY(mutex_) = 0;  // number of slots_.front()
  std::size_t bytes_ RENKEI_GUARDED_BY(mutex_) = 0;
  int refused_ RENKEI_GUARDED_BY(mutex_) = 0;  // for a quota
  bool reading_ RENKEI_GUARDED_BY(mutex_) = false;
  bool writing_ RENKEI_GUARDED_BY(mutex_) = false;
  bool no_more_reads_ RENKEI_GUARDED_BY(mutex_) = false;
  bool broken_ RENKEI_GUARDED_BY(mutex_) = false;  // acks can't be written any more
  bool finished_ RENKEI_GUARDED_BY(mutex_) = false;
  bool gone_ RENKEI_GUARDED_BY(mutex_) = false;
  absl::Status end_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::exchange
