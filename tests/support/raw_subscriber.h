// A subscriber with a team's real keys that keeps everything it is handed, byte for byte.
//
// Built on the same dialling side as a member, but nothing is checked, stored or thrown away.
// The reading thread ends with the stream; other methods are confined to the test's thread.
// Failures end the test (child_process.h).
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "node/exchange/grpc_transport.h"
#include "tests/support/child_process.h"

namespace renkei::testing_support {

// Whose keys a raw connection shows.  PEM texts.
struct PeerKeys {
  std::string key{};
  std::string certificate{};
  std::string ca{};
};

// Of a node that has joined; `folder` is the node's.
PeerKeys ReadPeerKeys(const std::string& folder);

// A connection that takes any peer whose certificate the authority signed.
std::unique_ptr<exchange::PeerConnection> DialRaw(const std::string& address, const PeerKeys& keys);

class RawSubscriber {
 public:
  // Begins to read at once, from the start.  `connection` outlives this.
  explicit RawSubscriber(exchange::PeerConnection& connection);
  ~RawSubscriber();  // cancels

  // Waits for the offered record of this id (hex), in any revision.
  void WaitForRecord(const std::string& id);
  // Waits for any event: the stream stands.
  void WaitForEvent();
  // Waits until the other side has ended the stream: why, and when.
  struct Ended {
    absl::Status why = absl::OkStatus();
    std::chrono::steady_clock::time_point at{};
  };
  Ended WaitForEnd();

  // All so far, in order.
  std::vector<feed::FeedEvent> events() const;
  std::vector<feed::OfferedRecord> records() const;

 private:
  void Wait(const std::string& what, const std::function<bool()>& holds);

  const std::unique_ptr<feed::SubscribeCall> call_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<feed::FeedEvent> events_;
  std::optional<Ended> ended_;
  std::jthread reader_;
};

// How the peer answers one publication: the code of its ack, or of the call's end.
absl::StatusCode PublishRaw(exchange::PeerConnection& connection, const feed::PublishItem& item);

}  // namespace renkei::testing_support
