// Who is connected, and how far it has come: for `peers`, `status` and `why`.  Thread-safe.
#pragma once

#include <map>

#include "node/app/node.h"
#include "node/base/mutex.h"
#include "node/exchange/peer_plane.h"

namespace renkei::app {

class PeerBook {
 public:
  explicit PeerBook(const Clock& clock) : clock_(clock) {}

  void Note(const exchange::StreamNews& news);
  std::vector<PeerState> All() const;

 private:
  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<std::string, PeerState> peers_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::app
