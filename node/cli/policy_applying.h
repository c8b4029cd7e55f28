// What `policy apply` and `policy revert` share: the node says what would change, whoever sits
// there agrees, the node does it.
#pragma once

#include <string>

#include "node/base/json.h"
#include "node/cli/arguments.h"
#include "node/cli/command.h"
#include "node/cli/node_call.h"

namespace renkei::cli {

struct Applying {
  Target target{};
  bool yes = false;
  bool dry_run = false;
  std::string author{};
  std::string note{};

  void AddTo(ArgumentParser& parser);
};

// `arguments` and `payload` say which policy; `doing` is the command as typed.  Answers the exit
// status.
int ApplyPolicy(Context& context, const Applying& applying, const std::string& doing,
                Json arguments, const std::string& payload);

// The local user's name, for the history; empty if it has none.
std::string LocalUser();

// The text that shows on which policy a digest stands: its first digits.
std::string ShortDigest(const Json& json);

}  // namespace renkei::cli
