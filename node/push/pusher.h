// All targets of a node: one thread each (`push-NAME`), told when the feed grows.
//
// Nothing here holds up the node: a target that is slow or away has its own thread, its own place,
// and one batch of memory.  A target that leaves node.toml is forgotten; one that comes is new.
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "node/push/courier.h"

namespace renkei::push {

// Makes the channel of a target; `stop` outlives it.  FAILED_PRECONDITION: its files.
using ChannelMaker = std::function<absl::StatusOr<std::unique_ptr<Channel>>(
    const config::PushTarget& target, const StopSignal& stop)>;

class Pusher {
 public:
  // What `parts` refer to outlives this.
  Pusher(const Parts& parts, std::string org, ChannelMaker make);
  ~Pusher() { Stop(); }
  Pusher(const Pusher&) = delete;
  Pusher& operator=(const Pusher&) = delete;

  // Puts `targets` in force: those that did not change go on undisturbed.  One that can't begin is
  // in states() with its error, and tries again.
  void Apply(const std::vector<config::PushTarget>& targets);
  // The feed has grown, or another policy is in force.  Any thread; returns at once.
  void Notify();
  // Ends all threads; what was not delivered waits for the next start.
  void Stop();

  std::vector<TargetState> states() const;  // in the order of node.toml
  // Sends a harmless message to a target, beside the feed.  NOT_FOUND; UNAVAILABLE; or why it could
  // not be sent.
  absl::Status Test(const std::string& name);

 private:
  class Lane;

  const Parts parts_;
  const std::string org_;
  const ChannelMaker make_;
  mutable Mutex mutex_;
  std::vector<std::shared_ptr<Lane>> lanes_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::push
