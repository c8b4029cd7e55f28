// What the audit log says of a local command, made from its arguments and its answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/app/audit_log.h"
#include "node/app/node.h"
#include "node/exchange/local_client.h"

namespace renkei::app {

// Whether a command must be recorded: it publishes, decides, or changes what is in force.
bool IsAudited(std::string_view command);

// At least one entry for each command that IsAudited, unless it only asked.  No value of a record,
// a file or a token.
std::vector<AuditEntry> AuditEntries(Node& node, const std::string& command, const Json& arguments,
                                     const std::string& payload, const exchange::LocalReply& reply);

// Tells who asked that what became of it is not in the log: `unrecorded`, and exit status 1 where
// it would be 0.
void SayUnrecorded(const absl::Status& why, exchange::LocalReply& reply);

// What is in force, for `start` and `reload`.
AuditEntry InForceEntry(Node& node, const std::string& action, const std::string& result);

}  // namespace renkei::app
