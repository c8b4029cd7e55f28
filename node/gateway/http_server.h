// An HTTP server: TLS 1.2 or 1.3, or plain on a loopback address.
//
// One thread speaks to all connections, kWorkers answer requests.  What a client controls is
// bounded (limits.h): over the connections, its own or all, it is closed at once, over the requests
// in flight it is told 503. Where a connection idles or stalls it is closed.  HTTP/1.1 only; bodies
// are read and thrown away.
//
// Boost.Beast and Asio are hidden here, and no exception of theirs leaves.
// Errors: INVALID_ARGUMENT (no such address, no such certificate), FAILED_PRECONDITION (plain HTTP
// beyond loopback), UNAVAILABLE (the address is taken).  Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/gateway/http.h"

namespace renkei::gateway {

class HttpServer {
 public:
  struct Options {
    std::string host{};
    int port = 0;                    // 0: any that is free
    std::string certificate_file{};  // PEM; empty: plain HTTP
    std::string key_file{};
    int connections_max = 256;
    int requests_max = 64;
    int idle_seconds = 30;
    const Clock* clock = nullptr;  // for the Date header
  };
  // Answers one request; on a worker, many at a time.
  using Handler = std::function<Response(const Request&)>;

  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Options& options, Handler handler);
  // Closes all connections; requests that are being answered end first.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // host:port really bound.
  const std::string& address() const;
  // Reads certificate and key again, for connections that come from now on.  An error leaves what
  // was in use.
  absl::Status ReloadCertificate();

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace renkei::gateway
