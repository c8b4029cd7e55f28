// Serves the local plane on a Unix socket (mode 0600, in a 0700 folder).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/exchange/local_client.h"

namespace renkei::exchange {

// One call as it came in.
struct LocalCall {
  std::string command{};
  Json arguments = Json::object();
  std::string payload{};
  std::string token{};  // of the caller's account; never logged
};

// What answers local calls.  Called on worker threads, several at a time; may wait.
class LocalCommands {
 public:
  virtual ~LocalCommands() = default;
  virtual LocalReply Call(const LocalCall& call) = 0;
  // `emit` returns false when the client has gone or the node is stopping; then return.
  virtual void Follow(const LocalCall& call,
                      const std::function<bool(const LocalReply&)>& emit) = 0;
};

class LocalServer {
 public:
  // A socket left behind by a dead node is replaced; FAILED_PRECONDITION if a node listens there.
  // `commands` outlives this.
  static absl::StatusOr<std::unique_ptr<LocalServer>> Start(const std::string& folder,
                                                            LocalCommands& commands);
  virtual ~LocalServer() = default;  // stops; running calls are cancelled
};

}  // namespace renkei::exchange
