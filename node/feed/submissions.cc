#include "node/feed/submissions.h"

#include <algorithm>

#include "node/base/fault.h"
#include "node/base/log.h"
#include "node/feed/intake_rules.h"
#include "node/feed/kept_attestations.h"
#include "node/feed/limits.h"
#include "node/feed/view.h"
#include "node/membership/anon_master.h"
#include "node/record/limits.h"

namespace renkei::feed {
namespace {

using policy::SourceMode;

constexpr std::string_view kUnnamedLink = "unnamed";  // in place of the link it came over
constexpr std::uint8_t kEntranceVersion = 1;
constexpr int kReleaseMax = 100'000;
constexpr std::size_t kReleasedAtOnce = 256;

// In an order of chance: nothing of the order in which they came is left.
void Shuffle(std::vector<store::RecordId>& ids) {
  for (std::size_t left = ids.size(); left > 1; --left) {
    const std::uint64_t random = ByteReader(crypto::RandomBytes(8)).U64();
    std::swap(ids[left - 1], ids[random % left]);
  }
}

}  // namespace

// What is held of the record, released or not.
struct Submissions::Before {
  bool held = false;     // in the feed
  bool waiting = false;  // for its release
  bool same = false;     // this very revision
  bool stale = false;    // this revision is older, or the record is withdrawn
  Attestations attestations{};
};

// A record on its way into the feed.
struct SubmissionEntrance {
  record::Record record;
  std::vector<record::CircleId> circles{};
  Attestations attestations{};
  Bytes policy{};  // digest of the one that accepted it
};

namespace {

template <class Part>
void PutPart(ByteWriter& out, const Part& part) {
  out.U32(static_cast<std::uint32_t>(part.size())).Raw(part);
}

Bytes EncodeEntrance(const SubmissionEntrance& entering) {
  ByteWriter out;
  out.U8(kEntranceVersion);
  PutPart(out, JoinCircles(entering.circles));
  PutPart(out, EncodeAttestations(entering.attestations));
  PutPart(out, entering.policy);
  PutPart(out, entering.record.ToStored());
  return out.Take();
}

absl::StatusOr<SubmissionEntrance> DecodeEntrance(BytesView payload) {
  ByteReader in(payload);
  const bool known = in.U8() == kEntranceVersion;
  const BytesView circles = in.Raw(in.U32());
  const BytesView attestations = in.Raw(in.U32());
  const BytesView policy = in.Raw(in.U32());
  const BytesView stored = in.Raw(in.U32());
  if (!known || !in.ok() || !in.AtEnd()) return DataLoss("an unreleased record is damaged");
  ASSIGN_OR_RETURN(record::Record record, record::Record::FromStored(stored));
  SubmissionEntrance waiting{.record = std::move(record), .circles = SplitCircles(circles)};
  ASSIGN_OR_RETURN(waiting.attestations, DecodeAttestations(attestations));
  waiting.policy = Bytes(policy);
  return waiting;
}

absl::Status Enter(store::Writer& writer, const SubmissionEntrance& entering, Timestamp now) {
  store::RecordRow row = MakeRow(entering.record);
  row.circles = JoinCircles(entering.circles);
  row.attestations = EncodeAttestations(entering.attestations);
  row.received = now;
  row.accepted_by = entering.policy;
  RETURN_IF_ERROR(writer.PutRecord(row).status());
  return writer.PutHeld({.id = row.id,
                         .link = std::string(kUnnamedLink),
                         .leaf = row.leaf,
                         .sections = entering.record.held()});
}

// A record stays in its source mode and circle for life.
absl::Status CheckUnmoved(BytesView header_before, const record::Header& header) {
  ASSIGN_OR_RETURN(const record::Header before, record::ParseHeader(header_before));
  if (before.source == header.source && before.circles == header.circles) return absl::OkStatus();
  return InvalidArgument("a revision in another source mode or circle");
}

absl::Status ReleaseOne(store::Writer& writer, const store::RecordId& id, Timestamp now) {
  ASSIGN_OR_RETURN(const auto unreleased, writer.FindUnreleased(id));
  if (!unreleased) return absl::OkStatus();
  RETURN_IF_ERROR(writer.DropUnreleased(id));
  ASSIGN_OR_RETURN(const SubmissionEntrance waiting, DecodeEntrance(unreleased->payload));
  const bool withdrawal = IsWithdrawal(waiting.record);
  if (!withdrawal && waiting.record.header().expires <= now) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto row, writer.FindRecord(id));
  if (row && !Replaces(waiting.record, *row)) return absl::OkStatus();
  return Enter(writer, waiting, now);
}

}  // namespace

