#include "node/feed/intake.h"

#include <algorithm>

#include "node/base/fault.h"
#include "node/base/log.h"
#include "node/feed/intake_rules.h"
#include "node/feed/kept_attestations.h"
#include "node/feed/limits.h"
#include "node/feed/outbox.h"
#include "node/feed/passed_on.h"
#include "node/feed/view.h"
#include "node/record/limits.h"

namespace renkei::feed {
namespace {

static_assert(kIssuedAheadAtHubMax < record::kIssuedAheadMax);

}  // namespace

struct Intake::Verified {
  record::Record record;
  Author author{};
  std::vector<record::CircleId> circles{};  // in which the author was accepted
  Attestations attestations{};
  policy::SectionMask relay = 0;
  Bytes policy{};          // digest of the policy that accepted it
  bool submitted = false;  // without its author's name: for Submissions to judge
};

struct Intake::Taking {
  Verified verified;
  Outcome outcome = Outcome::kHeld;
  std::function<void(absl::StatusOr<Outcome>)> done{};
};

absl::StatusOr<Intake::Verified> Intake::Verify(const Sender& sender,
                                                const OfferedRecord& offered) {
  if (offered.attestations.size() > kAttestationsMax) {
    return InvalidArgument("more attestations than the limit");
  }
  for (const auto& attestation : offered.attestations) {
    if (attestation.attestation().size() > kAttestationBytesMax ||
        attestation.signature().size() > kAttestationBytesMax ||
        attestation.card().size() > kCardBytesMax) {
      return InvalidArgument("an attestation larger than the limit");
    }
  }
  ASSIGN_OR_RETURN(record::Record record, record::Open(offered.record, &batches_));
  const record::Header& header = record.header();
  const bool withdrawal = IsWithdrawal(record);
  const Timestamp now = clock_.Now();
  const auto ahead_max = sender.author_only ? kIssuedAheadAtHubMax : record::kIssuedAheadMax;
  if (header.issued > now + ahead_max) {
    // One of two clocks is wrong, and may be mended: worth another try, unlike the rest.
    return Unavailable("issued ahead of this node's clock");
  }
  if (!withdrawal || header.expires + record::kTombstoneAfterExpiry <= now) {
    RETURN_IF_ERROR(record::CheckTimes(header, now));
  }
  if (sender.author_only && header.source != policy::SourceMode::kAttributed) {
    // On the link of its author alone a record may come that nobody vouches for yet.
    return Verified{.record = std::move(record), .submitted = true};
  }
  ASSIGN_OR_RETURN(const Author author,
                   community_.CheckAuthor(header, offered.attestations,
                                          withdrawal ? Lapsed::kAccept : Lapsed::kRefuse));
  if (sender.author_only && author.team != sender.team) {
    return PermissionDenied("a record from another than its author");
  }
  Verified verified{.record = std::move(record), .author = author};
  verified.attestations = offered.attestations;
  verified.relay = static_cast<policy::SectionMask>(offered.relay & verified.record.held());
  const std::shared_ptr<const ActivePolicy> active = policies_.Current();
  verified.policy = active->digest.str();
  ASSIGN_OR_RETURN(verified.circles,
                   AcceptedCircles(active->evaluator, community_, verified.record, author, now));
  return verified;
}

void Intake::Take(const Sender& sender, const OfferedRecord& offered,
                  std::function<void(absl::StatusOr<Outcome>)> done) {
  auto verified = Verify(sender, offered);
  if (!verified.ok()) {
    LogEvent(LogLevel::kWarn, "record.refused",
             {{"link", LogSafe(sender.link)},
              {"code", static_cast<int>(verified.status().code())},
              {"why", LogSafe(Message(verified.status()))}});
    done(verified.status());
    return;
  }
  auto taking =
      std::make_shared<Taking>(Taking{.verified = *std::move(verified), .done = std::move(done)});
  if (!taking->verified.submitted) return CommitTaken(sender, taking);
  const bool queued =
      linters_.TryRun(sender.team, [this, sender, taking] { LintThenCommit(sender, taking); });
  if (queued) return;
  taking->done(stopping_ ? Unavailable("this node is stopping")
                         : ResourceExhausted("records without a name that wait"));
}

void Intake::LintThenCommit(const Sender& sender, const std::shared_ptr<Taking>& taking) {
  absl::Status fit = Lint(sender.team, taking->verified.record);
  if (fit.ok()) return CommitTaken(sender, taking);
  // Its log names no link: nothing here joins who submits and what.
  LogSubmissionRefused(fit);
  taking->done(std::move(fit));
}

// Looking through a record may take seconds: it comes last, and only so often in vain.
absl::Status Intake::Lint(const std::string& team, const record::Record& record) {
  if (stopping_) return Unavailable("this node is stopping");
  if (IsWithdrawal(record)) return submissions_.Check(record);
  bool look = true;
  absl::Status foreseen = store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(look, submissions_.Foresee(reader, team, record, limits()));
    return absl::OkStatus();
  });
  if (!foreseen.ok() || !look) return foreseen;
  if (lint_refusals_.TooMany(team, clock_.Now())) {
    return ResourceExhausted("records of a peer a day that the lint refuses");
  }
  absl::Status checked = submissions_.Check(record);
  if (!checked.ok()) lint_refusals_.Add(team, clock_.Now());
  return checked;
}

