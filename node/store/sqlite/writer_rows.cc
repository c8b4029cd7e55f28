// Rows beside the records: what links gave, outbox, cursors, policies, opaque rows.
#include "node/store/sqlite/second_looks.h"
#include "node/store/sqlite/statement.h"
#include "node/store/sqlite/writer.h"

namespace renkei::store {

absl::Status SqliteWriter::PutHeld(const HeldRow& row) {
  Statement put(connection(),
                "INSERT INTO held (community, id, link, leaf, sections, relay, first_received)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                " ON CONFLICT (community, id, link) DO UPDATE SET leaf = excluded.leaf,"
                " sections = excluded.sections, relay = excluded.relay"
                " WHERE leaf <> excluded.leaf OR sections <> excluded.sections"
                " OR relay <> excluded.relay");
  put.Bind(1, community()).BindBlob(2, row.id.view()).BindText(3, row.link);
  put.BindBlob(4, row.leaf.view()).Bind(5, row.sections).Bind(6, row.relay).BindTime(7, now_);
  RETURN_IF_ERROR(put.Run());
  return connection().ChangedRows() == 0 ? absl::OkStatus() : SeeAgain(row.id);
}

absl::Status SqliteWriter::DropHeld(const RecordId& id, std::string_view link) {
  Statement drop(connection(), "DELETE FROM held WHERE community = ?1 AND id = ?2 AND link = ?3");
  RETURN_IF_ERROR(drop.Bind(1, community()).BindBlob(2, id.view()).BindText(3, link).Run());
  return connection().ChangedRows() == 0 ? absl::OkStatus() : SeeAgain(id);
}

absl::StatusOr<std::int64_t> SqliteWriter::PutOutbox(const OutboxRow& row) {
  Statement put(connection(),
                "INSERT INTO outbox (community, link, id, queued, payload, urgent)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  put.Bind(1, community()).BindText(2, row.link).BindBlob(3, row.id.view());
  put.BindTime(4, row.queued).BindBlob(5, row.payload).Bind(6, std::int64_t{row.urgent});
  RETURN_IF_ERROR(put.Run());
  return connection().LastInsertedRow();
}

absl::Status SqliteWriter::DropOutbox(std::string_view link, std::int64_t sequence) {
  effects_.erased = true;
  Statement drop(connection(),
                 "DELETE FROM outbox WHERE sequence = ?3 AND community = ?1 AND link = ?2");
  return drop.Bind(1, community()).BindText(2, link).Bind(3, sequence).Run();
}

absl::Status SqliteWriter::PutCursor(const CursorRow& row) {
  Statement put(connection(),
                "INSERT OR REPLACE INTO cursor (community, link, cursor, stored)"
                " VALUES (?1, ?2, ?3, ?4)");
  put.Bind(1, community()).BindText(2, row.link).BindBlob(3, row.cursor).BindTime(4, row.stored);
  return put.Run();
}

absl::Status SqliteWriter::PutAccess(const AccessRow& row) {
  Statement put(connection(),
                "INSERT OR REPLACE INTO access (community, peer, generation, since, facts, policy,"
                " began) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  put.Bind(1, community()).BindText(2, row.peer).Bind(3, row.generation).Bind(4, row.since);
  put.BindBlob(5, row.facts).BindBlob(6, row.policy).BindTime(7, row.began);
  return put.Run();
}

absl::Status SqliteWriter::DropAccess(std::string_view peer, std::int64_t generation) {
  Statement drop(connection(),
                 "DELETE FROM access WHERE community = ?1 AND peer = ?2 AND generation < ?3");
  return drop.Bind(1, community()).BindText(2, peer).Bind(3, generation).Run();
}

absl::Status SqliteWriter::PutPolicy(const PolicyRow& row) {
  // Applied again, it is the newest again: REPLACE gives it a new number.
  Statement put(connection(),
                "INSERT OR REPLACE INTO policy (digest, text, applied) VALUES (?1, ?2, ?3)");
  return put.BindBlob(1, row.digest).BindBlob(2, row.text).BindTime(3, row.applied).Run();
}

absl::StatusOr<bool> SqliteWriter::PutReceipt(const ReceiptRow& row) {
  Statement put(connection(),
                "INSERT INTO receipt (community, id, leaf, peer, received)"
                " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING");
  put.Bind(1, community()).BindBlob(2, row.id.view()).BindBlob(3, row.leaf.view());
  put.BindText(4, row.peer).BindTime(5, row.received);
  RETURN_IF_ERROR(put.Run());
  return connection().ChangedRows() > 0;
}

absl::Status SqliteWriter::PutSource(const SourceRow& row) {
  Statement put(connection(),
                "INSERT OR REPLACE INTO source (community, format, source_id, part, id, content)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  put.Bind(1, community()).BindText(2, row.format).BindText(3, row.source_id).Bind(4, row.part);
  put.BindBlob(5, row.id.view()).BindBlob(6, row.content.view());
  return put.Run();
}

absl::Status SqliteWriter::PutObject(std::string_view kind, BytesView key, BytesView value) {
  Statement put(connection(),
                "INSERT INTO object (kind, key, value) VALUES (?1, ?2, ?3)"
                " ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value");
  return put.BindText(1, kind).BindBlob(2, key).BindBlob(3, value).Run();
}

absl::Status SqliteWriter::DropObject(std::string_view kind, BytesView key) {
  effects_.erased = true;
  Statement drop(connection(), "DELETE FROM object WHERE kind = ?1 AND key = ?2");
  return drop.BindText(1, kind).BindBlob(2, key).Run();
}

}  // namespace renkei::store
