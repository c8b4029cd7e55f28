#include "node/base/encoding.h"
#include "node/store/sqlite/reads.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

using policy::Kind;
using policy::Tlp;

constexpr std::size_t kPrefixDigitsMin = 4;
constexpr std::size_t kPrefixDigitsMax = 2 * RecordId::kSize;

// In the order RecordAt reads them.
#define RENKEI_RECORD_COLUMNS                                                       \
  "r.id, r.revision, r.leaf, r.origin, r.kind, r.tlp, r.issued, r.expires, "        \
  "r.embargo_until, r.state, r.own, r.author, r.header, r.stored, r.attestations, " \
  "r.received, e.offset, r.accepted_by, r.circles "

RecordRow RecordAt(Statement& row) {
  RecordRow record{
      .id = row.Id<RecordId>(0),
      .revision = row.Number<std::uint32_t>(1),
      .leaf = row.Id<Digest>(2),
      .origin = row.Id<crypto::PublicKey>(3),
      .kind = row.Word(4, Kind::kWithdrawal),
      .tlp = row.Word(5, Tlp::kRed),
      .issued = row.Time(6),
      .expires = row.Time(7),
      .state = row.Word(9, RecordState::kWithdrawn),
      .own = row.Flag(10),
      .author = row.Text(11),
      .header = row.BlobCopy(12),
      .circles = row.BlobCopy(18),
      .stored = row.BlobCopy(13),
      .attestations = row.BlobCopy(14),
      .received = row.Time(15),
      .offset = row.Number<Offset>(16),
      .accepted_by = row.BlobCopy(17),
  };
  if (!row.IsNull(8)) record.embargo_until = row.Time(8);
  return record;
}

template <class Enum>
std::optional<std::int64_t> Integer(const std::optional<Enum>& word) {
  if (!word) return std::nullopt;
  return static_cast<std::int64_t>(*word);
}

// The smallest (`digit` 0) or largest (f) id that begins with `hex`; nothing if that is no hex.
std::optional<Bytes> PrefixBound(std::string_view hex, char digit) {
  std::string whole(hex);
  whole.resize(kPrefixDigitsMax, digit);
  return HexDecode(whole);
}

PolicyRow PolicyAt(const Statement& row) {
  return {.digest = row.BlobCopy(0), .text = row.BlobCopy(1), .applied = row.Time(2)};
}

absl::StatusOr<std::vector<OutboxRow>> OutboxRows(Statement& select) {
  std::vector<OutboxRow> rows;
  while (select.Step()) {
    rows.push_back({.sequence = select.Int64(0),
                    .link = select.Text(1),
                    .id = select.Id<RecordId>(2),
                    .payload = select.BlobCopy(3),
                    .queued = select.Time(4),
                    .urgent = select.Flag(5)});
  }
  RETURN_IF_ERROR(select.status());
  return rows;
}

// All rows that are left.
absl::StatusOr<std::vector<AccessRow>> AccessRows(Statement& select) {
  std::vector<AccessRow> rows;
  while (select.Step()) {
    rows.push_back({.peer = select.Text(0),
                    .generation = select.Number<std::int64_t>(1),
                    .since = select.Number<Offset>(2),
                    .facts = select.BlobCopy(3),
                    .policy = select.BlobCopy(4),
                    .began = select.Time(5)});
  }
  RETURN_IF_ERROR(select.status());
  return rows;
}

absl::StatusOr<std::int64_t> OneNumber(Statement& select) {
  const std::int64_t number = select.Step() ? select.Int64(0) : 0;
  RETURN_IF_ERROR(select.status());
  return number;
}

}  // namespace

template <class Base>
absl::StatusOr<std::optional<RecordRow>> Reads<Base>::FindRecord(const RecordId& id) const {
  Statement select(connection_, "SELECT " RENKEI_RECORD_COLUMNS
                                "FROM record r JOIN entry e ON e.record = r.number AND e.type = 1"
                                " WHERE r.community = ?1 AND r.id = ?2");
  select.Bind(1, community_).BindBlob(2, id.view());
  std::optional<RecordRow> record;
  if (select.Step()) record = RecordAt(select);
  RETURN_IF_ERROR(select.status());
  return record;
}