Submissions::Submissions(const PolicyHolder& policies, const Community& community,
                         const Clock& clock, QuotaCounts& quotas)
    : policies_(policies),
      community_(community),
      clock_(clock),
      quotas_(quotas),
      nothing_own_(config::Assets{}),
      lint_(nothing_own_) {}

absl::Status Submissions::Check(const record::Record& record) const {
  const record::Header& header = record.header();
  record::DraftHeader marks;
  marks.source = header.source;
  marks.tags = header.tags;
  marks.sectors = header.sectors;
  marks.countries = header.countries;
  record::AnonymizedDraft::EncodedSections sections;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto id = static_cast<policy::SectionId>(i);
    if (record.Holds(id)) sections[i] = record.section(id).value;
  }
  std::vector<anonymize::Finding> findings = lint_.Check(marks, sections);
  // A warning is the author's to judge.
  std::erase_if(findings, [](const anonymize::Finding& finding) {
    return finding.severity != anonymize::FindingSeverity::kRefuse;
  });
  if (!findings.empty()) {
    return PermissionDenied(fmt::format("the leak lint has {} findings, the first of rule {}",
                                        findings.size(), findings.front().rule));
  }
  return CheckItsCrowd(record, marks);
}

absl::Status Submissions::CheckItsCrowd(const record::Record& record,
                                        record::DraftHeader& marks) const {
  // Whoever takes back says nothing of a victim, and may whatever has become of the crowd.
  if (IsWithdrawal(record)) return absl::OkStatus();
  for (const record::CircleId& circle : record.header().circles) {
    marks.circles.push_back(community_.CircleName(circle).value_or(""));
  }
  record::v1::Sections sections = record.DecodeSections();
  const auto answer = anonymize::CheckCrowd(CrowdOf(community_, false), marks, sections);
  if (!answer.finding) return absl::OkStatus();
  return FailedPrecondition(
      fmt::format("fewer than five teams of its circle fit: rule {}", anonymize::kCrowdRule));
}

absl::StatusOr<Submissions::Before> Submissions::Look(const store::Reader& reader,
                                                      const record::Record& record) const {
  const record::RecordId& id = record.header().record_id;
  Before before;
  ASSIGN_OR_RETURN(const auto row, reader.FindRecord(id));
  if (row) {
    before.held = true;
    before.same = row->leaf == record.leaf();
    if (before.same) return before;
    RETURN_IF_ERROR(CheckUnmoved(row->header, record.header()));
    ASSIGN_OR_RETURN(const auto revisions, reader.Revisions(id));
    RETURN_IF_ERROR(CheckRevision(record, *row, revisions));
    before.stale = !Replaces(record, *row);
    ASSIGN_OR_RETURN(before.attestations, DecodeAttestations(row->attestations));
  }
  ASSIGN_OR_RETURN(const auto unreleased, reader.FindUnreleased(id));
  if (!unreleased) return before;
  ASSIGN_OR_RETURN(const SubmissionEntrance waiting, DecodeEntrance(unreleased->payload));
  before.waiting = true;
  before.same = unreleased->leaf == record.leaf();
  if (before.same) return before;
  RETURN_IF_ERROR(CheckUnmoved(waiting.record.header_bytes(), record.header()));
  const store::RecordRow as_row = MakeRow(waiting.record);
  RETURN_IF_ERROR(CheckRevision(record, as_row, {}));
  before.stale = before.stale || !Replaces(record, as_row);
  if (!before.held) before.attestations = waiting.attestations;
  return before;
}

