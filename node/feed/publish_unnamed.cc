// Publisher: finding what is ours again, the way to the hub, and records without a name.
#include <algorithm>

#include "node/feed/intake_rules.h"
#include "node/feed/outbox.h"
#include "node/feed/publish_once.h"
#include "node/feed/publisher.h"

namespace renkei::feed {
namespace {

// What was withdrawn before the hub had it never leaves.  The withdrawal does: some of it may have
// been on its way.
absl::Status DropUnsent(store::Writer& writer, const record::RecordId& id) {
  ASSIGN_OR_RETURN(const auto rows, writer.OutboxOf(kHubLink, id));
  for (const store::OutboxRow& row : rows) {
    ASSIGN_OR_RETURN(const OutboxItem item, DecodeOutbox(row.payload));
    if (!item.receipt) RETURN_IF_ERROR(writer.DropOutbox(kHubLink, row.sequence));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Publisher::Own> Publisher::FindOwn(const record::RecordId& id) const {
  std::optional<store::RecordRow> row;
  std::optional<store::UnnamedRow> unnamed;
  const absl::Status read2 = store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(unnamed, reader.FindUnnamed(id));
    if (unnamed) return absl::OkStatus();
    ASSIGN_OR_RETURN(row, reader.FindRecord(id));
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read2);
  if (!unnamed && !row) return NotFound(fmt::format("record {} is not held here", ToString(id)));
  if (!unnamed && !row->own) {
    return PermissionDenied(
        fmt::format("record {} is not ours: only its author may", ToString(id)));
  }
  if ((unnamed ? unnamed->state : row->state) == store::RecordState::kWithdrawn) {
    return FailedPrecondition(fmt::format("record {} is withdrawn", ToString(id)));
  }
  Own own{.leaf = unnamed ? unnamed->leaf : row->leaf};
  ASSIGN_OR_RETURN(own.header, record::ParseHeader(unnamed ? unnamed->header : row->header));
  own.unnamed = std::move(unnamed);
  return own;
}

// A record stays in its source mode for life, and one without a name in its circle.
absl::Status Publisher::KeepSource(const PublishOptions& options, const Own& own,
                                   record::DraftHeader& header) const {
  const policy::SourceMode asked = options.source.value_or(header.source);
  if (asked != policy::SourceMode::kUnspecified && asked != own.header.source) {
    return FailedPrecondition(
        fmt::format("record {} was published as {}: withdraw it, then publish anew",
                    ToString(own.header.record_id), policy::ToWord(own.header.source)));
  }
  header.source = own.header.source;
  if (!own.unnamed) return absl::OkStatus();
  const std::vector<std::string>& circles =
      options.circles.empty() ? header.circles : options.circles;
  const std::vector<std::string> before = {
      community_.CircleName(own.header.circles.front()).value_or("")};
  if (!circles.empty() && circles != before) {
    return FailedPrecondition(
        fmt::format("record {} was published to circle `{}` without a name: it stays there",
                    ToString(own.header.record_id), before.front()));
  }
  header.circles = before;
  return absl::OkStatus();
}

absl::StatusOr<Publisher::Own> Publisher::InheritFrom(const record::RecordId& id,
                                                      const PublishOptions& options,
                                                      record::DraftHeader& draft) const {
  ASSIGN_OR_RETURN(Own own, FindOwn(id));
  const record::Header& header = own.header;
  if (draft.kind != header.kind && draft.kind != policy::Kind::kUnspecified) {
    return InvalidArgument(fmt::format("the record is of kind `{}`, the file of kind `{}`",
                                       policy::ToWord(header.kind), policy::ToWord(draft.kind)));
  }
  draft.kind = header.kind;
  RETURN_IF_ERROR(KeepSource(options, own, draft));
  if (draft.circles.empty() && options.circles.empty()) {
    for (const record::CircleId& circle : header.circles) {
      if (auto name = community_.CircleName(circle)) draft.circles.push_back(*name);
    }
  }
  if (draft.tlp == policy::Tlp::kUnspecified) draft.tlp = header.tlp;
  return own;
}

SaidQuestion Publisher::SaidBefore() const {
  return [this](const std::vector<Said>& said) -> absl::StatusOr<std::vector<anonymize::Finding>> {
    std::vector<anonymize::Finding> findings;
    RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(findings, FindSaid(reader, said, clock_.Now()));
      return absl::OkStatus();
    }));
    return findings;
  };
}

absl::StatusOr<Publisher::Revised> Publisher::Inherit(const record::RecordId& id,
                                                      const PublishOptions& options,
                                                      record::DraftHeader& draft) const {
  ASSIGN_OR_RETURN(const Own own, InheritFrom(id, options, draft));
  return Revised{.id = id, .leaf = own.leaf};
}