template <class Base>
absl::StatusOr<std::vector<RecordId>> Reads<Base>::FindByPrefix(std::string_view hex,
                                                                int limit) const {
  const auto first = PrefixBound(hex, '0');
  const auto last = PrefixBound(hex, 'f');
  if (hex.size() < kPrefixDigitsMin || hex.size() > kPrefixDigitsMax || !first || !last) {
    return InvalidArgument(
        fmt::format("`{}` is not the beginning of a record id: {} to {} hex digits",
                    Printable(hex, kPrefixDigitsMax), kPrefixDigitsMin, kPrefixDigitsMax));
  }
  Statement select(connection_,
                   "SELECT id FROM record WHERE community = ?1 AND id BETWEEN ?2 AND ?3"
                   " UNION SELECT id FROM unnamed WHERE community = ?1 AND id BETWEEN ?2 AND ?3"
                   " ORDER BY id LIMIT ?4");
  select.Bind(1, community_).BindBlob(2, *first).BindBlob(3, *last).Bind(4, limit);
  std::vector<RecordId> ids;
  while (select.Step()) ids.push_back(select.Id<RecordId>(0));
  RETURN_IF_ERROR(select.status());
  return ids;
}

template <class Base>
absl::StatusOr<std::vector<RecordRow>> Reads<Base>::ListRecords(const RecordQuery& query) const {
  // CROSS JOIN: the feed leads, so the order costs nothing.
  Statement select(connection_, "SELECT " RENKEI_RECORD_COLUMNS
                                "FROM entry e CROSS JOIN record r ON r.number = e.record"
                                " WHERE e.offset > ?2 AND e.type = 1 AND e.community = ?1"
                                " AND (?3 IS NULL OR r.kind = ?3) AND (?4 IS NULL OR r.state = ?4)"
                                " AND (?5 IS NULL OR r.own = ?5) AND (?6 IS NULL OR r.expires > ?6)"
                                " ORDER BY e.offset LIMIT ?7");
  select.Bind(1, community_).Bind(2, query.after);
  select.Bind(3, Integer(query.kind)).Bind(4, Integer(query.state)).Bind(5, Integer(query.own));
  select.BindTime(6, query.alive_at).Bind(7, query.limit);
  std::vector<RecordRow> records;
  while (select.Step()) records.push_back(RecordAt(select));
  RETURN_IF_ERROR(select.status());
  return records;
}

template <class Base>
absl::StatusOr<std::vector<RevisionRow>> Reads<Base>::Revisions(const RecordId& id) const {
  Statement select(
      connection_,
      "SELECT id, revision, leaf, header, from_offset, until_offset, circles FROM revision"
      " WHERE community = ?1 AND id = ?2 ORDER BY revision, number");
  select.Bind(1, community_).BindBlob(2, id.view());
  std::vector<RevisionRow> revisions;
  while (select.Step()) {
    revisions.push_back({.id = select.Id<RecordId>(0),
                         .revision = select.Number<std::uint32_t>(1),
                         .leaf = select.Id<Digest>(2),
                         .header = select.BlobCopy(3),
                         .circles = select.BlobCopy(6),
                         .from = select.Number<Offset>(4),
                         .until = select.Number<Offset>(5)});
  }
  RETURN_IF_ERROR(select.status());
  return revisions;
}

template <class Base>
absl::StatusOr<std::vector<RecordId>> Reads<Base>::EmbargoesEnded(Timestamp now, int limit) const {
  Statement select(connection_,
                   "SELECT id FROM record WHERE community = ?1 AND embargo_until IS NOT NULL"
                   " AND embargo_ended = 0 AND state = 0 AND embargo_until <= ?2"
                   " ORDER BY embargo_until LIMIT ?3");
  select.Bind(1, community_).BindTime(2, now).Bind(3, limit);
  std::vector<RecordId> ids;
  while (select.Step()) ids.push_back(select.Id<RecordId>(0));
  RETURN_IF_ERROR(select.status());
  return ids;
}

template <class Base>
absl::StatusOr<std::vector<HeldRow>> Reads<Base>::Held(const RecordId& id) const {
  Statement select(connection_,
                   "SELECT id, link, leaf, sections, relay FROM held"
                   " WHERE community = ?1 AND id = ?2 ORDER BY link");
  select.Bind(1, community_).BindBlob(2, id.view());
  std::vector<HeldRow> held;
  while (select.Step()) {
    held.push_back({.id = select.Id<RecordId>(0),
                    .link = select.Text(1),
                    .leaf = select.Id<Digest>(2),
                    .sections = select.Number<policy::SectionMask>(3),
                    .relay = select.Number<policy::SectionMask>(4)});
  }
  RETURN_IF_ERROR(select.status());
  return held;
}

