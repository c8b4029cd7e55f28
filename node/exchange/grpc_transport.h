// The dialling side of the peer plane: one connection to one peer that must be who we meant.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/feed/transport.h"
#include "node/membership/hub_roster.h"

namespace renkei::exchange {

struct DialOptions {
  std::string address{};  // host:port
  std::string key_pem{};
  std::string certificate_pem{};
  std::string ca_pem{};
  // Judges the other side's certificate (PEM) at each handshake, and again at each call and each
  // batch that is read.  Not called once the connection has been destroyed.
  std::function<absl::Status(const std::string& pem)> judge{};
};

// Thread-safe.  Unary calls wait for kCallDeadline at most.
class PeerConnection : public feed::Transport {
 public:
  static std::unique_ptr<PeerConnection> Dial(const DialOptions& options);

  virtual absl::StatusOr<membership::Refreshed> Refresh(BytesView csr_der) = 0;
  struct Presented {
    feed::Attestations session{};
    std::optional<renkei::v1::SignedState> state{};
  };
  virtual absl::StatusOr<Presented> Present(
      const feed::Attestations& session, const std::optional<renkei::v1::SignedState>& state) = 0;
  // Connects if it is not; OK once TLS stands.
  virtual absl::Status Connect() = 0;
  // Asks about whom the last handshake let in; OK if there was none.  Running calls end by
  // themselves only when they next read: the caller cancels them.
  virtual absl::Status JudgeAgain() const = 0;
};

}  // namespace renkei::exchange