void Intake::CommitTaken(const Sender& sender, const std::shared_ptr<Taking>& taking) {
  // Shared between the work and its completion, both of which run once on the store thread.
  store_.CommitAsync(
      [this, sender, taking](store::Writer& writer) -> absl::Status {
        Verified& verified = taking->verified;
        ASSIGN_OR_RETURN(taking->outcome,
                         verified.submitted
                             ? submissions_.Take(writer, sender.team, verified.record, limits())
                             : Apply(writer, sender, verified));
        return absl::OkStatus();
      },
      [taking](absl::Status status) {
        if (status.ok()) {
          taking->done(taking->outcome);
        } else {
          taking->done(std::move(status));
        }
      });
}

absl::StatusOr<Outcome> Intake::Apply(store::Writer& writer, const Sender& sender,
                                      Verified& verified) {
  const record::Record& record = verified.record;
  ASSIGN_OR_RETURN(std::optional<store::RecordRow> row,
                   writer.FindRecord(record.header().record_id));
  if (row && row->own) return Outcome::kHeld;  // our own copy is the whole one
  RETURN_IF_ERROR(CheckUnnamedLink(sender.link, record, row));
  if (row && row->leaf == record.leaf()) {
    return ApplySame(writer, sender, verified, *std::move(row));
  }
  ASSIGN_OR_RETURN(const auto revisions, writer.Revisions(record.header().record_id));
  if (row) RETURN_IF_ERROR(CheckRevision(record, *row, revisions));
  if (row && !Replaces(record, *row)) {
    // After a withdrawal nothing more is kept: rows are what a hostile author would fill a disk
    // with.
    const bool withdrawn = row->state == store::RecordState::kWithdrawn;
    if (withdrawn || revisions.size() >= kRevisionsPerRecordMax) return Outcome::kStale;
    RETURN_IF_ERROR(writer.PutRevision({.id = row->id,
                                        .revision = record.header().revision,
                                        .leaf = record.leaf(),
                                        .header = record.header_bytes(),
                                        .circles = JoinCircles(verified.circles)}));
    return Outcome::kStale;
  }
  return ApplyNew(writer, sender, verified, row.has_value());
}

absl::StatusOr<Outcome> Intake::ApplySame(store::Writer& writer, const Sender& sender,
                                          const Verified& verified, store::RecordRow row) const {
  const record::Record& record = verified.record;
  ASSIGN_OR_RETURN(record::Record held, record::Record::FromStored(row.stored));
  ASSIGN_OR_RETURN(const policy::SectionMask before, PassedOn(writer, community_, row.id));
  RETURN_IF_ERROR(writer.PutHeld({.id = row.id,
                                  .link = sender.link,
                                  .leaf = record.leaf(),
                                  .sections = record.held(),
                                  .relay = verified.relay}));
  RETURN_IF_ERROR(TellIfLess(writer, community_, row.id, before));
  if (!held.Add(record)) return Outcome::kHeld;
  row.stored = held.ToStored();
  row.attestations = EncodeAttestations(verified.attestations);
  RETURN_IF_ERROR(writer.PutRecord(row).status());
  return Outcome::kUpgraded;
}