absl::StatusOr<SubmissionEntrance> Submissions::Judge(const store::Reader& reader,
                                                      const std::string& team,
                                                      const record::Record& record,
                                                      const Before& before) const {
  const record::Header& header = record.header();
  const std::shared_ptr<const ActivePolicy> active = policies_.Current();
  SubmissionEntrance entrance{.record = record, .policy = active->digest.str()};
  std::optional<policy::Rung> first;
  for (const auto& kept : before.attestations) {
    ASSIGN_OR_RETURN(const auto attestation, membership::ParseAttestation(kept.attestation()));
    first = attestation.rung;
  }
  auto vouched = community_.Vouch(team, header, first);
  if (!vouched.ok()) {
    // Who may no longer write may still take back.
    if (!IsWithdrawal(record) || before.attestations.empty()) return vouched.status();
    entrance.attestations = before.attestations;
    entrance.circles = header.circles;
    return entrance;
  }
  const Timestamp now = clock_.Now();
  ASSIGN_OR_RETURN(entrance.circles,
                   AcceptedCircles(active->evaluator, community_, record, vouched->author, now));
  RETURN_IF_ERROR(
      CheckSighting(reader, active->evaluator, community_, record, vouched->author, now));
  entrance.attestations.push_back(std::move(vouched->attestation));
  return entrance;
}

absl::Status Submissions::CheckQuota(const store::Reader& reader, const std::string& team,
                                     const record::Record& record,
                                     const config::LimitsConfig& limits) const {
  const Timestamp now = clock_.Now();
  ASSIGN_OR_RETURN(const UnnamedCount today, UnnamedToday(reader, team, now));
  ASSIGN_OR_RETURN(const std::int64_t named,
                   quotas_.Count(reader, QuotaCounts::Of::kRecords, team, now));
  // Who used up a day may still take back: a withdrawal has room of its own above that.
  const std::int64_t above = IsWithdrawal(record) ? limits.tombstones_per_peer : 0;
  if (named + std::int64_t{today.records} < limits.records_per_peer_per_day + above) {
    return absl::OkStatus();
  }
  return ResourceExhausted("records of a peer a day");
}

absl::StatusOr<bool> Submissions::Foresee(const store::Reader& reader, const std::string& team,
                                          const record::Record& record,
                                          const config::LimitsConfig& limits) const {
  ASSIGN_OR_RETURN(const Before before, Look(reader, record));
  if (before.same || before.stale) return false;
  RETURN_IF_ERROR(Judge(reader, team, record, before).status());
  const record::Header& header = record.header();
  const bool known = before.held || before.waiting;
  if (header.source == SourceMode::kPseudonymous) {
    RETURN_IF_ERROR(FindPseudonym(reader, team, header, known).status());
  }
  if (!known) RETURN_IF_ERROR(CheckQuota(reader, team, record, limits));
  return true;
}

absl::StatusOr<std::optional<store::PseudonymRow>> Submissions::FindPseudonym(
    const store::Reader& reader, const std::string& team, const record::Header& header,
    bool known) const {
  ASSIGN_OR_RETURN(auto kept, reader.FindPseudonym(header.origin));
  if (kept) {
    if (!known && !membership::MayStart(kept->epoch, header.issued)) {
      return InvalidArgument("a pseudonym of an epoch that is over starts a record");
    }
    return kept;
  }
  ASSIGN_OR_RETURN(const UnnamedCount today, UnnamedToday(reader, team, clock_.Now()));
  if (today.pseudonyms >= kPseudonymsPerTeamPerDayMax) {
    return ResourceExhausted("new pseudonyms of a team a day");
  }
  return kept;
}

