// Syslog messages (RFC 5424) over TLS (RFC 5425: each with its length in front), for SIEMs.
//
// The message is the event as one line of JSON; structured data `renkei@32473` says the same
// briefly, for rules: event, id, kind, tlp, severity, author.  A message over `max_bytes` goes
// without the record's sections and says so (`cut="true"`).  Syslog has no acknowledgements: a
// message counts as delivered when the peer's system has acknowledged its bytes.
#pragma once

#include <memory>
#include <string>

#include "node/base/clock.h"
#include "node/push/channel.h"
#include "node/push/tls_client.h"

namespace renkei::push {

// One message without its length, at most `max_bytes` long; `host`: of this node.  Pure.
std::string SyslogMessage(const Event& event, const std::string& host, Timestamp now,
                          std::size_t max_bytes);

class SyslogChannel : public Channel {
 public:
  // Both references outlive this.
  SyslogChannel(TlsPeer peer, std::size_t max_bytes, const Clock& clock, const StopSignal& stop);

  Delivered Deliver(std::span<const Event> events) override;

 private:
  absl::Status Send(std::string_view bytes);

  const TlsPeer peer_;
  const std::size_t max_bytes_;
  const Clock& clock_;
  const StopSignal& stop_;
  const std::string host_;
  std::unique_ptr<TlsClient> connection_{};
};

}  // namespace renkei::push
