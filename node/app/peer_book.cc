#include "node/app/peer_book.h"

#include <algorithm>

namespace renkei::app {

void PeerBook::Note(const exchange::StreamNews& news) {
  MutexLock lock(mutex_);
  PeerState& peer = peers_[news.team];
  peer.team = news.team;
  peer.direction = "in";
  peer.streams += news.opened;
  peer.connected = peer.streams > 0;
  peer.position = std::max(peer.position, news.position);
  peer.last_seen = clock_.Now();
}

std::vector<PeerState> PeerBook::All() const {
  MutexLock lock(mutex_);
  std::vector<PeerState> all;
  for (const auto& [slug, peer] : peers_) all.push_back(peer);
  return all;
}

}  // namespace renkei::app