template <class Base>
absl::StatusOr<std::vector<OutboxRow>> Reads<Base>::Outbox(std::string_view link,
                                                           std::int64_t after, int limit) const {
  Statement select(connection_,
                   "SELECT sequence, link, id, payload, queued, urgent FROM outbox"
                   " WHERE community = ?1 AND link = ?2 AND sequence > ?3"
                   " ORDER BY sequence LIMIT ?4");
  select.Bind(1, community_).BindText(2, link).Bind(3, after).Bind(4, limit);
  return OutboxRows(select);
}

template <class Base>
absl::StatusOr<std::vector<OutboxRow>> Reads<Base>::UrgentOutbox(std::string_view link,
                                                                 int limit) const {
  Statement select(connection_,
                   "SELECT sequence, link, id, payload, queued, urgent FROM outbox"
                   " WHERE community = ?1 AND link = ?2 AND urgent = 1"
                   " ORDER BY sequence LIMIT ?3");
  select.Bind(1, community_).BindText(2, link).Bind(3, limit);
  return OutboxRows(select);
}

template <class Base>
absl::StatusOr<std::vector<OutboxRow>> Reads<Base>::OutboxOf(std::string_view link,
                                                             const RecordId& id) const {
  Statement select(connection_,
                   "SELECT sequence, link, id, payload, queued, urgent FROM outbox"
                   " WHERE community = ?1 AND id = ?2 AND link = ?3 ORDER BY sequence");
  select.Bind(1, community_).BindBlob(2, id.view()).BindText(3, link);
  return OutboxRows(select);
}

template <class Base>
absl::StatusOr<std::int64_t> Reads<Base>::OutboxCount(std::string_view link) const {
  Statement select(connection_, "SELECT count(*) FROM outbox WHERE community = ?1 AND link = ?2");
  select.Bind(1, community_).BindText(2, link);
  return OneNumber(select);
}

template <class Base>
absl::StatusOr<std::optional<CursorRow>> Reads<Base>::FindCursor(std::string_view link) const {
  Statement select(connection_,
                   "SELECT link, cursor, stored FROM cursor WHERE community = ?1 AND link = ?2");
  select.Bind(1, community_).BindText(2, link);
  std::optional<CursorRow> cursor;
  if (select.Step()) {
    cursor =
        CursorRow{.link = select.Text(0), .cursor = select.BlobCopy(1), .stored = select.Time(2)};
  }
  RETURN_IF_ERROR(select.status());
  return cursor;
}

template <class Base>
absl::StatusOr<std::vector<AccessRow>> Reads<Base>::Access(std::string_view peer) const {
  Statement select(connection_,
                   "SELECT peer, generation, since, facts, policy, began FROM access"
                   " WHERE community = ?1 AND peer = ?2 ORDER BY generation");
  select.Bind(1, community_).BindText(2, peer);
  return AccessRows(select);
}

template <class Base>
absl::StatusOr<std::vector<AccessRow>> Reads<Base>::NewestAccess() const {
  Statement select(connection_,
                   "SELECT peer, max(generation), since, facts, policy, began FROM access"
                   " WHERE community = ?1 GROUP BY peer ORDER BY peer");
  select.Bind(1, community_);
  return AccessRows(select);
}

template <class Base>
absl::StatusOr<std::optional<PolicyRow>> Reads<Base>::FindPolicy(BytesView digest) const {
  Statement select(connection_, "SELECT digest, text, applied FROM policy WHERE digest = ?1");
  select.BindBlob(1, digest);
  std::optional<PolicyRow> row;
  if (select.Step()) row = PolicyAt(select);
  RETURN_IF_ERROR(select.status());
  return row;
}

template <class Base>
absl::StatusOr<std::vector<PolicyRow>> Reads<Base>::Policies() const {
  Statement select(connection_,
                   "SELECT digest, text, applied FROM policy ORDER BY applied DESC, number DESC");
  std::vector<PolicyRow> rows;
  while (select.Step()) rows.push_back(PolicyAt(select));
  RETURN_IF_ERROR(select.status());
  return rows;
}