absl::StatusOr<std::optional<Publisher::Revised>> Publisher::InheritOfSource(
    record::Draft& draft, const PublishOptions& options, int part) const {
  if (draft.source_id.empty()) return std::nullopt;
  std::optional<store::SourceRow> before;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(before, reader.FindSource(draft.source_format, draft.source_id, part));
    return absl::OkStatus();
  }));
  const auto own = before ? FindOwn(before->id) : NotFound("");
  if (!own.ok()) return std::nullopt;
  RETURN_IF_ERROR(KeepSource(options, *own, draft.header));
  return Revised{.id = before->id, .leaf = own->leaf};
}

absl::StatusOr<policy::Mask> Publisher::MaskToHub(const store::RecordRow& row) const {
  return feed::MaskToHub(policies_.Current()->evaluator, community_, row, clock_.Now());
}

absl::Status Publisher::PutToHub(store::Writer& writer, const record::Record& record,
                                 policy::SectionMask to_hub) const {
  const bool withdrawal = IsWithdrawal(record);
  if (withdrawal) RETURN_IF_ERROR(DropUnsent(writer, record.header().record_id));
  ASSIGN_OR_RETURN(const std::int64_t waiting, writer.OutboxCount(kHubLink));
  // A withdrawal is always taken: it must not be stuck behind what it takes back.
  if (waiting >= config()->limits.outbox_records_max && !withdrawal) {
    return ResourceExhausted(
        fmt::format("the outbox holds {} records, its limit: is the hub reachable?", waiting));
  }
  return writer
      .PutOutbox({.link = std::string(kHubLink),
                  .id = record.header().record_id,
                  .payload = EncodeOutboxRecord(record.Disclose(to_hub)),
                  .queued = clock_.Now(),
                  .urgent = withdrawal})
      .status();
}

absl::StatusOr<Published> Publisher::SealUnnamed(const record::AnonymizedDraft& draft,
                                                 const record::SealPlan& plan, Published result,
                                                 std::optional<store::SourceRow> source,
                                                 const std::optional<Own>& before,
                                                 const Beside& beside) {
  if (before && before->unnamed) {
    ASSIGN_OR_RETURN(const crypto::SigningKey key,
                     unnamed_.KeyOf(*before->unnamed, before->header));
    ASSIGN_OR_RETURN(const record::Record record, record::Seal(draft, key, plan));
    return CommitUnnamed(record, *before->unnamed, std::move(result), std::move(source), beside);
  }
  UnnamedOrigin origin = unnamed_.Begin(draft.header().source, plan.circles.front(), plan.issued);
  auto record = record::Seal(draft, origin.key, plan);
  store::UnnamedRow kept;
  if (record.ok()) kept = unnamed_.RowOf(*record, origin);
  crypto::Wipe(origin.seed);
  RETURN_IF_ERROR(record.status());
  return CommitUnnamed(*record, std::move(kept), std::move(result), std::move(source), beside);
}

// As Commit, but into a place of its own: nothing of it is in our feed until, and unless, it comes
// back from the hub like anyone's.
absl::StatusOr<Published> Publisher::CommitUnnamed(const record::Record& record,
                                                   store::UnnamedRow kept, Published result,
                                                   std::optional<store::SourceRow> source,
                                                   const Beside& beside) {
  store::RecordRow row = MakeRow(record);
  row.circles = JoinCircles(record.header().circles);
  policy::SectionMask to_hub = 0;
  if (!IsWithdrawal(record)) {
    ASSIGN_OR_RETURN(const policy::Mask mask, MaskToHub(row));
    if (!mask.exist()) return RefusedByOwnPolicy(std::move(result));
    to_hub = mask.see();
  }
  kept.revision = row.revision;
  kept.leaf = row.leaf;
  kept.expires = row.expires;
  kept.state = row.state;
  kept.queued = clock_.Now();
  kept.header = row.header;
  kept.stored = row.stored;
  if (source) source->id = row.id;
  const absl::Status committed = store_.Commit([&](store::Writer& writer) -> absl::Status {
    RETURN_IF_ERROR(PutToHub(writer, record, to_hub));
    RETURN_IF_ERROR(writer.PutUnnamed(kept));
    RETURN_IF_ERROR(KeepOnce(writer, beside.once, row.id, row.revision));
    return source ? writer.PutSource(*source) : absl::OkStatus();
  });
  RETURN_IF_ERROR(Annotate(committed, "publish"));
  if (on_queued_) on_queued_();
  result.id = row.id;
  result.revision = row.revision;
  return result;
}

Published RefusedByOwnPolicy(Published result) {
  result.result = PublishResult::kRefused;
  result.refused_by = "this node's own policy lets the hub know of no such record";
  return result;
}

}  // namespace renkei::feed
