// One TLS connection out: TCP, TLS 1.2 or newer, the server's certificate checked against its name.
//
// Every wait has an end and stops with the stop signal.  Resolving a name is the C library's and
// takes as long as its own settings say.
// Errors: FAILED_PRECONDITION (a file of ours), UNAVAILABLE (all else; who does not prove its name
// may do so later).  Confined to one thread.  Source: RFC 5280, 6125, 8446.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "config/push_config.h"
#include "node/base/status.h"
#include "node/push/stop_signal.h"

namespace renkei::push {

struct TlsPeer {
  std::string host{};  // a name or an address; the certificate must be its own
  int port = 0;
  config::PushTls files{};  // paths as they are opened
};

class TlsClient {
 public:
  // `stop` outlives it.
  static absl::StatusOr<std::unique_ptr<TlsClient>> Connect(const TlsPeer& peer,
                                                            const StopSignal& stop);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // All of it, into the connection.
  absl::Status Write(std::string_view bytes);
  // Waits until the peer's system has acknowledged all that was written.
  absl::Status Flush();
  // Whether the peer has ended the connection; what it says is thrown away.
  absl::Status CheckOpen();

 private:
  struct Handles;

  TlsClient(std::unique_ptr<Handles> handles, const StopSignal& stop);
  absl::Status Open(const TlsPeer& peer);
  absl::Status Dial(const TlsPeer& peer);
  absl::Status Handshake();
  // Until the socket may be read or written.
  absl::Status Await(short events, std::chrono::steady_clock::time_point until) const;
  // What to wait for after a call of OpenSSL that did not end; or why it failed.
  absl::StatusOr<short> Wanted(int result, std::string_view doing) const;

  const std::unique_ptr<Handles> handles_;
  const StopSignal& stop_;
};

}  // namespace renkei::push
