// Records without a name: those this node published, and those that wait at a hub.
#include "node/store/sqlite/reads.h"
#include "node/store/sqlite/statement.h"
#include "node/store/sqlite/writer.h"

namespace renkei::store {

template <class Base>
absl::StatusOr<std::optional<UnnamedRow>> Reads<Base>::FindUnnamed(const RecordId& id) const {
  Statement select(connection_,
                   "SELECT id, revision, leaf, source, epoch, seed, expires, state, queued, header,"
                   " stored FROM unnamed WHERE community = ?1 AND id = ?2");
  select.Bind(1, community_).BindBlob(2, id.view());
  std::optional<UnnamedRow> row;
  if (select.Step()) {
    row = UnnamedRow{.id = select.Id<RecordId>(0),
                     .revision = select.Number<std::uint32_t>(1),
                     .leaf = select.Id<Digest>(2),
                     .source = select.Word(3, policy::SourceMode::kAnonymous),
                     .epoch = select.Number<std::uint32_t>(4),
                     .seed = select.BlobCopy(5),
                     .expires = select.Time(6),
                     .state = select.Word(7, RecordState::kWithdrawn),
                     .queued = select.Time(8),
                     .header = select.BlobCopy(9),
                     .stored = select.BlobCopy(10)};
  }
  RETURN_IF_ERROR(select.status());
  return row;
}

template <class Base>
absl::StatusOr<std::optional<UnreleasedRow>> Reads<Base>::FindUnreleased(const RecordId& id) const {
  Statement select(connection_,
                   "SELECT id, revision, leaf, period, payload FROM unreleased"
                   " WHERE community = ?1 AND id = ?2");
  select.Bind(1, community_).BindBlob(2, id.view());
  std::optional<UnreleasedRow> row;
  if (select.Step()) {
    row = UnreleasedRow{.id = select.Id<RecordId>(0),
                        .revision = select.Number<std::uint32_t>(1),
                        .leaf = select.Id<Digest>(2),
                        .period = select.Int64(3),
                        .payload = select.BlobCopy(4)};
  }
  RETURN_IF_ERROR(select.status());
  return row;
}

template <class Base>
absl::StatusOr<std::vector<RecordId>> Reads<Base>::UnreleasedBefore(std::int64_t period,
                                                                    int limit) const {
  Statement select(connection_,
                   "SELECT id FROM unreleased WHERE community = ?1 AND period < ?2"
                   " ORDER BY id LIMIT ?3");
  select.Bind(1, community_).Bind(2, period).Bind(3, limit);
  std::vector<RecordId> ids;
  while (select.Step()) ids.push_back(select.Id<RecordId>(0));
  RETURN_IF_ERROR(select.status());
  return ids;
}

template <class Base>
absl::StatusOr<std::optional<PseudonymRow>> Reads<Base>::FindPseudonym(
    const crypto::PublicKey& key) const {
  Statement select(connection_, "SELECT key, epoch, until, sealed FROM pseudonym WHERE key = ?1");
  select.BindBlob(1, key.view());
  std::optional<PseudonymRow> row;
  if (select.Step()) {
    row = PseudonymRow{.key = select.Id<crypto::PublicKey>(0),
                       .epoch = select.Number<std::uint32_t>(1),
                       .until = select.Time(2),
                       .sealed = select.BlobCopy(3)};
  }
  RETURN_IF_ERROR(select.status());
  return row;
}

template absl::StatusOr<std::optional<UnnamedRow>> Reads<Reader>::FindUnnamed(
    const RecordId&) const;
template absl::StatusOr<std::optional<UnnamedRow>> Reads<Writer>::FindUnnamed(
    const RecordId&) const;
template absl::StatusOr<std::optional<UnreleasedRow>> Reads<Reader>::FindUnreleased(
    const RecordId&) const;
template absl::StatusOr<std::optional<UnreleasedRow>> Reads<Writer>::FindUnreleased(
    const RecordId&) const;
template absl::StatusOr<std::vector<RecordId>> Reads<Reader>::UnreleasedBefore(std::int64_t,
                                                                               int) const;
template absl::StatusOr<std::vector<RecordId>> Reads<Writer>::UnreleasedBefore(std::int64_t,
                                                                               int) const;
template absl::StatusOr<std::optional<PseudonymRow>> Reads<Reader>::FindPseudonym(
    const crypto::PublicKey&) const;
template absl::StatusOr<std::optional<PseudonymRow>> Reads<Writer>::FindPseudonym(
    const crypto::PublicKey&) const;

absl::Status SqliteWriter::PutUnnamed(const UnnamedRow& row) {
  effects_.erased = true;
  Statement put(
      connection(),
      "INSERT OR REPLACE INTO unnamed (community, id, revision, leaf, source, epoch, seed,"
      " expires, state, queued, header, stored)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
  put.Bind(1, community()).BindBlob(2, row.id.view()).Bind(3, row.revision);
  put.BindBlob(4, row.leaf.view()).Bind(5, static_cast<std::int64_t>(row.source));
  put.Bind(6, row.epoch).BindBlob(7, row.seed).BindTime(8, row.expires);
  put.Bind(9, static_cast<std::int64_t>(row.state)).BindTime(10, row.queued);
  put.BindBlob(11, row.header).BindBlob(12, row.stored);
  return put.Run();
}

absl::Status SqliteWriter::PutUnreleased(const UnreleasedRow& row) {
  effects_.erased = true;
  Statement put(connection(),
                "INSERT OR REPLACE INTO unreleased (community, id, revision, leaf, period, payload)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  put.Bind(1, community()).BindBlob(2, row.id.view()).Bind(3, row.revision);
  put.BindBlob(4, row.leaf.view()).Bind(5, row.period).BindBlob(6, row.payload);
  return put.Run();
}

absl::Status SqliteWriter::DropUnreleased(const RecordId& id) {
  effects_.erased = true;
  return RunById("DELETE FROM unreleased WHERE community = ?1 AND id = ?2", id);
}

absl::Status SqliteWriter::PutPseudonym(const PseudonymRow& row) {
  // The log would show which rows were written together.
  effects_.erased = true;
  Statement put(connection(),
                "INSERT OR REPLACE INTO pseudonym (key, epoch, until, sealed)"
                " VALUES (?1, ?2, ?3, ?4)");
  put.BindBlob(1, row.key.view()).Bind(2, row.epoch).BindTime(3, row.until);
  return put.BindBlob(4, row.sealed).Run();
}

absl::StatusOr<int> SqliteWriter::DropPseudonyms(Timestamp before, int limit) {
  Statement drop(connection(),
                 "DELETE FROM pseudonym WHERE key IN"
                 " (SELECT key FROM pseudonym WHERE until < ?1 ORDER BY until LIMIT ?2)");
  RETURN_IF_ERROR(drop.BindTime(1, before).Bind(2, limit).Run());
  const int dropped = static_cast<int>(connection().ChangedRows());
  effects_.erased = effects_.erased || dropped > 0;
  return dropped;
}

}  // namespace renkei::store
