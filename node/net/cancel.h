// Ends what waits for the network, when the node stops.
#pragma once

#include <atomic>

namespace renkei::net {

// Thread-safe.  Once asked for it stays so.
class Cancel {
 public:
  void Ask() { asked_.store(true, std::memory_order_relaxed); }
  bool asked() const { return asked_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> asked_ = false;
};

}  // namespace renkei::net
