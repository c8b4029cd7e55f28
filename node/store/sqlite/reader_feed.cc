// The feed and its marking tuples, read.
#include <algorithm>

#include "node/store/sqlite/reads.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

// In the order EntryAt reads them.
#define RENKEI_ENTRY_COLUMNS                                                                    \
  "e.offset, e.type, r.id, r.revision, r.leaf, r.state, r.own, r.author, r.header, r.circles, " \
  "e.tuple, e.fresh "
#define RENKEI_TAKEN_BACK_COLUMNS \
  "t.offset, 3, t.id, t.revision, t.leaf, 0, 0, t.author, t.header, t.circles, 0, 0 "

EntryRow EntryAt(Statement& row) {
  return {.offset = row.Number<Offset>(0),
          .type = row.Word(1, EntryType::kTakenBack),
          .id = row.Id<RecordId>(2),
          .revision = row.Number<std::uint32_t>(3),
          .leaf = row.Id<Digest>(4),
          .state = row.Word(5, RecordState::kWithdrawn),
          .own = row.Flag(6),
          .author = row.Text(7),
          .header = row.BlobCopy(8),
          .circles = row.BlobCopy(9),
          .tuple = row.Number<TupleNumber>(10),
          .fresh = row.Flag(11)};
}

// One entry, from the table that has it.
absl::StatusOr<std::optional<EntryRow>> EntryOf(Connection& connection, Offset offset,
                                                EntryType type) {
  Statement of_record(connection, "SELECT " RENKEI_ENTRY_COLUMNS
                                  "FROM entry e CROSS JOIN record r ON r.number = e.record"
                                  " WHERE e.offset = ?1");
  Statement taken_back(connection,
                       "SELECT " RENKEI_TAKEN_BACK_COLUMNS "FROM taken_back t WHERE t.offset = ?1");
  Statement& select = type == EntryType::kTakenBack ? taken_back : of_record;
  select.Bind(1, offset);
  std::optional<EntryRow> entry;
  if (select.Step()) entry = EntryAt(select);
  RETURN_IF_ERROR(select.status());
  return entry;
}

}  // namespace

template <class Base>
absl::StatusOr<std::vector<EntryRow>> Reads<Base>::Entries(Offset after, Offset upto,
                                                           int limit) const {
  Statement select(connection_, "SELECT " RENKEI_ENTRY_COLUMNS
                                "FROM entry e CROSS JOIN record r ON r.number = e.record"
                                " WHERE e.offset > ?2 AND e.offset <= ?3 AND e.community = ?1"
                                " UNION ALL SELECT " RENKEI_TAKEN_BACK_COLUMNS
                                "FROM taken_back t"
                                " WHERE t.offset > ?2 AND t.offset <= ?3 AND t.community = ?1"
                                " ORDER BY 1 LIMIT ?4");
  select.Bind(1, community_).Bind(2, after).Bind(3, upto).Bind(4, limit);
  std::vector<EntryRow> entries;
  while (select.Step()) entries.push_back(EntryAt(select));
  RETURN_IF_ERROR(select.status());
  return entries;
}

template <class Base>
absl::StatusOr<EntryPage> Reads<Base>::WantedEntries(Offset after, Offset upto, int limit,
                                                     int scan_max,
                                                     const EntryFilter& wanted) const {
  Statement scan(connection_,
                 "SELECT offset, type, tuple, fresh FROM entry"
                 " WHERE offset > ?2 AND offset <= ?3 AND community = ?1"
                 " UNION ALL SELECT offset, 3, 0, 0 FROM taken_back"
                 " WHERE offset > ?2 AND offset <= ?3 AND community = ?1 ORDER BY 1");
  scan.Bind(1, community_).Bind(2, after).Bind(3, upto);
  EntryPage page{.reached = after};
  while (page.scanned < scan_max && page.entries.size() < static_cast<std::size_t>(limit)) {
    if (!scan.Step()) {
      RETURN_IF_ERROR(scan.status());
      page.reached = std::max(after, upto);
      return page;
    }
    ++page.scanned;
    page.reached = scan.Number<Offset>(0);
    const EntryKey key{.type = scan.Word(1, EntryType::kTakenBack),
                       .tuple = scan.Number<TupleNumber>(2),
                       .fresh = scan.Flag(3)};
    ASSIGN_OR_RETURN(const bool reads, wanted(key));
    if (!reads) continue;
    ASSIGN_OR_RETURN(std::optional<EntryRow> entry, EntryOf(connection_, page.reached, key.type));
    if (entry) page.entries.push_back(*std::move(entry));
  }
  RETURN_IF_ERROR(scan.status());
  return page;
}