absl::StatusOr<Outcome> Intake::ApplyNew(store::Writer& writer, const Sender& sender,
                                         const Verified& verified, bool known) {
  ASSIGN_OR_RETURN(const auto quota, CheckQuota(writer, sender, verified, known));
  RETURN_IF_ERROR(CheckSighting(writer, policies_.Current()->evaluator, community_, verified.record,
                                verified.author, clock_.Now()));
  const record::Record& record = verified.record;
  store::RecordRow row = MakeRow(record);
  row.author = verified.author.team;
  row.circles = JoinCircles(verified.circles);
  row.attestations = EncodeAttestations(verified.attestations);
  row.received = clock_.Now();
  row.accepted_by = verified.policy;
  // A withdrawal shows nothing, but follows where the record could be passed on.
  policy::SectionMask relay = verified.relay;
  if (IsWithdrawal(record)) {
    ASSIGN_OR_RETURN(const auto held, writer.Held(row.id));
    for (const store::HeldRow& h : held) relay = static_cast<policy::SectionMask>(relay | h.relay);
  }
  RETURN_IF_ERROR(FaultPoint("intake.before_put"));
  ASSIGN_OR_RETURN(const policy::SectionMask before, PassedOn(writer, community_, row.id));
  RETURN_IF_ERROR(writer.PutRecord(row).status());
  RETURN_IF_ERROR(writer.PutHeld({.id = row.id,
                                  .link = sender.link,
                                  .leaf = record.leaf(),
                                  .sections = record.held(),
                                  .relay = relay}));
  // The entry of a revision that may be passed on in part replaces the one before; of one that may
  // not be passed on at all, nobody would hear.
  ASSIGN_OR_RETURN(const policy::SectionMask after, PassedOn(writer, community_, row.id));
  if (after == 0 && !IsWithdrawal(record))
    RETURN_IF_ERROR(TellIfLess(writer, community_, row.id, before));
  if (quota) quotas_.Add(*quota, sender.link);
  return Outcome::kStored;
}

absl::StatusOr<std::optional<QuotaCounts::Of>> Intake::CheckQuota(store::Writer& writer,
                                                                  const Sender& sender,
                                                                  const Verified& verified,
                                                                  bool known) {
  using Of = QuotaCounts::Of;
  // Quotas are for those who write to us of their own accord, not for a feed that we asked for.
  if (!sender.author_only || known) return std::nullopt;
  const config::LimitsConfig limits = this->limits();
  const Timestamp now = clock_.Now();
  if (IsWithdrawal(verified.record)) {
    ASSIGN_OR_RETURN(const std::int64_t tombstones,
                     quotas_.Count(writer, Of::kTombstones, sender.link, now));
    if (tombstones >= limits.tombstones_per_peer) return ResourceExhausted("tombstones of a peer");
    return Of::kTombstones;
  }
  ASSIGN_OR_RETURN(const std::int64_t today, quotas_.Count(writer, Of::kRecords, sender.link, now));
  ASSIGN_OR_RETURN(const UnnamedCount unnamed, UnnamedToday(writer, sender.team, now));
  if (today + std::int64_t{unnamed.records} >= limits.records_per_peer_per_day) {
    return ResourceExhausted("records of a peer a day");
  }
  return Of::kRecords;
}

void Intake::TakeReceipt(const Sender& sender, const Receipt& receipt,
                         std::function<void(absl::Status)> done) {
  store_.CommitAsync(
      [this, sender, receipt](store::Writer& writer) -> absl::Status {
        ASSIGN_OR_RETURN(const auto row, writer.FindRecord(receipt.id));
        // A receipt for what we don't hold says nothing; it is taken so that it isn't sent again.
        if (!row || row->leaf != receipt.leaf) return absl::OkStatus();
        ASSIGN_OR_RETURN(const bool fresh, writer.PutReceipt({.id = receipt.id,
                                                              .leaf = receipt.leaf,
                                                              .peer = sender.team,
                                                              .received = clock_.Now()}));
        if (!fresh) return absl::OkStatus();
        return writer.Touch(receipt.id, store::EntryType::kReceipts).status();
      },
      std::move(done));
}

absl::Status Intake::QueueReceipt(store::Writer& writer, const Sender& sender,
                                  const record::RecordId& id, const crypto::Digest& leaf) const {
  if (sender.link != kHubLink) return absl::OkStatus();
  return writer
      .PutOutbox({.link = sender.link,
                  .id = id,
                  .payload = EncodeOutboxReceipt({.id = id, .leaf = leaf}),
                  .queued = clock_.Now(),
                  .urgent = true})
      .status();
}

// How far a withdrawal has come knows the hub alone, and it is for us only if the record is ours.
absl::Status Intake::ApplyConfirmation(store::Writer& writer, const Sender& sender,
                                       const Confirmation& confirmation) const {
  if (sender.link != kHubLink) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto row, writer.FindRecord(confirmation.id));
  if (!row || !row->own) return absl::OkStatus();
  const Bytes counts = ByteWriter().U32(confirmation.receipts).U32(confirmation.sent_to).Take();
  return writer.PutObject("confirmed", confirmation.id.view(), counts);
}