template <class Base>
absl::StatusOr<std::vector<ReceiptRow>> Reads<Base>::Receipts(const RecordId& id) const {
  Statement select(connection_,
                   "SELECT id, leaf, peer, received FROM receipt"
                   " WHERE community = ?1 AND id = ?2 ORDER BY peer, received, leaf");
  select.Bind(1, community_).BindBlob(2, id.view());
  std::vector<ReceiptRow> rows;
  while (select.Step()) {
    rows.push_back({.id = select.Id<RecordId>(0),
                    .leaf = select.Id<Digest>(1),
                    .peer = select.Text(2),
                    .received = select.Time(3)});
  }
  RETURN_IF_ERROR(select.status());
  return rows;
}

template <class Base>
absl::StatusOr<std::optional<SourceRow>> Reads<Base>::FindSource(std::string_view format,
                                                                 std::string_view source_id,
                                                                 int part) const {
  Statement select(connection_,
                   "SELECT format, source_id, part, id, content FROM source"
                   " WHERE community = ?1 AND format = ?2 AND source_id = ?3 AND part = ?4");
  select.Bind(1, community_).BindText(2, format).BindText(3, source_id).Bind(4, part);
  std::optional<SourceRow> row;
  if (select.Step()) {
    row = SourceRow{.format = select.Text(0),
                    .source_id = select.Text(1),
                    .part = select.Number<int>(2),
                    .id = select.Id<RecordId>(3),
                    .content = select.Id<Digest>(4)};
  }
  RETURN_IF_ERROR(select.status());
  return row;
}

template <class Base>
absl::StatusOr<Counts> Reads<Base>::Count() const {
  Statement select(connection_,
                   "SELECT (SELECT count(*) FROM record WHERE community = ?1),"
                   " (SELECT count(*) FROM record WHERE community = ?1 AND own = 1 AND state = 0),"
                   " (SELECT count(*) FROM record WHERE community = ?1 AND state = 1),"
                   " (SELECT count(*) FROM outbox WHERE community = ?1)");
  select.Bind(1, community_);
  Counts counts;
  if (select.Step()) {
    counts.withdrawn = select.Int64(2);
    counts.records = select.Int64(0) - counts.withdrawn;
    counts.own = select.Int64(1);
    counts.outbox = select.Int64(3);
  }
  RETURN_IF_ERROR(select.status());
  ASSIGN_OR_RETURN(counts.newest, Newest());
  counts.file_bytes = connection_.FileBytes();
  return counts;
}

template <class Base>
absl::StatusOr<std::int64_t> Reads<Base>::ReceivedSince(std::string_view link,
                                                        Timestamp since) const {
  Statement select(connection_,
                   "SELECT count(*) FROM held"
                   " WHERE community = ?1 AND link = ?2 AND first_received >= ?3");
  select.Bind(1, community_).BindText(2, link).BindTime(3, since);
  return OneNumber(select);
}

template <class Base>
absl::StatusOr<std::int64_t> Reads<Base>::Tombstones(std::string_view link) const {
  // A withdrawal that followed its record closed it; a copy that comes later was never the newest.
  Statement select(connection_,
                   "SELECT count(*) FROM record r"
                   " CROSS JOIN held h ON h.community = r.community AND h.id = r.id AND h.link = ?2"
                   " WHERE r.community = ?1 AND r.state = 1"
                   " AND (SELECT count(*) FROM revision v"
                   "      WHERE v.community = r.community AND v.id = r.id"
                   "      AND v.from_offset > 0) = 1");
  select.Bind(1, community_).BindText(2, link);
  return OneNumber(select);
}

template <class Base>
absl::StatusOr<std::optional<Bytes>> Reads<Base>::FindObject(std::string_view kind,
                                                             BytesView key) const {
  Statement select(connection_, "SELECT value FROM object WHERE kind = ?1 AND key = ?2");
  select.BindText(1, kind).BindBlob(2, key);
  std::optional<Bytes> value;
  if (select.Step()) value = select.BlobCopy(0);
  RETURN_IF_ERROR(select.status());
  return value;
}

template <class Base>
absl::StatusOr<std::vector<std::pair<Bytes, Bytes>>> Reads<Base>::ListObjects(
    std::string_view kind) const {
  Statement select(connection_, "SELECT key, value FROM object WHERE kind = ?1 ORDER BY key");
  select.BindText(1, kind);
  std::vector<std::pair<Bytes, Bytes>> objects;
  while (select.Step()) objects.emplace_back(select.BlobCopy(0), select.BlobCopy(1));
  RETURN_IF_ERROR(select.status());
  return objects;
}

template class Reads<Reader>;
template class Reads<Writer>;

}  // namespace renkei::store
