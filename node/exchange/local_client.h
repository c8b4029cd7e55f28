// The command line's way to the running node: a Unix socket in the node's folder, no gRPC type.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/base/json.h"
#include "node/base/status.h"

namespace renkei::exchange {

// Name of the socket in a node's folder.
inline constexpr std::string_view kSocketName = "node.sock";

// NOLINTNEXTLINE(bugprone-exception-escape): moving a Json throws nothing
struct LocalReply {
  int exit_status = 0;  // 0 done, 1 failed, 2 wrong usage, 3 refused by policy or lint
  Json json{};  // the answer; on failure {"error": "...", "hint": "..."} beside what is known
};

// Thread-safe.
class LocalClient {
 public:
  // UNAVAILABLE `no node is running in DIR` (hint: start it with `renkei run --dir DIR`) if nobody
  // listens there; INVALID_ARGUMENT if the socket's path is longer than 107 characters.
  // `token`: of the caller's account; empty: none.  It goes with every call.
  static absl::StatusOr<std::unique_ptr<LocalClient>> Connect(const std::string& folder,
                                                              const std::string& token);

  virtual ~LocalClient() = default;
  // Waits for the answer.  UNAVAILABLE if the node goes away meanwhile.
  virtual absl::StatusOr<LocalReply> Call(const std::string& command, const Json& arguments,
                                          const std::string& payload = {}) = 0;
  // Answers that go on until `each` returns false or the node ends them.
  virtual absl::Status Follow(const std::string& command, const Json& arguments,
                              const std::function<bool(const LocalReply&)>& each) = 0;
};

}  // namespace renkei::exchange