template <class Base>
absl::StatusOr<std::optional<TupleRow>> Reads<Base>::FindTuple(TupleNumber number) const {
  Statement select(connection_,
                   "SELECT number, content, records FROM tuple"
                   " WHERE number = ?2 AND community = ?1");
  select.Bind(1, community_).Bind(2, number);
  std::optional<TupleRow> row;
  if (select.Step()) {
    row = TupleRow{.number = select.Number<TupleNumber>(0),
                   .content = select.BlobCopy(1),
                   .records = select.Int64(2)};
  }
  RETURN_IF_ERROR(select.status());
  return row;
}

template <class Base>
absl::StatusOr<std::vector<TupleRow>> Reads<Base>::Tuples(Timestamp now) const {
  // Few: the index holds only those that have not ended.
  Statement embargoes(connection_,
                      "SELECT e.tuple, count(*) FROM record r"
                      " CROSS JOIN entry e ON e.record = r.number AND e.type = 1"
                      " WHERE r.community = ?1 AND r.embargo_until IS NOT NULL"
                      " AND r.embargo_ended = 0 AND r.state = 0 AND r.embargo_until > ?2"
                      " GROUP BY e.tuple");
  embargoes.Bind(1, community_).BindTime(2, now);
  std::map<TupleNumber, std::int64_t> embargoed;
  while (embargoes.Step()) embargoed[embargoes.Int64(0)] = embargoes.Int64(1);
  RETURN_IF_ERROR(embargoes.status());

  // All of them, in the order they lie: the index would look up each and then sort them.
  Statement select(connection_,
                   "SELECT number, content, records FROM tuple NOT INDEXED WHERE community = ?1"
                   " ORDER BY number");
  select.Bind(1, community_);
  std::vector<TupleRow> rows;
  while (select.Step()) {
    rows.push_back({.number = select.Number<TupleNumber>(0),
                    .content = select.BlobCopy(1),
                    .records = select.Int64(2)});
    const auto at = embargoed.find(rows.back().number);
    if (at != embargoed.end()) rows.back().embargoed = at->second;
  }
  RETURN_IF_ERROR(select.status());
  return rows;
}

template <class Base>
absl::StatusOr<std::map<TupleNumber, std::vector<RecordId>>> Reads<Base>::TupleExamples(
    const std::vector<TupleNumber>& tuples, std::size_t each) const {
  // How many are still missing of each: who has fewer records than are asked for must not make the
  // whole feed be walked.
  std::map<TupleNumber, std::size_t> missing;
  for (const TupleNumber tuple : tuples) {
    ASSIGN_OR_RETURN(const auto row, FindTuple(tuple));
    const std::size_t records =
        row && row->records > 0 ? static_cast<std::size_t>(row->records) : 0;
    if (records > 0) missing[tuple] = std::min(each, records);
  }
  std::map<TupleNumber, std::vector<RecordId>> examples;
  Statement scan(connection_,
                 "SELECT tuple, record FROM entry WHERE community = ?1 AND type = 1"
                 " ORDER BY offset DESC");
  scan.Bind(1, community_);
  while (!missing.empty() && scan.Step()) {
    const auto at = missing.find(scan.Int64(0));
    if (at == missing.end()) continue;
    Statement select(connection_, "SELECT id FROM record WHERE number = ?1");
    select.Bind(1, scan.Int64(1));
    if (select.Step()) examples[at->first].push_back(select.Id<RecordId>(0));
    RETURN_IF_ERROR(select.status());
    if (--at->second == 0) missing.erase(at);
  }
  RETURN_IF_ERROR(scan.status());
  return examples;
}

template <class Base>
absl::StatusOr<Offset> Reads<Base>::Newest() const {
  // Not max(offset): that falls when the newest entry is dropped.
  Statement select(connection_, "SELECT seq FROM sqlite_sequence WHERE name = 'entry'");
  const Offset newest = select.Step() ? select.Number<Offset>(0) : 0;
  RETURN_IF_ERROR(select.status());
  return newest;
}

// The whole of Reads is instantiated in reader.cc; these are its members here.
#define RENKEI_FEED_READS(Base)                                                                   \
  template absl::StatusOr<std::vector<EntryRow>> Reads<Base>::Entries(Offset, Offset, int) const; \
  template absl::StatusOr<EntryPage> Reads<Base>::WantedEntries(Offset, Offset, int, int,         \
                                                                const EntryFilter&) const;        \
  template absl::StatusOr<std::optional<TupleRow>> Reads<Base>::FindTuple(TupleNumber) const;     \
  template absl::StatusOr<std::vector<TupleRow>> Reads<Base>::Tuples(Timestamp) const;            \
  template absl::StatusOr<std::map<TupleNumber, std::vector<RecordId>>>                           \
  Reads<Base>::TupleExamples(const std::vector<TupleNumber>&, std::size_t) const;                 \
  template absl::StatusOr<Offset> Reads<Base>::Newest() const;
RENKEI_FEED_READS(Reader)
RENKEI_FEED_READS(Writer)

}  // namespace renkei::store
