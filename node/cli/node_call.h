// Asking the running node, as most commands do.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/base/json.h"
#include "node/cli/arguments.h"
#include "node/cli/command.h"
#include "node/exchange/local_client.h"

namespace renkei::cli {

// Which node, who asks, and how its answer is printed: --dir, --token-file, --json.
struct Target {
  std::string folder{};
  bool json = false;
  std::string token_file{};

  // Adds --dir, and --json where the command reads.
  void AddTo(ArgumentParser& parser, bool reading = true);
  // --dir, else $RENKEI_DIR, else the working folder.
  std::string Folder() const;
  // What --token-file, else $RENKEI_TOKEN_FILE names; empty if neither does.  PERMISSION_DENIED if
  // others may read that file.
  absl::StatusOr<std::string> Token() const;
};

// A way to the node, with the caller's token.
absl::StatusOr<std::unique_ptr<exchange::LocalClient>> ConnectNode(const Target& target);

using Print = std::function<void(const Json& answer)>;

// Calls the node and prints: the answer's JSON with --json, else by `print`; an error goes to
// stderr. Answers the exit status.
int Ask(Context& context, const Target& target, const std::string& command, const Json& arguments,
        const Print& print, const std::string& payload = {});

// The same without printing the answer.  An error of the call itself is the reply's.
exchange::LocalReply CallNode(const Target& target, const std::string& command,
                              const Json& arguments, const std::string& payload = {});
// Says the error of a reply on stderr, if it has one, and before it each problem of what was given.
void PrintReplyError(Context& context, const std::string& command, const Json& reply);

// A reply for a call that failed.
exchange::LocalReply CallFailed(const Target& target, const absl::Status& status);

}  // namespace renkei::cli
