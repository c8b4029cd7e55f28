#include "node/feed/submissions.h"

#include <algorithm>

#include "node/base/fault.h"
#include "node/base/log.h"
#include "node/feed/intake_rules.h"
#include "node/feed/kept_attestations.h"
#include "node/feed/view.h"
#include "node/membership/anon_master.h"
#include "node/record/limits.h"

namespace renkei::feed {
namespace {

using policy::SourceMode;

constexpr std::string_view kUnnamedLink = "unnamed";      // in place of the link it came over
constexpr std::string_view kCountKind = "unnamed_count";  // by team: day and number
constexpr std::string_view kPseudonymKind =
    "pseudonym";  // by key: its epoch, its end, its team sealed
constexpr std::uint8_t kEntranceVersion = 1;
constexpr int kReleaseMax = 100'000;
constexpr std::size_t kReleasedAtOnce = 256;
constexpr std::chrono::hours kQuotaDay{24};

struct Pseudonym {
  std::uint32_t epoch = 0;  // in which it first wrote
  Timestamp until{};        // its last record is past
  Bytes sealed{};
};

Bytes EncodePseudonym(const Pseudonym& pseudonym) {
  return ByteWriter()
      .U32(pseudonym.epoch)
      .I64(UnixSeconds(pseudonym.until))
      .Raw(pseudonym.sealed)
      .Take();
}

absl::StatusOr<Pseudonym> DecodePseudonym(BytesView row) {
  ByteReader in(row);
  Pseudonym pseudonym{.epoch = in.U32(), .until = FromUnixSeconds(in.I64())};
  if (!in.ok()) return DataLoss("a stored pseudonym is damaged");
  pseudonym.sealed = Bytes(row.substr(4 + 8));
  return pseudonym;
}

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
                         const Clock& clock)
    : policies_(policies),
      community_(community),
      clock_(clock),
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
  const std::vector<anonymize::Finding> findings = lint_.Check(marks, sections);
  if (findings.empty()) return absl::OkStatus();
  return PermissionDenied(fmt::format("the leak lint has {} findings, the first of rule {}",
                                      findings.size(), findings.front().rule));
}

absl::StatusOr<Submissions::Before> Submissions::Look(const store::Writer& writer,
                                                      const record::Record& record) const {
  const record::RecordId& id = record.header().record_id;
  Before before;
  ASSIGN_OR_RETURN(const auto row, writer.FindRecord(id));
  if (row) {
    before.held = true;
    before.same = row->leaf == record.leaf();
    if (before.same) return before;
    RETURN_IF_ERROR(CheckUnmoved(row->header, record.header()));
    ASSIGN_OR_RETURN(const auto revisions, writer.Revisions(id));
    RETURN_IF_ERROR(CheckRevision(record, *row, revisions));
    before.stale = !Replaces(record, *row);
    ASSIGN_OR_RETURN(before.attestations, DecodeAttestations(row->attestations));
  }
  ASSIGN_OR_RETURN(const auto unreleased, writer.FindUnreleased(id));
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

absl::StatusOr<SubmissionEntrance> Submissions::Judge(const store::Writer& writer,
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
      CheckSighting(writer, active->evaluator, community_, record, vouched->author, now));
  entrance.attestations.push_back(std::move(vouched->attestation));
  return entrance;
}

absl::Status Submissions::Count(store::Writer& writer, const std::string& team,
                                const config::LimitsConfig& limits) const {
  const Timestamp now = clock_.Now();
  ASSIGN_OR_RETURN(const std::int64_t today, UnnamedToday(writer, team, now));
  ASSIGN_OR_RETURN(const std::int64_t named, writer.ReceivedSince(team, now - kQuotaDay));
  if (named + today >= limits.records_per_peer_per_day) {
    return ResourceExhausted("records of a peer a day");
  }
  return writer.PutObject(kCountKind, team,
                          ByteWriter().I64(PeriodOf(now, kQuotaDay)).I64(today + 1).Take());
}

absl::StatusOr<std::int64_t> UnnamedToday(const store::Reader& reader, std::string_view team,
                                          Timestamp now) {
  ASSIGN_OR_RETURN(const auto kept, reader.FindObject(kCountKind, team));
  ByteReader in(kept ? BytesView(*kept) : BytesView());
  const bool today = kept && in.I64() == PeriodOf(now, kQuotaDay);
  return today ? in.I64() : std::int64_t{0};
}

absl::Status Submissions::KeepPseudonym(store::Writer& writer, const std::string& team,
                                        const record::Header& header, bool known) const {
  ASSIGN_OR_RETURN(const auto kept, writer.FindObject(kPseudonymKind, header.origin.view()));
  Pseudonym pseudonym{.epoch = membership::EpochOf(header.issued)};
  if (kept) {
    ASSIGN_OR_RETURN(pseudonym, DecodePseudonym(*kept));
    if (!known && !membership::MayStart(pseudonym.epoch, header.issued)) {
      return InvalidArgument("a pseudonym of an epoch that is over starts a record");
    }
  } else {
    ASSIGN_OR_RETURN(pseudonym.sealed, community_.SealPseudonym(team, header));
  }
  pseudonym.until = std::max(pseudonym.until, header.expires + record::kTombstoneAfterExpiry);
  return writer.PutObject(kPseudonymKind, header.origin.view(), EncodePseudonym(pseudonym));
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
  if (!known) RETURN_IF_ERROR(Count(writer, team, limits));
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

absl::Status ForgetPseudonyms(store::Store& store, Timestamp now) {
  const auto past = [now](const store::Reader& reader) -> absl::StatusOr<std::vector<Bytes>> {
    std::vector<Bytes> keys;
    ASSIGN_OR_RETURN(const auto all, reader.ListObjects(kPseudonymKind));
    for (const auto& [key, row] : all) {
      ASSIGN_OR_RETURN(const Pseudonym pseudonym, DecodePseudonym(row));
      if (pseudonym.until < now) keys.push_back(key);
    }
    return keys;
  };
  std::vector<Bytes> keys;
  RETURN_IF_ERROR(store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(keys, past(reader));
    return absl::OkStatus();
  }));
  if (keys.empty()) return absl::OkStatus();
  return store.Commit([&](store::Writer& writer) -> absl::Status {
    // Asked again: a record may have come meanwhile.
    ASSIGN_OR_RETURN(keys, past(writer));
    for (const Bytes& key : keys) RETURN_IF_ERROR(writer.DropObject(kPseudonymKind, key));
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<Bytes>> FindSealedPseudonym(const store::Reader& reader,
                                                         const crypto::PublicKey& pseudonym) {
  ASSIGN_OR_RETURN(const auto row, reader.FindObject(kPseudonymKind, pseudonym.view()));
  if (!row) return std::optional<Bytes>();
  ASSIGN_OR_RETURN(Pseudonym found, DecodePseudonym(*row));
  return std::optional<Bytes>(std::move(found.sealed));
}

void LogSubmissionRefused(const absl::Status& why) {
  LogEvent(LogLevel::kWarn, "submission.refused",
           {{"code", static_cast<int>(why.code())}, {"why", LogSafe(Message(why))}});
}

}  // namespace renkei::feed
