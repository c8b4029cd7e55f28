// What a node keeps: records, its feed, outbox, cursors, and opaque rows of the floors above.
//
// All writes run on one `store` thread, many in one transaction (group commit): work that fails is
// rolled back alone, and no one is told "done" before the transaction is on disk.  Reads run on the
// caller's thread, each on a read-only connection and one consistent snapshot; they never wait for
// writers.
//
// Errors: RESOURCE_EXHAUSTED (disk full or below the reserve, or the write queue is full; reading
// goes on), FAILED_PRECONDITION (made by a newer version, or in use by another process), DATA_LOSS
// (the file is damaged), UNAVAILABLE (closed).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/record/record.h"

namespace renkei::store {

using crypto::Digest;
using record::RecordId;

// Position in this node's own feed; from 1, never reused.
using Offset = std::int64_t;

enum class RecordState : std::uint8_t { kLive = 0, kWithdrawn = 1 };

// A marking tuple (record/tuple.h) of this store; never reused.  0: a record whose tuple is not
// known, which must be looked at by itself.
using TupleNumber = std::int64_t;

// The newest revision held of one record.
struct RecordRow {
  RecordId id{};
  std::uint32_t revision = 0;
  Digest leaf{};
  crypto::PublicKey origin{};
  policy::Kind kind = policy::Kind::kUnspecified;
  policy::Tlp tlp = policy::Tlp::kUnspecified;
  Timestamp issued{};
  Timestamp expires{};
  std::optional<Timestamp> embargo_until{};
  RecordState state = RecordState::kLive;
  bool own = false;      // sealed here
  std::string author{};  // slug, if known
  Bytes header{};        // RecordHeader
  Bytes circles{};       // 16-byte ids of the header's circles in which the author was accepted
  Bytes stored{};        // Record::ToStored
  Bytes attestations{};  // opaque: what came beside it
  Timestamp received{};
  Offset offset = 0;    // of its entry in the feed
  Bytes accepted_by{};  // digest of the policy that accepted it
};

// Every revision ever seen, for history, equivocation and "was it sent".
struct RevisionRow {
  RecordId id{};
  std::uint32_t revision = 0;
  Digest leaf{};
  Bytes header{};
  Bytes circles{};   // as in RecordRow
  Offset from = 0;   // entry with which it became the newest; 0: it never was
  Offset until = 0;  // entry with which it was replaced; 0: it is the newest
};

// What one link gave us of a record, and what it lets us pass on.
struct HeldRow {
  RecordId id{};
  std::string link{};  // "own", or the link's name
  Digest leaf{};
  policy::SectionMask sections = 0;
  policy::SectionMask relay = 0;
};

enum class EntryType : std::uint8_t { kRecord = 1, kReceipts = 2, kTakenBack = 3 };

// One place in the feed.  Each record has at most one entry of each type: a newer one replaces it.
// The fields after `id` are those of the record, as of the same snapshot; of kTakenBack, which
// outlives its record, as they were when it was made.
struct EntryRow {
  Offset offset = 0;
  EntryType type = EntryType::kRecord;
  RecordId id{};
  std::uint32_t revision = 0;
  Digest leaf{};
  RecordState state = RecordState::kLive;
  bool own = false;
  std::string author{};
  Bytes header{};
  Bytes circles{};  // as in RecordRow
  TupleNumber tuple = 0;
  bool fresh = false;  // a live record's first entry: no earlier revision of it was ever the newest
};

// What decides whether an entry is worth reading, before its record is touched.
struct EntryKey {
  EntryType type = EntryType::kRecord;
  TupleNumber tuple = 0;
  bool fresh = false;
};
using EntryFilter = std::function<absl::StatusOr<bool>(const EntryKey&)>;

struct EntryPage {
  std::vector<EntryRow> entries{};  // those wanted, in order
  Offset reached = 0;               // all up to here were looked at
  int scanned = 0;                  // so many entries, wanted or not
};

// One marking tuple, and how many of the records held have it.
struct TupleRow {
  TupleNumber number = 0;
  Bytes content{};  // record::EncodeTuple
  std::int64_t records = 0;
  std::int64_t embargoed = 0;  // of these, at the time that was asked for
};

// Something to be delivered over one link; gone once acknowledged.
struct OutboxRow {
  std::int64_t sequence = 0;  // set by the store; rising
  std::string link{};
  RecordId id{};
  Bytes payload{};  // PublishItem content, final bytes
  Timestamp queued{};
  bool urgent = false;  // must not wait behind the others: withdrawals, receipts
};

// One period in which a peer was served by the same facts and policy.
struct AccessRow {
  std::string peer{};
  std::int64_t generation = 0;  // from 1, per peer
  Offset since = 0;             // newest entry when it began
  Bytes facts{};                // opaque: the peer as the policy saw it
  Bytes policy{};               // digest
  Timestamp began{};
};

struct PolicyRow {
  Bytes digest{};  // 32
  Bytes text{};
  Timestamp applied{};
};

struct ReceiptRow {
  RecordId id{};
  Digest leaf{};
  std::string peer{};
  Timestamp received{};
};

struct CursorRow {
  std::string link{};
  Bytes cursor{};
  Timestamp stored{};
};

// What a source was published as: publishing it again unchanged does nothing.
struct SourceRow {
  std::string format{};
  std::string source_id{};
  int part = 0;  // a large event becomes several records
  RecordId id{};
  Digest content{};  // of the draft
};

// The newest revision of a record that this node published without its name: kept apart from the
// records of the feed, where its copy comes back as anyone's.
struct UnnamedRow {
  RecordId id{};
  std::uint32_t revision = 0;
  Digest leaf{};
  policy::SourceMode source = policy::SourceMode::kUnspecified;
  std::uint32_t epoch = 0;  // of a pseudonymous record's key
  Bytes seed{};             // of an anonymous record's key, sealed
  Timestamp expires{};
  RecordState state = RecordState::kLive;
  Timestamp queued{};
  Bytes header{};  // RecordHeader
  Bytes stored{};  // Record::ToStored
};

// At a hub: the newest revision of an anonymous record that waits to be released with others.
struct UnreleasedRow {
  RecordId id{};
  std::uint32_t revision = 0;
  Digest leaf{};
  std::int64_t period = 0;  // in which it came
  Bytes payload{};          // opaque: record, attestation and circles
};

// At a hub: what is kept of a pseudonym until its records are past.  Keyed by it alone; nothing
// tells beside which other row, or when, it was made.
struct PseudonymRow {
  crypto::PublicKey key{};
  std::uint32_t epoch = 0;  // in which it first wrote
  Timestamp until{};        // its last record is past
  Bytes sealed{};           // opaque: its team, for the escrow officers
};

// Filter of ListRecords; unset fields match all.
struct RecordQuery {
  std::optional<policy::Kind> kind{};
  std::optional<RecordState> state{};
  std::optional<bool> own{};
  std::optional<Timestamp> alive_at{};  // expires later
  Offset after = 0;                     // in feed order
  int limit = 1000;
};

struct Counts {
  std::int64_t records = 0;  // live
  std::int64_t own = 0;      // of these, sealed here
  std::int64_t withdrawn = 0;
  std::int64_t outbox = 0;
  Offset newest = 0;
  std::int64_t file_bytes = 0;
};

// One snapshot.  Confined to the call that got it.
class Reader {
 public:
  virtual ~Reader() = default;

