#include "node/feed/intake_rules.h"

#include <algorithm>

#include "node/base/log.h"
#include "node/feed/limits.h"
#include "node/feed/outbox.h"
#include "node/feed/view.h"

namespace renkei::feed {

bool IsWithdrawal(const record::Record& record) {
  return record.header().kind == policy::Kind::kWithdrawal;
}

bool Replaces(const record::Record& record, const store::RecordRow& row) {
  if (row.state == store::RecordState::kWithdrawn) return false;
  if (record.header().revision != row.revision) return record.header().revision > row.revision;
  return record.leaf() < row.leaf;
}

absl::Status CheckRevision(const record::Record& record, const store::RecordRow& row,
                           const std::vector<store::RevisionRow>& revisions) {
  const record::Header& header = record.header();
  if (row.origin != header.origin) return InvalidArgument("a record id of another origin");
  const bool seen = std::any_of(revisions.begin(), revisions.end(),
                                [&](const auto& r) { return r.leaf == record.leaf(); });
  if (!seen && row.revision == header.revision) {
    LogEvent(LogLevel::kError, "author.equivocated",
             {{"record", header.record_id}, {"revision", row.revision}});
  }
  // An author takes back what it said even after it said too much.
  if (!seen && revisions.size() >= kRevisionsPerRecordMax && !IsWithdrawal(record)) {
    // For good, unlike a disk that is full: whoever asks again, or waits with the rest, does so for
    // ever.
    return InvalidArgument("more revisions of a record than the limit");
  }
  if (!Replaces(record, row)) return absl::OkStatus();
  if (header.expires < row.expires) {
    return InvalidArgument("a revision that expires earlier than the one before");
  }
  if (header.revision == row.revision + 1 && header.previous != row.leaf) {
    LogEvent(LogLevel::kWarn, "revision.mismatched",
             {{"record", header.record_id}, {"revision", header.revision}});
  }
  return absl::OkStatus();
}

absl::Status CheckUnnamedLink(std::string_view link, const record::Record& record,
                              const std::optional<store::RecordRow>& row) {
  if (record.header().source == policy::SourceMode::kAttributed || link == kHubLink) {
    return absl::OkStatus();
  }
  if (row && (row->leaf == record.leaf() || IsWithdrawal(record))) return absl::OkStatus();
  return PermissionDenied("a record without a name that the hub has not passed on");
}

absl::Status CheckSighting(const store::Reader& reader, const policy::Evaluator& evaluator,
                           const Community& community, const record::Record& record,
                           const Author& author, Timestamp now) {
  const record::Header& header = record.header();
  if (!community.is_hub() || header.kind != policy::Kind::kSighting || !header.about) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto row, reader.FindRecord(header.about->record_id));
  // Unknown and unseen look the same.
  absl::Status refused = PermissionDenied("a sighting of what its author may not sight");
  if (!row) return refused;
  ASSIGN_OR_RETURN(const Subject subject,
                   MakeSubject(row->header, row->circles, row->author, row->own, community));
  // It must not tell more people than the record did.
  const auto& tags = subject.header.tags;
  const bool wider =
      header.min_level < subject.header.min_level || header.tlp < subject.header.tlp ||
      !std::includes(header.tags.begin(), header.tags.end(), tags.begin(), tags.end());
  if (wider) return refused;
  const PeerContext peer{.team = author.team, .facts = author.facts};
  const policy::Mask mask = MaskFor(evaluator, peer, subject, now);
  const bool own = !author.team.empty() && row->author == author.team;
  return mask.sight() || own ? absl::OkStatus() : refused;
}

absl::StatusOr<std::vector<record::CircleId>> AcceptedCircles(const policy::Evaluator& evaluator,
                                                              const Community& community,
                                                              const record::Record& record,
                                                              const Author& author, Timestamp now) {
  std::vector<std::string> names;
  std::vector<record::CircleId> circles;
  for (const record::CircleId& id : record.header().circles) {
    const auto name = community.CircleName(id);
    if (!name) continue;
    names.push_back(*name);
    // Not judged by `accept`, but a circle is the author's to speak in only if it is of it.
    const bool of_it = std::any_of(author.facts.circles.begin(), author.facts.circles.end(),
                                   [&](const auto& m) { return m.circle == *name; });
    if (IsWithdrawal(record) && of_it) circles.push_back(id);
  }
  if (IsWithdrawal(record)) return circles;
  const policy::AcceptAnswer answer =
      evaluator.Accept(author.facts, record::ToMarking(record.header(), names, now));
  const std::vector<std::string> accepted = answer.circle_names();
  for (const record::CircleId& id : record.header().circles) {
    const auto name = community.CircleName(id);
    if (name && std::find(accepted.begin(), accepted.end(), *name) != accepted.end()) {
      circles.push_back(id);
    }
  }
  if (circles.empty()) return PermissionDenied("refused by the policy's accept rules");
  return circles;
}

}  // namespace renkei::feed