absl::Status Submissions::KeepPseudonym(store::Writer& writer, const std::string& team,
                                        const record::Header& header, bool known) const {
  ASSIGN_OR_RETURN(auto kept, FindPseudonym(writer, team, header, known));
  if (!kept) {
    kept = store::PseudonymRow{.key = header.origin, .epoch = membership::EpochOf(header.issued)};
    RETURN_IF_ERROR(CountUnnamed(writer, team, clock_.Now(), {.pseudonyms = 1}));
    ASSIGN_OR_RETURN(kept->sealed, community_.SealPseudonym(team, header));
  }
  store::PseudonymRow& pseudonym = *kept;
  pseudonym.until = std::max(pseudonym.until, header.expires + record::kTombstoneAfterExpiry);
  return writer.PutPseudonym(pseudonym);
}

absl::StatusOr<Outcome> Submissions::Take(store::Writer& writer, const std::string& team,
                                          const record::Record& record,
                                          const config::LimitsConfig& limits) const {
  const record::Header& header = record.header();
  ASSIGN_OR_RETURN(const Before before, Look(writer, record));
  if (before.same) return Outcome::kHeld;
  if (before.stale) return Outcome::kStale;
  const bool known = before.held || before.waiting;
  ASSIGN_OR_RETURN(const SubmissionEntrance entrance, Judge(writer, team, record, before));
  if (!known) {
    RETURN_IF_ERROR(CheckQuota(writer, team, record, limits));
    RETURN_IF_ERROR(CountUnnamed(writer, team, clock_.Now(), {.records = 1}));
  }
  if (IsWithdrawal(record) && before.waiting && !before.held) {
    // Nobody has heard of it, and nobody will.
    RETURN_IF_ERROR(writer.DropUnreleased(header.record_id));
    return Outcome::kStored;
  }
  if (header.source == SourceMode::kPseudonymous) {
    RETURN_IF_ERROR(KeepPseudonym(writer, team, header, known));
    RETURN_IF_ERROR(Enter(writer, entrance, clock_.Now()));
    return Outcome::kStored;
  }
  RETURN_IF_ERROR(writer.PutUnreleased({.id = header.record_id,
                                        .revision = header.revision,
                                        .leaf = record.leaf(),
                                        .period = PeriodOf(clock_.Now(), ReleasePeriod()),
                                        .payload = EncodeEntrance(entrance)}));
  return Outcome::kStored;
}

std::int64_t PeriodOf(Timestamp now, std::chrono::seconds period) {
  return now.time_since_epoch() / period;
}

absl::StatusOr<int> ReleaseUnnamed(store::Store& store, Timestamp now,
                                   std::chrono::seconds period) {
  std::vector<store::RecordId> ids;
  RETURN_IF_ERROR(store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(ids, reader.UnreleasedBefore(PeriodOf(now, period), kReleaseMax));
    return absl::OkStatus();
  }));
  Shuffle(ids);
  for (std::size_t done = 0; done < ids.size(); done += kReleasedAtOnce) {
    const std::size_t end = std::min(ids.size(), done + kReleasedAtOnce);
    const absl::Status released = store.Commit([&](store::Writer& writer) -> absl::Status {
      for (std::size_t i = done; i < end; ++i) {
        RETURN_IF_ERROR(ReleaseOne(writer, ids[i], now));
      }
      return absl::OkStatus();
    });
    RETURN_IF_ERROR(released);
  }
  return static_cast<int>(ids.size());
}

absl::Status ForgetUnnamed(store::Store& store, Timestamp now) {
  return store.Commit([&](store::Writer& writer) -> absl::Status {
    RETURN_IF_ERROR(writer.DropPseudonyms(now, kPseudonymsForgottenAtOnce).status());
    return ForgetUnnamedCounts(writer, now);
  });
}

absl::StatusOr<std::optional<Bytes>> FindSealedPseudonym(const store::Reader& reader,
                                                         const crypto::PublicKey& pseudonym) {
  ASSIGN_OR_RETURN(auto row, reader.FindPseudonym(pseudonym));
  if (!row) return std::optional<Bytes>();
  return std::optional<Bytes>(std::move(row->sealed));
}

void LogSubmissionRefused(const absl::Status& why) {
  LogEvent(LogLevel::kWarn, "submission.refused",
           {{"code", static_cast<int>(why.code())}, {"why", LogSafe(Message(why))}});
}

}  // namespace renkei::feed
