#include "node/exchange/publish_stream.h"

#include "node/exchange/limits.h"
#include "node/exchange/tls.h"
#include "node/exchange/wire.h"

namespace renkei::exchange {
namespace {

class PublishRefusal : public grpc::ServerBidiReactor<v1::PublishItem, v1::Ack> {
 public:
  explicit PublishRefusal(const absl::Status& status) { Finish(ToWire(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerBidiReactor<v1::PublishItem, v1::Ack>* PublishStream::Start(
    StreamHost& host, grpc::CallbackServerContext* context) {
  if (!host.plane().TakesPublications()) {
    return new PublishRefusal(PermissionDenied("this node takes no publications"));
  }
  const std::shared_ptr<PublishStream> stream(new PublishStream(host, context));
  stream->certificate_ = PeerCertificate(*context);
  auto peer = host.plane().Identify(stream->certificate_);
  if (!peer.ok()) return new PublishRefusal(peer.status());
  stream->peer_ = *std::move(peer);
  if (auto admitted = host.plane().Admit(stream->peer_); !admitted.ok()) {
    return new PublishRefusal(admitted.status());
  }
  if (!host.Register(stream, /*subscription=*/false)) {
    return new PublishRefusal(ResourceExhausted("too many streams"));
  }
  stream->self_ = stream;
  stream->Advance();
  return stream.get();
}

void PublishStream::CutOff() {
  MutexLock lock(mutex_);
  if (!gone_) context_->TryCancel();
}

// Starts whatever may be started now.  Each flag is taken under the lock before the call is made,
// so that there is one read, one write, and one end.
void PublishStream::Advance() {
  const std::size_t bytes_max = host_.bytes_in_flight_max();
  while (true) {
    Next next = Next::kNothing;
    absl::Status end;
    {
      MutexLock lock(mutex_);
      if (finished_) return;
      const bool room = slots_.size() < kPublishInFlightMax && bytes_ < bytes_max;
      while (broken_ && !slots_.empty() && slots_.front().code) {
        bytes_ -= slots_.front().bytes;
        slots_.pop_front();
        ++first_slot_;
      }
      if (!writing_ && !broken_ && !slots_.empty() && slots_.front().code) {
        next = Next::kWrite;
        writing_ = true;
        outgoing_.set_sequence(slots_.front().sequence);
        outgoing_.set_code(static_cast<std::uint32_t>(*slots_.front().code));
      } else if (!reading_ && !no_more_reads_ && room) {
        next = Next::kRead;
        reading_ = true;
      } else if (no_more_reads_ && !reading_ && !writing_ && slots_.empty()) {
        next = Next::kFinish;
        finished_ = true;
        end = end_;
      }
    }
    if (next == Next::kNothing) return;
    if (next == Next::kWrite) StartWrite(&outgoing_);
    if (next == Next::kRead) StartRead(&incoming_);
    if (next == Next::kFinish) {
      Finish(ToWire(end));
      return;
    }
  }
}

void PublishStream::StopReading(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    reading_ = false;
    no_more_reads_ = true;
    if (end_.ok()) end_ = status;
  }
  Advance();
}

void PublishStream::OnReadDone(bool ok) {
  bool enough = false;
  {
    MutexLock lock(mutex_);
    enough = no_more_reads_;
  }
  if (!ok || enough) return StopReading(absl::OkStatus());
  // Asked again for every item: who was cut off a moment ago hands over nothing more.
  const auto peer = host_.plane().Identify(certificate_);
  if (!peer.ok()) return StopReading(peer.status());
  v1::PublishItem item = std::move(incoming_);
  incoming_.Clear();
  std::uint64_t slot = 0;
  {
    MutexLock lock(mutex_);
    reading_ = false;
    slot = first_slot_ + slots_.size();
    slots_.push_back({.sequence = item.sequence(), .bytes = item.ByteSizeLong()});
    bytes_ += slots_.back().bytes;
  }
  Take(std::move(item), slot);
  Advance();
}

void PublishStream::Take(v1::PublishItem&& item, std::uint64_t slot) {
  auto taken = FromWire(std::move(item));
  const std::shared_ptr<PublishStream> self = shared_from_this();
  if (!taken.ok()) return OnTaken(slot, taken.status().code());
  const feed::Sender sender{.link = peer_.name(), .team = peer_.name(), .author_only = true};
  if (auto* offered = std::get_if<feed::OfferedRecord>(&*taken)) {
    host_.plane().intake().Take(sender, *offered,
                                [self, slot](const absl::StatusOr<feed::Outcome>& outcome) {
                                  self->OnTaken(slot, outcome.status().code());
                                });
    return;
  }
  host_.plane().intake().TakeReceipt(
      sender, std::get<feed::Receipt>(*taken),
      [self, slot](const absl::Status& status) { self->OnTaken(slot, status.code()); });
}

void PublishStream::OnTaken(std::uint64_t slot, absl::StatusCode code) {
  {
    MutexLock lock(mutex_);
    slots_[slot - first_slot_].code = code;
    if (code == absl::StatusCode::kResourceExhausted && ++refused_ >= kRefusalsPerStreamMax) {
      no_more_reads_ = true;
      if (end_.ok()) end_ = ResourceExhausted("too much for today");
    }
  }
  Advance();
}

void PublishStream::OnWriteDone(bool ok) {
  {
    MutexLock lock(mutex_);
    writing_ = false;
    broken_ = broken_ || !ok;
    bytes_ -= slots_.front().bytes;
    slots_.pop_front();
    ++first_slot_;
  }
  Advance();
}

void PublishStream::OnDone() {
  {
    MutexLock lock(mutex_);
    gone_ = true;
  }
  host_.Unregister(this);
  const std::shared_ptr<PublishStream> self = std::move(self_);
}

}  // namespace renkei::exchange
