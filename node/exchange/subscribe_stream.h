// One subscriber's stream: batches from Egress, written one at a time, so that no more than one is
// ever buffered for a slow peer.
//
// Whoever holds `busy_` (a read job, a write under way, or the end of the call) is alone in calling
// StartWrite and Finish; all others only leave word.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <renkei/v1/exchange.pb.h>

#include "node/exchange/stream_host.h"

namespace renkei::exchange {

class SubscribeStream : public grpc::ServerWriteReactor<v1::Batch>,
                        public LiveCall,
                        public std::enable_shared_from_this<SubscribeStream> {
 public:
  static grpc::ServerWriteReactor<v1::Batch>* Start(StreamHost& host,
                                                    grpc::CallbackServerContext* context,
                                                    const v1::SubscribeRequest& request);

  const membership::PeerIdentity& peer() const override { return peer_; }
  const std::string& certificate() const override { return certificate_; }
  void CutOff() override;
  void Wake() override;
  void Heartbeat() override;
  void Refresh() override;

 private:
  SubscribeStream(StreamHost& host, grpc::CallbackServerContext* context)
      : host_(host), context_(context) {}

  absl::Status Admit(const v1::SubscribeRequest& request);
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void Pump();
  void Work();
  // One batch to write in message_, nothing to write, or the end.
  absl::StatusOr<bool> Prepare();
  void Release(bool more);
  void End(const absl::Status& status);

  StreamHost& host_;
  grpc::CallbackServerContext* const context_;
  std::string certificate_;
  membership::PeerIdentity peer_;
  feed::FeedRequest request_;
  std::shared_ptr<SubscribeStream> self_;  // until OnDone

  // Of whoever is busy.
  Bytes cursor_;
  v1::Batch message_;
  bool more_ = false;
  bool end_said_ = false;  // the batch without entries that ends the catching up was prepared
  std::uint64_t state_sent_ = 0;

  Mutex mutex_;
  bool busy_ RENKEI_GUARDED_BY(mutex_) = false;
  bool wanted_ RENKEI_GUARDED_BY(mutex_) = false;
  bool heartbeat_ RENKEI_GUARDED_BY(mutex_) = false;
  bool refresh_ RENKEI_GUARDED_BY(mutex_) = false;
  bool cancelled_ RENKEI_GUARDED_BY(mutex_) = false;
  bool gone_ RENKEI_GUARDED_BY(mutex_) = false;  // OnDone has run: context_ is no more
};

}  // namespace renkei::exchange
