// What a standing source brings: published, or kept as a draft until a person approves it.
//
// The same checks as for what a person hands in: own assets, leak lint, policy.  Automatic sources
// publish what these let pass and no person must read; all else waits, and where two persons decide
// everything does.  A newer version takes the place of a draft that still waits.  Reference:
// docs/sources.md.
#pragma once

#include "config/source_config.h"
#include "node/app/audit_log.h"
#include "node/app/drafts.h"
#include "node/app/node.h"
#include "node/sources/item.h"

namespace renkei::app {

// Thread-safe.  Errors as sources::Sink::Take.
absl::StatusOr<sources::Taken> TakeFromSource(Node& node, Drafts& drafts, const AuditLog& audit,
                                              const config::SourceConfig& source,
                                              const sources::Item& item);

}  // namespace renkei::app
