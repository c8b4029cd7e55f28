// Publishing by two persons: a command that would publish becomes a draft, which another account
// looks at and approves.  What it approves is what it was shown: the digest covers the draft, the
// policy, own assets, and all that would leave.
#pragma once

#include <string>
#include <string_view>

#include "node/app/commands_parts.h"

namespace renkei::app {

// Whether this command only makes a draft (`approval = "two-person"`).
bool NeedsTwo(const Node& node, std::string_view command);

// Keeps the command for another account.  Refused at once if the lint refuses it.
CommandResult SubmitDraft(const CommandContext& context, const std::string& command,
                          const Json& arguments, const std::string& payload);

}  // namespace renkei::app