  virtual absl::StatusOr<std::optional<RecordRow>> FindRecord(const RecordId& id) const = 0;
  // By the first hex digits of the id (4 to 32), records published without our name included; at
  // most `limit`.
  virtual absl::StatusOr<std::vector<RecordId>> FindByPrefix(std::string_view hex,
                                                             int limit) const = 0;
  virtual absl::StatusOr<std::vector<RecordRow>> ListRecords(const RecordQuery& query) const = 0;
  virtual absl::StatusOr<std::vector<RevisionRow>> Revisions(const RecordId& id) const = 0;
  virtual absl::StatusOr<std::vector<HeldRow>> Held(const RecordId& id) const = 0;
  // Entries with after < offset <= upto, in order.
  virtual absl::StatusOr<std::vector<EntryRow>> Entries(Offset after, Offset upto,
                                                        int limit) const = 0;
  // Of the entries with after < offset <= upto, in order, those that `wanted` asks for: at most
  // `limit` of them, after looking at no more than `scan_max`.  Entries that are not wanted cost a
  // fraction of a microsecond.  `wanted` may read from this reader; its error ends the call.
  virtual absl::StatusOr<EntryPage> WantedEntries(Offset after, Offset upto, int limit,
                                                  int scan_max,
                                                  const EntryFilter& wanted) const = 0;
  virtual absl::StatusOr<std::optional<TupleRow>> FindTuple(TupleNumber number) const = 0;
  // All that some record has; `now` tells which embargoes run.
  virtual absl::StatusOr<std::vector<TupleRow>> Tuples(Timestamp now) const = 0;
  // The newest records of each of `tuples`, at most `each`.  Walks the feed backwards until it has
  // them.
  virtual absl::StatusOr<std::map<TupleNumber, std::vector<RecordId>>> TupleExamples(
      const std::vector<TupleNumber>& tuples, std::size_t each) const = 0;
  // Offset of the newest entry ever made; 0 if none.
  virtual absl::StatusOr<Offset> Newest() const = 0;
  virtual absl::StatusOr<std::vector<OutboxRow>> Outbox(std::string_view link, std::int64_t after,
                                                        int limit) const = 0;
  // The oldest of the urgent ones, and all of one record; in order.
  virtual absl::StatusOr<std::vector<OutboxRow>> UrgentOutbox(std::string_view link,
                                                              int limit) const = 0;
  virtual absl::StatusOr<std::vector<OutboxRow>> OutboxOf(std::string_view link,
                                                          const RecordId& id) const = 0;
  virtual absl::StatusOr<std::int64_t> OutboxCount(std::string_view link) const = 0;
  virtual absl::StatusOr<std::optional<CursorRow>> FindCursor(std::string_view link) const = 0;
  virtual absl::StatusOr<std::vector<AccessRow>> Access(std::string_view peer) const = 0;
  // The newest row of each peer that was ever served.
  virtual absl::StatusOr<std::vector<AccessRow>> NewestAccess() const = 0;
  virtual absl::StatusOr<std::optional<PolicyRow>> FindPolicy(BytesView digest) const = 0;
  virtual absl::StatusOr<std::vector<PolicyRow>> Policies() const = 0;  // newest first
  virtual absl::StatusOr<std::vector<ReceiptRow>> Receipts(const RecordId& id) const = 0;
  virtual absl::StatusOr<std::optional<SourceRow>> FindSource(std::string_view format,
                                                              std::string_view source_id,
                                                              int part) const = 0;
  // Live records whose embargo ended by `now` and whose end has no entry of its own yet.
  virtual absl::StatusOr<std::vector<RecordId>> EmbargoesEnded(Timestamp now, int limit) const = 0;
  virtual absl::StatusOr<Counts> Count() const = 0;
  // Records first received from `link` since `since`, and tombstones held from it of records that
  // were unknown here when they came (a copy that follows changes nothing).
  virtual absl::StatusOr<std::int64_t> ReceivedSince(std::string_view link,
                                                     Timestamp since) const = 0;
  virtual absl::StatusOr<std::int64_t> Tombstones(std::string_view link) const = 0;

