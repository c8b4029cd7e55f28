#include "node/store/sqlite/writer.h"

#include <algorithm>

#include "node/record/header.h"
#include "node/store/sqlite/indicator_index.h"
#include "node/store/sqlite/second_looks.h"
#include "node/store/sqlite/statement.h"
#include "node/store/sqlite/tuples.h"

namespace renkei::store {
namespace {

absl::Status NoRecord(const RecordId& id) {
  return NotFound(fmt::format("record {} is not in the store", ToString(id)));
}

// The parameters of InsertRecord and ReplaceRecord but the first two.
void BindRecord(Statement& put, const RecordRow& row) {
  put.Bind(3, row.revision).BindBlob(4, row.leaf.view()).BindBlob(5, row.origin.view());
  put.Bind(6, static_cast<std::int64_t>(row.kind)).Bind(7, static_cast<std::int64_t>(row.tlp));
  put.BindTime(8, row.issued).BindTime(9, row.expires).BindTime(10, row.embargo_until);
  put.Bind(11, static_cast<std::int64_t>(row.state)).Bind(12, std::int64_t{row.own});
  put.BindText(13, row.author).BindTime(14, row.received).BindBlob(15, row.accepted_by);
  put.BindBlob(16, row.header).BindBlob(17, row.attestations).BindBlob(18, row.stored);
  put.BindBlob(19, row.circles);
}

}  // namespace

absl::Status SqliteWriter::RequireRecord(const RecordId& id) {
  return connection().ChangedRows() > 0 ? absl::OkStatus() : NoRecord(id);
}

absl::StatusOr<std::optional<SqliteWriter::Present>> SqliteWriter::FindPresent(const RecordId& id) {
  Statement select(connection(),
                   "SELECT number, leaf FROM record WHERE community = ?1 AND id = ?2");
  select.Bind(1, community()).BindBlob(2, id.view());
  std::optional<Present> present;
  if (select.Step()) {
    present = Present{.number = select.Int64(0), .leaf = select.Id<Digest>(1)};
  }
  RETURN_IF_ERROR(select.status());
  return present;
}

absl::Status SqliteWriter::InsertRecord(const RecordRow& row) {
  Statement insert(connection(),
                   "INSERT INTO record (community, id, revision, leaf, origin, kind, tlp, issued,"
                   " expires, embargo_until, state, own, author, received, accepted_by, header,"
                   " attestations, stored, circles, embargo_ended)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
                   " ?17, ?18, ?19, 0)");
  insert.Bind(1, community()).BindBlob(2, row.id.view());
  BindRecord(insert, row);
  return insert.Run();
}

absl::Status SqliteWriter::ReplaceRecord(std::int64_t number, const RecordRow& row) {
  effects_.erased = true;
  // An embargo whose end was announced stays so, unless the new revision has another end.
  Statement update(connection(),
                   "UPDATE record SET id = ?2, revision = ?3, leaf = ?4, origin = ?5, kind = ?6,"
                   " tlp = ?7, issued = ?8, expires = ?9,"
                   " embargo_ended = embargo_ended AND embargo_until IS ?10, embargo_until = ?10,"
                   " state = ?11, own = ?12, author = ?13, received = ?14, accepted_by = ?15,"
                   " header = ?16, attestations = ?17, stored = ?18, circles = ?19"
                   " WHERE number = ?1");
  update.Bind(1, number).BindBlob(2, row.id.view());
  BindRecord(update, row);
  return update.Run();
}

absl::StatusOr<Offset> SqliteWriter::AppendEntry(std::int64_t number, EntryType type,
                                                 const Marks& marks) {
  Statement drop(connection(), "DELETE FROM entry WHERE record = ?1 AND type = ?2");
  drop.Bind(1, number).Bind(2, static_cast<std::int64_t>(type));
  RETURN_IF_ERROR(drop.Run());

  Statement append(connection(),
                   "INSERT INTO entry (community, type, record, tuple, fresh)"
                   " VALUES (?1, ?2, ?3, ?4, ?5)");
  append.Bind(1, community()).Bind(2, static_cast<std::int64_t>(type)).Bind(3, number);
  append.Bind(4, marks.tuple).Bind(5, std::int64_t{marks.fresh});
  RETURN_IF_ERROR(append.Run());
  effects_.newest = connection().LastInsertedRow();
  if (first_entry_ == 0) first_entry_ = effects_.newest;
  return effects_.newest;
}

absl::Status SqliteWriter::SeeAgain(const RecordId& id) {
  return LookAgain(connection(), community(), id, first_entry_);
}

absl::Status SqliteWriter::OpenRevision(const RecordRow& row, bool is_new_leaf, Offset offset) {
  if (!is_new_leaf) return absl::OkStatus();
  Statement close(connection(),
                  "UPDATE revision SET until_offset = ?3 WHERE community = ?1 AND id = ?2"
                  " AND from_offset > 0 AND until_offset = 0");
  close.Bind(1, community()).BindBlob(2, row.id.view()).Bind(3, offset);
  RETURN_IF_ERROR(close.Run());

  // A revision that was the newest before (and retracted since) keeps the entry it first came with:
  // whoever read from there on may have it.
  Statement open(connection(),
                 "INSERT INTO revision (community, id, revision, leaf, from_offset, until_offset,"
                 " header, circles) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)"
                 " ON CONFLICT (community, id, leaf) DO UPDATE SET until_offset = 0,"
                 " from_offset = iif(from_offset > 0, from_offset, excluded.from_offset)");
  open.Bind(1, community()).BindBlob(2, row.id.view()).Bind(3, row.revision);
  open.BindBlob(4, row.leaf.view()).Bind(5, offset).BindBlob(6, row.header);
  open.BindBlob(7, row.circles);
  return open.Run();
}

absl::StatusOr<Offset> SqliteWriter::PutRecord(const RecordRow& row) {
  ASSIGN_OR_RETURN(const std::optional<Present> present, FindPresent(row.id));
  std::int64_t number = 0;
  Marks marks;
  if (present) {
    number = present->number;
    RETURN_IF_ERROR(UncountTuple(connection(), number));
    RETURN_IF_ERROR(ReplaceRecord(number, row));
  } else {
    ASSIGN_OR_RETURN(const bool known, HasRevisions(row.id));
    marks.fresh = !known && row.state == RecordState::kLive;
    RETURN_IF_ERROR(InsertRecord(row));
    number = connection().LastInsertedRow();
    // Retracted before: its revisions are the record's again, and expire with it.
    RETURN_IF_ERROR(
        RunById("UPDATE revision SET expires = NULL"
                " WHERE community = ?1 AND id = ?2 AND expires IS NOT NULL",
                row.id));
  }
  RETURN_IF_ERROR(Index(number, row.stored, row.state, row.author));
  ASSIGN_OR_RETURN(marks.tuple, CountTuple(connection(), community(), row.header, row.circles));
  ASSIGN_OR_RETURN(const Offset offset, AppendEntry(number, EntryType::kRecord, marks));
  RETURN_IF_ERROR(OpenRevision(row, !present || present->leaf != row.leaf, offset));
  return offset;
}

absl::StatusOr<bool> SqliteWriter::HasRevisions(const RecordId& id) {
  Statement select(connection(), "SELECT 1 FROM revision WHERE community = ?1 AND id = ?2 LIMIT 1");
  select.Bind(1, community()).BindBlob(2, id.view());
  const bool found = select.Step();
  RETURN_IF_ERROR(select.status());
  return found;
}

absl::Status SqliteWriter::UpdateStored(const RecordId& id, BytesView stored,
                                        BytesView attestations) {
  effects_.erased = true;
  Statement update(connection(),
                   "UPDATE record SET stored = ?3, attestations = ?4"
                   " WHERE community = ?1 AND id = ?2");
  update.Bind(1, community()).BindBlob(2, id.view()).BindBlob(3, stored).BindBlob(4, attestations);
  RETURN_IF_ERROR(update.Run());
  RETURN_IF_ERROR(RequireRecord(id));
  RETURN_IF_ERROR(SeeAgain(id));
  return IndexAgain(id, stored);
}

absl::Status SqliteWriter::IndexAgain(const RecordId& id, BytesView stored) {
  Statement find(connection(),
                 "SELECT number, state, author FROM record WHERE community = ?1 AND id = ?2");
  find.Bind(1, community()).BindBlob(2, id.view());
  if (!find.Step()) return find.status();
  return Index(find.Int64(0), stored, find.Word(1, RecordState::kWithdrawn), find.Text(2));
}

absl::Status SqliteWriter::Index(std::int64_t number, BytesView stored, RecordState state,
                                 std::string_view author) {
  ASSIGN_OR_RETURN(const bool judges,
                   IndexRecord(connection(), community(), number, stored, state, author));
  effects_.judged = effects_.judged || judges;
  return absl::OkStatus();
}

absl::Status SqliteWriter::PutRevision(const RevisionRow& row) {
  // Without its record (retracted) it needs an end of its own: that of the revisions beside it, or
  // what its header says.
  std::optional<std::int64_t> expires;
  ASSIGN_OR_RETURN(const std::optional<Present> present, FindPresent(row.id));
  if (!present) {
    const absl::StatusOr<record::Header> header = record::ParseHeader(row.header);
    if (header.ok()) expires = UnixSeconds(header->expires);
  }
  Statement insert(connection(),
                   "INSERT INTO revision (community, id, revision, leaf, from_offset, until_offset,"
                   " expires, header, circles) VALUES (?1, ?2, ?3, ?4, 0, 0, coalesce((SELECT"
                   " max(expires) FROM revision WHERE community = ?1 AND id = ?2), ?5), ?6, ?7)"
                   " ON CONFLICT (community, id, leaf) DO NOTHING");
  insert.Bind(1, community()).BindBlob(2, row.id.view()).Bind(3, row.revision);
  insert.BindBlob(4, row.leaf.view()).Bind(5, expires).BindBlob(6, row.header);
  insert.BindBlob(7, row.circles);
  return insert.Run();
}

absl::StatusOr<Offset> SqliteWriter::Touch(const RecordId& id, EntryType type) {
  ASSIGN_OR_RETURN(const std::optional<Present> present, FindPresent(id));
  if (!present) return NoRecord(id);
  Marks marks;  // not fresh: the same revision had an entry before
  if (type == EntryType::kRecord) {
    Statement same(connection(), "SELECT tuple FROM entry WHERE record = ?1 AND type = 1");
    same.Bind(1, present->number);
    if (same.Step()) marks.tuple = same.Int64(0);
    RETURN_IF_ERROR(same.status());
  }
  return AppendEntry(present->number, type, marks);
}

absl::Status SqliteWriter::MarkEmbargoEnded(const RecordId& id) {
  RETURN_IF_ERROR(
      RunById("UPDATE record SET embargo_ended = 1 WHERE community = ?1 AND id = ?2", id));
  return RequireRecord(id);
}

absl::StatusOr<Offset> SqliteWriter::PutTakenBack(const RecordId& id) {
  ASSIGN_OR_RETURN(const std::optional<Present> present, FindPresent(id));
  if (!present) return NoRecord(id);
  // An entry is made only for its offset: rows of `entry` go with their record.
  ASSIGN_OR_RETURN(const Offset offset,
                   AppendEntry(present->number, EntryType::kTakenBack, Marks{}));
  Statement entry(connection(), "DELETE FROM entry WHERE offset = ?1");
  RETURN_IF_ERROR(entry.Bind(1, offset).Run());
  RETURN_IF_ERROR(RunById("DELETE FROM taken_back WHERE community = ?1 AND id = ?2", id));
  Statement put(connection(),
                "INSERT INTO taken_back (offset, community, id, revision, leaf, author, header,"
                " circles) SELECT ?1, community, id, revision, leaf, author, header, circles"
                " FROM record WHERE number = ?2");
  RETURN_IF_ERROR(put.Bind(1, offset).Bind(2, present->number).Run());
  return offset;
}

absl::Status SqliteWriter::DropRecord(const RecordId& id) {
  ASSIGN_OR_RETURN(const std::optional<Present> present, FindPresent(id));
  RETURN_IF_ERROR(RunById("DELETE FROM held WHERE community = ?1 AND id = ?2", id));
  if (!present) return absl::OkStatus();
  effects_.erased = true;

  ASSIGN_OR_RETURN(const Offset newest, Newest());
  Statement close(connection(),
                  "UPDATE revision SET until_offset ="
                  " iif(from_offset > 0 AND until_offset = 0, ?3, until_offset),"
                  " expires = (SELECT expires FROM record WHERE number = ?4)"
                  " WHERE community = ?1 AND id = ?2");
  close.Bind(1, community()).BindBlob(2, id.view()).Bind(3, newest).Bind(4, present->number);
  RETURN_IF_ERROR(close.Run());
  RETURN_IF_ERROR(UncountTuple(connection(), present->number));
  ASSIGN_OR_RETURN(const bool judged, UnindexRecord(connection(), present->number));
  effects_.judged = effects_.judged || judged;
  Statement entries(connection(), "DELETE FROM entry WHERE record = ?1");
  RETURN_IF_ERROR(entries.Bind(1, present->number).Run());
  Statement record(connection(), "DELETE FROM record WHERE number = ?1");
  return record.Bind(1, present->number).Run();
}

absl::StatusOr<std::vector<RecordId>> SqliteWriter::ExpiredIds(const char* sql, Timestamp before,
                                                               int limit) {
  Statement select(connection(), sql);
  select.Bind(1, community()).BindTime(2, before).Bind(3, limit);
  std::vector<RecordId> ids;
  while (select.Step()) ids.push_back(select.Id<RecordId>(0));
  RETURN_IF_ERROR(select.status());
  return ids;
}

absl::StatusOr<int> SqliteWriter::DropExpired(Timestamp before, int limit) {
  ASSIGN_OR_RETURN(std::vector<RecordId> ids,
                   ExpiredIds("SELECT id FROM record WHERE community = ?1 AND expires < ?2"
                              " ORDER BY expires LIMIT ?3",
                              before, limit));
  ASSIGN_OR_RETURN(const std::vector<RecordId> retracted,
                   ExpiredIds("SELECT id FROM revision WHERE community = ?1 AND expires < ?2"
                              " GROUP BY id ORDER BY id LIMIT ?3",
                              before, limit - static_cast<int>(ids.size())));
  ids.insert(ids.end(), retracted.begin(), retracted.end());
  for (const RecordId& id : ids) {
    RETURN_IF_ERROR(DropRecord(id));
    RETURN_IF_ERROR(RunById("DELETE FROM revision WHERE community = ?1 AND id = ?2", id));
    RETURN_IF_ERROR(RunById("DELETE FROM taken_back WHERE community = ?1 AND id = ?2", id));
    RETURN_IF_ERROR(RunById("DELETE FROM receipt WHERE community = ?1 AND id = ?2", id));
    RETURN_IF_ERROR(RunById("DELETE FROM source WHERE community = ?1 AND id = ?2", id));
    RETURN_IF_ERROR(DropObject(kAckRows, id.view()));
    effects_.erased = true;
  }
  ASSIGN_OR_RETURN(const std::vector<RecordId> unnamed,
                   ExpiredIds("SELECT id FROM unnamed WHERE community = ?1 AND expires < ?2"
                              " ORDER BY expires LIMIT ?3",
                              before, limit));
  for (const RecordId& id : unnamed) {
    RETURN_IF_ERROR(RunById("DELETE FROM unnamed WHERE community = ?1 AND id = ?2", id));
    RETURN_IF_ERROR(RunById("DELETE FROM source WHERE community = ?1 AND id = ?2", id));
    effects_.erased = true;
  }
  return static_cast<int>(ids.size() + unnamed.size());
}

absl::Status SqliteWriter::RunById(const char* sql, const RecordId& id) {
  Statement statement(connection(), sql);
  return statement.Bind(1, community()).BindBlob(2, id.view()).Run();
}

}  // namespace renkei::store
