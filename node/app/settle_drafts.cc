// What a kill left of an approval: nothing, or all of it (commands_drafts.h).

#include <set>

#include "node/app/commands_drafts.h"

namespace renkei::app {
namespace {

// The audit log's lines of an approval that a kill interrupted.
absl::Status RecordInterrupted(Node& node, const PendingDraft& draft,
                               const std::vector<feed::PublishedOnce>& out, bool all,
                               const AuditLog& audit) {
  Caller caller{.account = draft.begun_by, .role = Role::kApprover};
  const Timestamp now = node.clock().Now();
  const std::string how =
      all ? "the node stopped when all was out"
          : fmt::format("the node stopped when {} of {} were out", out.size(), draft.records);
  RETURN_IF_ERROR(audit.Append(caller,
                               {.action = "approve",
                                .object = fmt::format("draft {}", draft.number),
                                .result = all ? "approved" : "interrupted",
                                .note = fmt::format("by {}: {}", draft.author, how)},
                               now));
  if (!all) return absl::OkStatus();
  for (const feed::PublishedOnce& one : out) {
    if (one.revision == feed::kUnchangedRevision) continue;
    const std::string result = draft.command == "withdraw" ? "withdrawn"
                               : one.revision > 1          ? "revised"
                                                           : "published";
    RETURN_IF_ERROR(audit.Append(
        caller, {.action = draft.command, .object = record::ToString(one.id), .result = result},
        now));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<feed::PublishedOnce>> AlreadyOut(Node& node, const PendingDraft& draft) {
  std::vector<feed::PublishedOnce> out;
  if (draft.once.empty()) return out;
  RETURN_IF_ERROR(node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(out, feed::FindPublishedOnce(reader, draft.once));
    return absl::OkStatus();
  }));
  return out;
}

absl::Status DropDraft(Node& node, Drafts& drafts, std::uint64_t number) {
  RETURN_IF_ERROR(drafts.Remove(number));
  ASSIGN_OR_RETURN(const std::vector<PendingDraft> left, drafts.List());
  std::set<std::string> kept;
  for (const PendingDraft& draft : left) kept.insert(draft.once);
  return feed::ForgetOnce(node.store(), kept);
}

absl::Status SettleBegunDrafts(Node& node, Drafts& drafts, const AuditLog& audit) {
  RETURN_IF_ERROR(drafts.RemoveOrphans());
  ASSIGN_OR_RETURN(const std::vector<PendingDraft> waiting, drafts.List());
  for (PendingDraft draft : waiting) {
    if (!draft.begun || draft.once.empty()) continue;
    ASSIGN_OR_RETURN(const auto out, AlreadyOut(node, draft));
    const bool all = out.size() >= draft.records;
    RETURN_IF_ERROR(RecordInterrupted(node, draft, out, all, audit));
    if (all) {
      RETURN_IF_ERROR(DropDraft(node, drafts, draft.number));
      continue;
    }
    draft.begun = !out.empty();
    RETURN_IF_ERROR(drafts.Keep(draft));
  }
  return absl::OkStatus();
}

}  // namespace renkei::app
