#include "tests/support/raw_subscriber.h"

#include "node/exchange/grpc_setup.h"
#include "node/membership/node_keys.h"

namespace renkei::testing_support {

PeerKeys ReadPeerKeys(const std::string& folder) {
  const auto keys = membership::LoadNodeKeys(folder + "/keys");
  if (!keys.ok()) Fail("keys of " + folder + ": " + Message(keys.status()));
  if (!keys->certificate || !keys->ca_certificate) Fail(folder + " has not joined");
  return {.key = keys->tls.ToPem(),
          .certificate = keys->certificate->ToPem(),
          .ca = keys->ca_certificate->ToPem()};
}

std::unique_ptr<exchange::PeerConnection> DialRaw(const std::string& address,
                                                  const PeerKeys& keys) {
  exchange::SetUpGrpc();
  return exchange::PeerConnection::Dial(
      {.address = address,
       .key_pem = keys.key,
       .certificate_pem = keys.certificate,
       .ca_pem = keys.ca,
       .judge = [](const std::string&) { return absl::OkStatus(); }});
}

RawSubscriber::RawSubscriber(exchange::PeerConnection& connection)
    : call_(connection.OpenSubscribe({}, "")), reader_([this] {
        while (auto event = call_->Read()) {
          const std::lock_guard lock(mutex_);
          events_.push_back(*std::move(event));
          changed_.notify_all();
        }
        const auto at = std::chrono::steady_clock::now();
        const absl::Status why = call_->Finish();
        const std::lock_guard lock(mutex_);
        ended_ = Ended{.why = why, .at = at};
        changed_.notify_all();
      }) {}

RawSubscriber::~RawSubscriber() {
  call_->Cancel();
  reader_.join();
}

void RawSubscriber::Wait(const std::string& what, const std::function<bool()>& holds) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, kPatience, holds)) return;
  Fail("raw subscriber: waited in vain: " + what);
}

void RawSubscriber::WaitForRecord(const std::string& id) {
  Wait("record " + id, [&] {
    if (ended_) Fail("raw subscriber: the stream ended: " + Message(ended_->why));
    for (const feed::FeedEvent& event : events_) {
      for (const feed::FeedItem& item : event.batch.items) {
        const auto* offered = std::get_if<feed::OfferedRecord>(&item);
        if (offered == nullptr) continue;
        const auto record = record::Open(offered->record);
        if (record.ok() && record::ToString(record->header().record_id) == id) return true;
      }
    }
    return false;
  });
}

void RawSubscriber::WaitForEvent() {
  Wait("any event", [&] { return !events_.empty() || ended_; });
  if (ended_) Fail("raw subscriber: the stream ended: " + Message(ended_->why));
}

RawSubscriber::Ended RawSubscriber::WaitForEnd() {
  Wait("the end of the stream", [&] { return ended_.has_value(); });
  return *ended_;
}

std::vector<feed::FeedEvent> RawSubscriber::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::vector<feed::OfferedRecord> RawSubscriber::records() const {
  std::vector<feed::OfferedRecord> records;
  for (const feed::FeedEvent& event : events()) {
    for (const feed::FeedItem& item : event.batch.items) {
      if (const auto* offered = std::get_if<feed::OfferedRecord>(&item)) {
        records.push_back(*offered);
      }
    }
  }
  return records;
}

absl::StatusCode PublishRaw(exchange::PeerConnection& connection, const feed::PublishItem& item) {
  const auto call = connection.OpenPublish();
  call->Write(1, item);
  const auto ack = call->ReadAck();
  call->Cancel();
  const absl::Status ended = call->Finish();
  return ack ? ack->code : ended.code();
}

}  // namespace renkei::testing_support
