// Answers the command line: one function per command, JSON in and out (docs/commands.md).
//
// Each command needs a role where the node has accounts (docs/accounts.md); what publishes, decides
// or changes what is in force is recorded in the audit log.
// Errors are {"error": text, "hint": text} with exit status 1, wrong usage 2, refused 3.  Record
// ids may be shortened to any unique beginning of at least 4 hex digits.  Thread-safe; calls wait
// for the disk and, where a command says so, for a peer.
#pragma once

#include <string_view>

#include "node/app/audit_log.h"
#include "node/app/drafts.h"
#include "node/app/node.h"
#include "node/base/mutex.h"
#include "node/exchange/local_server.h"
#include "node/sources/item.h"

namespace renkei::app {

inline constexpr std::string_view kVersion = "0.1.0";

class NodeCommands : public exchange::LocalCommands, public sources::Sink {
 public:
  // `node` outlives this and has its parts already.  Settles what approvals a kill interrupted.
  explicit NodeCommands(Node& node);

  exchange::LocalReply Call(const exchange::LocalCall& call) override;
  // `subscribe` and `export`.  While nothing new comes an empty object is emitted now and then, so
  // that a client that has gone is noticed.
  void Follow(const exchange::LocalCall& call,
              const std::function<bool(const exchange::LocalReply&)>& emit) override;

  // What a standing source brought, as if `source:NAME` had handed it in.
  absl::StatusOr<sources::Taken> Take(const config::SourceConfig& source,
                                      const sources::Item& item) override;

  // The feed has grown: followers look again.  Any thread; returns at once.
  void NotifyNewEntries(store::Offset newest);
  // Ends all followers, for good.
  void Stop();

 private:
  using Emit = std::function<bool(const exchange::LocalReply&)>;

  // The first error, if not all could be recorded.
  absl::Status Record(const Caller& caller, const std::vector<AuditEntry>& entries);
  // Until the end, or until the caller is let in no more.
  absl::Status Subscribe(const exchange::LocalCall& call, const Emit& emit);
  // False once stopping, or when the client has gone.
  bool WaitBeyond(store::Offset position, const Emit& emit);

  Node& node_;
  const Timestamp started_;
  Drafts drafts_;
  const AuditLog audit_;
  Mutex mutex_;
  CondVar changed_;
  store::Offset newest_ RENKEI_GUARDED_BY(mutex_) = 0;
  bool stopping_ RENKEI_GUARDED_BY(mutex_) = false;
};

}  // namespace renkei::app
