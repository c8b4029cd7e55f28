// Publishing by two persons: a command that would publish becomes a draft, which another account
// looks at and approves.  What it approves is what it was shown: the digest covers the draft, the
// policy, own assets, and all that would leave.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/app/audit_log.h"
#include "node/app/commands_parts.h"

namespace renkei::app {

// Begins the author of what a source brought (`source:NAME`): no account can be called so.
inline constexpr std::string_view kSourceAuthor = "source:";
bool IsOfSource(const PendingDraft& draft);

// What would happen if a draft were approved now.
struct Outlook {
  Json records = Json::array();
  bool refused = false;
  std::size_t unchanged = 0;  // records that are published already, as they stand here
  std::string summary{};
  DraftShown shown{};
};
absl::StatusOr<Outlook> LookAhead(const CommandContext& context, const PendingDraft& draft);

// Whether this command only makes a draft (`approval = "two-person"`).
bool NeedsTwo(const Node& node, std::string_view command);

// Keeps the command for another account.  Refused at once if the lint refuses it.
CommandResult SubmitDraft(const CommandContext& context, const std::string& command,
                          const Json& arguments, const std::string& payload);

// Which of a draft's records are out already.
absl::StatusOr<std::vector<feed::PublishedOnce>> AlreadyOut(Node& node, const PendingDraft& draft);
// A decided draft goes, and with it the names of what it published.
absl::Status DropDraft(Node& node, Drafts& drafts, std::uint64_t number);
// When a node starts: of the approvals that a kill interrupted, those whose records are all out are
// ended, the others wait again.  The audit log says which.
absl::Status SettleBegunDrafts(Node& node, Drafts& drafts, const AuditLog& audit);

}  // namespace renkei::app
