// What a running call needs of the server it belongs to; for this folder alone.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/exchange/peer_plane.h"

namespace renkei::exchange {

// A call that can be ended from outside.  Thread-safe.
class LiveCall {
 public:
  virtual ~LiveCall() = default;
  virtual const membership::PeerIdentity& peer() const = 0;
  virtual const std::string& certificate() const = 0;
  // Ends the call at once; what was handed to gRPC before may still be on its way.
  virtual void CutOff() = 0;
  virtual void Wake() = 0;       // there may be something to send
  virtual void Heartbeat() = 0;  // send a cursor even if there is not
  virtual void Refresh() = 0;    // tell the peer to call Refresh
};

class StreamHost {
 public:
  virtual ~StreamHost() = default;
  virtual PeerPlane& plane() = 0;
  // Runs `job` on a thread that may wait for the disk, one of a peer at a time.  False if too many
  // wait; it does not run then.
  [[nodiscard]] virtual bool RunForPeer(const std::string& peer, std::function<void()> job) = 0;
  // Of one stream's publications that are taken and not yet acknowledged.
  virtual std::size_t bytes_in_flight_max() const = 0;
  // False if the peer, or the node, has too many.
  virtual bool Register(const std::shared_ptr<LiveCall>& call, bool subscription) = 0;
  virtual void Unregister(const LiveCall* call) = 0;
};

}  // namespace renkei::exchange