absl::Status Intake::ApplyRetraction(store::Writer& writer, const Sender& sender,
                                     const Retraction& retraction) const {
  ASSIGN_OR_RETURN(auto row, writer.FindRecord(retraction.id));
  // Of what we don't hold there is nothing to confirm: a hub could fill our disk with receipts.
  if (!row || row->own) return absl::OkStatus();
  RETURN_IF_ERROR(QueueReceipt(writer, sender, retraction.id, retraction.leaf));
  ASSIGN_OR_RETURN(const auto before, PassedOn(writer, community_, retraction.id));
  ASSIGN_OR_RETURN(std::vector<store::HeldRow> held, writer.Held(retraction.id));
  // What came over this link shrinks; what other links gave stays.
  policy::SectionMask rest = 0;
  policy::SectionMask from_here = 0;
  policy::SectionMask relay = 0;
  bool others = false;
  for (const store::HeldRow& h : held) {
    if (h.leaf != row->leaf) continue;  // of an older revision: holds nothing of this one
    if (h.link == sender.link) {
      from_here = retraction.exist ? static_cast<policy::SectionMask>(h.sections & retraction.keep)
                                   : policy::SectionMask{0};
      relay = static_cast<policy::SectionMask>(h.relay & from_here);
    } else {
      others = true;
      rest = static_cast<policy::SectionMask>(rest | h.sections);
    }
  }
  ASSIGN_OR_RETURN(record::Record record, record::Record::FromStored(row->stored));
  const auto keep = static_cast<policy::SectionMask>(from_here | rest);
  const bool missing = (record.header().must_disclose & ~keep) != 0;
  if ((!retraction.exist && !others) || missing) {
    if (before != 0) RETURN_IF_ERROR(writer.PutTakenBack(retraction.id).status());
    return writer.DropRecord(retraction.id);
  }
  if (retraction.exist) {
    RETURN_IF_ERROR(writer.PutHeld({.id = retraction.id,
                                    .link = sender.link,
                                    .leaf = row->leaf,
                                    .sections = from_here,
                                    .relay = relay}));
  } else {
    RETURN_IF_ERROR(writer.DropHeld(retraction.id, sender.link));
  }
  RETURN_IF_ERROR(TellIfLess(writer, community_, retraction.id, before));
  if ((record.held() & ~keep) == 0) return absl::OkStatus();
  record.Keep(keep);
  return writer.UpdateStored(retraction.id, record.ToStored(), row->attestations);
}

absl::StatusOr<IntakeReport> Intake::TakeBatch(const Sender& sender, FeedBatch batch) {
  IntakeReport report;
  std::vector<std::variant<Verified, Retraction, Confirmation>> work;
  for (FeedItem& item : batch.items) {
    if (const auto* retraction = std::get_if<Retraction>(&item)) {
      work.emplace_back(*retraction);
    } else if (const auto* confirmation = std::get_if<Confirmation>(&item)) {
      work.emplace_back(*confirmation);
    } else {
      auto verified = Verify(sender, std::get<OfferedRecord>(item));
      if (verified.ok()) {
        work.emplace_back(*std::move(verified));
        continue;
      }
      // What may go well later must not be passed by: the cursor stays.
      if (verified.status().code() == absl::StatusCode::kUnavailable) return verified.status();
      ++report.refused;
      LogEvent(LogLevel::kWarn, "record.refused",
               {{"link", LogSafe(sender.link)}, {"why", LogSafe(Message(verified.status()))}});
    }
  }
  const IntakeReport before = report;
  const absl::Status done = store_.Commit([&](store::Writer& writer) -> absl::Status {
    report = before;
    for (auto& item : work) {
      if (const auto* retraction = std::get_if<Retraction>(&item)) {
        RETURN_IF_ERROR(ApplyRetraction(writer, sender, *retraction));
        ++report.retracted;
        continue;
      }
      if (const auto* c = std::get_if<Confirmation>(&item)) {
        RETURN_IF_ERROR(ApplyConfirmation(writer, sender, *c));
        continue;
      }
      auto& verified = std::get<Verified>(item);
      auto outcome = Apply(writer, sender, verified);
      if (!outcome.ok()) {
        // Ours to refuse; the disk's troubles undo the whole batch.
        if (outcome.status().code() != absl::StatusCode::kInvalidArgument &&
            outcome.status().code() != absl::StatusCode::kPermissionDenied) {
          return outcome.status();
        }
        ++report.refused;
        continue;
      }
      if (*outcome == Outcome::kStored) ++report.stored;
      if (*outcome == Outcome::kUpgraded) ++report.upgraded;
      if (*outcome == Outcome::kHeld || *outcome == Outcome::kStale) ++report.held;
      if (IsWithdrawal(verified.record)) {
        RETURN_IF_ERROR(QueueReceipt(writer, sender, verified.record.header().record_id,
                                     verified.record.leaf()));
      }
    }
    RETURN_IF_ERROR(FaultPoint("intake.before_cursor"));
    return writer.PutCursor({.link = sender.link, .cursor = batch.cursor, .stored = clock_.Now()});
  });
  RETURN_IF_ERROR(done);
  return report;
}

}  // namespace renkei::feed
