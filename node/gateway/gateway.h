// The gateway: HTTPS for tools that read what this node holds, and nothing else.
//
// Every request needs a token (tokens.h); its scope says which part of the tree it opens, and its
// facts what is seen there (showing.h).  Who has no token learns nothing, not even which paths
// there are.  Errors carry a code.  Paths: docs/gateway.md.  Thread-safe.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "config/gateway_config.h"
#include "node/base/mutex.h"
#include "node/gateway/http.h"
#include "node/gateway/http_server.h"
#include "node/gateway/lists.h"
#include "node/gateway/server_certificate.h"
#include "node/gateway/taxii.h"
#include "node/gateway/tokens.h"

namespace renkei::gateway {

struct GatewayCounts {
  std::uint64_t requests = 0;   // since the start
  std::uint64_t last_hour = 0;  // of these, in the last 60 minutes
  std::uint64_t refused = 0;    // without a token that counts
};

class Gateway {
 public:
  explicit Gateway(const Parts& parts);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Reads the tokens, and listens if `config` says where.  `folder`: of the node, where the files
  // of certificate and key are looked for.
  absl::Status Start(const config::GatewayConfig& config, const std::string& folder);
  // Closes all connections.
  void Stop();

  std::string address() const { return server_ == nullptr ? "" : server_->address(); }
  bool uses_tls() const { return !certificate_file_.empty(); }
  TokenBook& tokens() { return tokens_; }
  GatewayCounts counts() const;
  absl::Status ReloadCertificate();
  // The certificate in its file now.  FAILED_PRECONDITION: there is none.
  absl::StatusOr<ServerCertificate> ReadCertificate() const;
  // Whether the policy in force understands a reader's facts.
  Problems CheckFacts(const std::string& see) const;

  // Forgets what is kept for readers who can't come any more: a part of it, each minute.
  absl::Status Tidy();

  // What the server does with each request; any thread.
  Response Handle(const Request& request);

 private:
  Response Answer(const Request& request);
  Response AnswerFile(const Request& request, const Target& target, const Token& token);
  void Count(const Response& response);

  const Parts parts_;
  TokenBook tokens_;
  Lists lists_;
  Taxii taxii_;
  std::string certificate_file_{};
  std::string key_file_{};
  mutable Mutex mutex_;
  GatewayCounts counts_ RENKEI_GUARDED_BY(mutex_);
  // Requests of each of the last 60 minutes, and the minute that each slot is of.
  static constexpr std::size_t kMinutes = 60;
  std::array<std::uint64_t, kMinutes> per_minute_ RENKEI_GUARDED_BY(mutex_) = {};
  std::array<std::int64_t, kMinutes> minute_of_ RENKEI_GUARDED_BY(mutex_) = {};
  std::unique_ptr<HttpServer> server_;  // last: calls Handle
};

}  // namespace renkei::gateway
