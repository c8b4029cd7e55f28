#include "node/exchange/subscribe_stream.h"

#include "node/base/log.h"
#include "node/exchange/tls.h"
#include "node/exchange/wire.h"

namespace renkei::exchange {
namespace {

// A call that ends before it begins.
class SubscribeRefusal : public grpc::ServerWriteReactor<v1::Batch> {
 public:
  explicit SubscribeRefusal(const absl::Status& status) { Finish(ToWire(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerWriteReactor<v1::Batch>* SubscribeStream::Start(StreamHost& host,
                                                            grpc::CallbackServerContext* context,
                                                            const v1::SubscribeRequest& request) {
  const std::shared_ptr<SubscribeStream> stream(new SubscribeStream(host, context));
  absl::Status admitted = stream->Admit(request);
  if (admitted.ok() && !host.Register(stream, /*subscription=*/true)) {
    admitted = ResourceExhausted("too many streams");
  }
  if (!admitted.ok()) return new SubscribeRefusal(admitted);
  stream->self_ = stream;
  host.plane().Note({.team = stream->peer_.name(), .opened = 1});
  stream->Wake();
  return stream.get();
}

absl::Status SubscribeStream::Admit(const v1::SubscribeRequest& request) {
  certificate_ = PeerCertificate(*context_);
  ASSIGN_OR_RETURN(peer_, host_.plane().Identify(certificate_));
  RETURN_IF_ERROR(host_.plane().Admit(peer_).status());
  ASSIGN_OR_RETURN(request_, FromWire(request));
  cursor_ = request.cursor();
  return absl::OkStatus();
}

void SubscribeStream::CutOff() {
  MutexLock lock(mutex_);
  if (!gone_) context_->TryCancel();
}

void SubscribeStream::Wake() {
  {
    MutexLock lock(mutex_);
    wanted_ = true;
  }
  Pump();
}

void SubscribeStream::Heartbeat() {
  {
    MutexLock lock(mutex_);
    wanted_ = true;
    heartbeat_ = true;
  }
  Pump();
}

void SubscribeStream::Refresh() {
  {
    MutexLock lock(mutex_);
    wanted_ = true;
    refresh_ = true;
  }
  Pump();
}

void SubscribeStream::Pump() {
  {
    MutexLock lock(mutex_);
    if (busy_ || !wanted_ || gone_) return;
    busy_ = true;
    wanted_ = false;
  }
  const std::shared_ptr<SubscribeStream> self = shared_from_this();
  if (host_.RunForPeer(peer_.name(), [self] { self->Work(); })) return;
  // The readers are behind, or stopping; the next heartbeat asks again.
  bool ended = false;
  {
    MutexLock lock(mutex_);
    wanted_ = true;
    ended = cancelled_;
    busy_ = ended;
  }
  if (ended) End(MakeStatus(absl::StatusCode::kCancelled, "cancelled"));
}

void SubscribeStream::Work() {
  bool ended = false;
  {
    MutexLock lock(mutex_);
    ended = cancelled_;
  }
  if (ended) return End(MakeStatus(absl::StatusCode::kCancelled, "cancelled"));
  const absl::StatusOr<bool> write = Prepare();
  if (!write.ok()) return End(write.status());
  if (*write) {
    StartWrite(&message_);
    return;
  }
  // Where there is nothing for this peer yet, others have their turn before the next look.
  Release(more_);
}

absl::StatusOr<bool> SubscribeStream::Prepare() {
  // Asked again for every batch: who was cut off a moment ago gets nothing more.
  // (peer_ itself is read by others and never changes.)
  ASSIGN_OR_RETURN(const membership::PeerIdentity now, host_.plane().Identify(certificate_));
  ASSIGN_OR_RETURN(const feed::PeerContext peer, host_.plane().Admit(now));
  ASSIGN_OR_RETURN(const feed::FeedBatch batch,
                   host_.plane().egress().Read(peer, request_, cursor_));
  cursor_ = batch.cursor;
  more_ = batch.more;
  // A batch without entries says that there are no more: not while we still look.
  if (more_ && batch.items.empty()) return false;
  bool heartbeat = false;
  bool refresh = false;
  {
    MutexLock lock(mutex_);
    std::swap(heartbeat, heartbeat_);
    std::swap(refresh, refresh_);
  }
  message_ = ToWire(batch);
  if (const std::uint64_t version = host_.plane().StateVersion(); version > state_sent_) {
    if (auto state = host_.plane().State()) *message_.add_items()->mutable_state() = *state;
    state_sent_ = version;
  }
  if (refresh) message_.add_items()->set_refresh(true);
  host_.plane().Note({.team = peer_.name(),
                      .opened = 0,
                      .position = host_.plane().egress().PositionOf(peer, request_, cursor_)});
  const bool write = !end_said_ || heartbeat || message_.items_size() > 0;
  if (batch.items.empty()) end_said_ = true;
  more_ = more_ || !end_said_;
  return write;
}

void SubscribeStream::Release(bool more) {
  bool ended = false;
  {
    MutexLock lock(mutex_);
    wanted_ = wanted_ || more;
    ended = cancelled_;
    busy_ = ended;
  }
  if (ended) return End(MakeStatus(absl::StatusCode::kCancelled, "cancelled"));
  Pump();
}

void SubscribeStream::OnWriteDone(bool ok) {
  if (!ok) return End(MakeStatus(absl::StatusCode::kCancelled, "cancelled"));
  Release(more_);
}

void SubscribeStream::OnCancel() {
  {
    MutexLock lock(mutex_);
    cancelled_ = true;
    if (busy_) return;  // whoever is busy ends the call
    busy_ = true;
  }
  End(MakeStatus(absl::StatusCode::kCancelled, "cancelled"));
}

// REQUIRES: busy.  The call stays busy for good.
void SubscribeStream::End(const absl::Status& status) { Finish(ToWire(status)); }

void SubscribeStream::OnDone() {
  {
    MutexLock lock(mutex_);
    gone_ = true;
  }
  host_.Unregister(this);
  host_.plane().Note({.team = peer_.name(), .opened = -1});
  LogEvent(LogLevel::kInfo, "stream.ended", {{"peer", LogSafe(peer_.name())}});
  const std::shared_ptr<SubscribeStream> self = std::move(self_);
}

}  // namespace renkei::exchange