  virtual absl::StatusOr<std::optional<UnnamedRow>> FindUnnamed(const RecordId& id) const = 0;
  virtual absl::StatusOr<std::optional<UnreleasedRow>> FindUnreleased(const RecordId& id) const = 0;
  // Those that came in a period before `period`, by id; at most `limit`.
  virtual absl::StatusOr<std::vector<RecordId>> UnreleasedBefore(std::int64_t period,
                                                                 int limit) const = 0;
  virtual absl::StatusOr<std::optional<PseudonymRow>> FindPseudonym(
      const crypto::PublicKey& key) const = 0;

  // Opaque rows of the floors above: roster, invitations, charters, state.
  virtual absl::StatusOr<std::optional<Bytes>> FindObject(std::string_view kind,
                                                          BytesView key) const = 0;
  virtual absl::StatusOr<std::vector<std::pair<Bytes, Bytes>>> ListObjects(
      std::string_view kind) const = 0;
};

// The kind of opaque rows that say who took notice of a record, by its id.
inline constexpr std::string_view kAckRows = "ack";

// A snapshot that can be changed.  Confined to the store thread, for one piece of work.
class Writer : public Reader {
 public:
  // Inserts or replaces the row of this id, its revision row and, for a new leaf, closes the one
  // before; appends its entry to the feed and answers the entry's offset.  `row.offset` is ignored.
  virtual absl::StatusOr<Offset> PutRecord(const RecordRow& row) = 0;
  // Replaces `stored`, `attestations` of the same leaf without a new entry.  NOT_FOUND.
  virtual absl::Status UpdateStored(const RecordId& id, BytesView stored,
                                    BytesView attestations) = 0;
  // A revision that did not become the newest (stale, or the loser of a tie); its `from` and
  // `until` are ignored.  One that is held already stays as it is.
  virtual absl::Status PutRevision(const RevisionRow& row) = 0;
  // Appends a new entry for a record (or its receipts) and drops the one before.  NOT_FOUND.
  virtual absl::StatusOr<Offset> Touch(const RecordId& id, EntryType type) = 0;
  virtual absl::Status MarkEmbargoEnded(const RecordId& id) = 0;
  // An entry of type kTakenBack: we may pass on less of the record than before, or it is about to
  // be dropped.  It stays until the record would have expired.  NOT_FOUND.
  virtual absl::StatusOr<Offset> PutTakenBack(const RecordId& id) = 0;
  // Forgets a record wholly (retraction): row, entries but kTakenBack, held; its revisions stay
  // (closed) until it would have expired.  OK if there is none.
  virtual absl::Status DropRecord(const RecordId& id) = 0;
  virtual absl::Status PutHeld(const HeldRow& row) = 0;
  virtual absl::Status DropHeld(const RecordId& id, std::string_view link) = 0;
  virtual absl::StatusOr<std::int64_t> PutOutbox(const OutboxRow& row) = 0;
  virtual absl::Status DropOutbox(std::string_view link, std::int64_t sequence) = 0;
  virtual absl::Status PutCursor(const CursorRow& row) = 0;
  virtual absl::Status PutAccess(const AccessRow& row) = 0;
  // Forgets the peer's generations before `generation`.
  virtual absl::Status DropAccess(std::string_view peer, std::int64_t generation) = 0;
  virtual absl::Status PutPolicy(const PolicyRow& row) = 0;
  // False if that peer's receipt is held already.
  virtual absl::StatusOr<bool> PutReceipt(const ReceiptRow& row) = 0;
  virtual absl::Status PutSource(const SourceRow& row) = 0;
  // Both insert or replace the row of this id.
  virtual absl::Status PutUnnamed(const UnnamedRow& row) = 0;
  virtual absl::Status PutUnreleased(const UnreleasedRow& row) = 0;
  virtual absl::Status DropUnreleased(const RecordId& id) = 0;
  virtual absl::Status PutPseudonym(const PseudonymRow& row) = 0;
  // Forgets those whose `until` is before `before`, at most `limit`; answers how many.
  virtual absl::StatusOr<int> DropPseudonyms(Timestamp before, int limit) = 0;
  // Removes records and all that belongs to them that expired before `before`, those published
  // without our name included; at most `limit` of each; answers how many.
  virtual absl::StatusOr<int> DropExpired(Timestamp before, int limit) = 0;
  // Rows of kind kAckRows go with the record whose id is their key.
  virtual absl::Status PutObject(std::string_view kind, BytesView key, BytesView value) = 0;
  virtual absl::Status DropObject(std::string_view kind, BytesView key) = 0;
};

// Thread-safe.
class Store {
 public:
  using Work = std::function<absl::Status(Writer&)>;
  using Done = std::function<void(absl::Status)>;
  using Query = std::function<absl::Status(const Reader&)>;

  virtual ~Store() = default;

  // Queues work for the store thread.  `done` runs on that thread after the commit (or with the
  // error: the work's own, or why the commit failed), exactly once.  If the queue is full
  // (RESOURCE_EXHAUSTED) or the store is closing (UNAVAILABLE), it runs on this thread, before
  // return.
  virtual void CommitAsync(Work work, Done done) = 0;
  // As CommitAsync, waiting.  REQUIRES: not on the store thread.
  virtual absl::Status Commit(Work work) = 0;
  // Runs `query` on this thread over one snapshot, after waiting for a free read-only connection.
  // REQUIRES: not within another Read.
  virtual absl::Status Read(const Query& query) const = 0;
  // Called on the store thread after each commit that appended an entry, and before the work of the
  // next.  Replaces the listener before it, which may still be running.
  virtual void OnNewEntries(std::function<void(Offset newest)> listener) = 0;
  // Random, made with the file: cursors of another store are not ours.
  virtual const Bytes& epoch() const = 0;  // 16 bytes
};

}  // namespace renkei::store
