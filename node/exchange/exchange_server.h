// The peer plane's listening side.
//
// Thread-safe.  Wakes, cut-offs and shutdown may come from any thread; gRPC's own threads never
// wait for the disk (reads and commits run on `reader-N` and `store`).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "node/exchange/peer_plane.h"

namespace renkei::exchange {

struct ExchangeOptions {
  std::string listen{};  // host:port; port 0: any
  std::string key_file{};
  std::string certificate_file{};
  std::string ca_file{};
};

// What may change while it runs.
struct ExchangeSettings {
  std::chrono::seconds heartbeat{30};
  int streams_per_peer = 4;
  std::int64_t bytes_in_flight_per_stream = 1024 * 1024;  // of publications; one item always goes
};

class ExchangeServer {
 public:
  // Answers nobody before Listen, so that `plane` (which outlives this) may use it from its first
  // call on.
  static std::unique_ptr<ExchangeServer> Make(const ExchangeOptions& options,
                                              const ExchangeSettings& settings, PeerPlane& plane);
  virtual ~ExchangeServer() = default;  // stops

  // Once.  UNAVAILABLE if the address can't be bound.
  virtual absl::Status Listen() = 0;
  // Really bound, host:port; empty before Listen.
  virtual std::string address() const = 0;
  // For running streams too.
  virtual void Set(const ExchangeSettings& settings) = 0;
  // There are new entries, or a newer community state.
  virtual void WakeAll() = 0;
  // That peer should ask for new attestations.
  virtual void TellToRefresh(const std::string& team) = 0;
  // Asks again who may be here, and ends the calls of all who may not; answers how many.
  virtual int CutOffDenied() = 0;
  // Ends all calls and refuses new ones.
  virtual void Shutdown() = 0;
};

}  // namespace renkei::exchange
