#include "node/store/sqlite/shown.h"

#include <algorithm>
#include <set>

#include "node/store/sqlite/shown_sql.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

ShownRow ShownAt(Statement& row) {
  return {.place = row.Int64(0),
          .object = {.id = row.Text(1), .version = row.Int64(2)},
          .record = row.Id<RecordId>(3),
          .live = row.Flag(4)};
}

// A place above all that were ever given, and not before `now`, of which only the second is known.
absl::StatusOr<std::int64_t> NextPlace(Connection& connection, Timestamp now) {
  Statement select(connection, "SELECT seq FROM sqlite_sequence WHERE name = 'shown'");
  const std::int64_t newest = select.Step() ? select.Int64(0) : 0;
  RETURN_IF_ERROR(select.status());
  return std::max(newest + 1, (UnixSeconds(now) + 1) * kMicrosPerSecond);
}

absl::StatusOr<std::optional<std::int64_t>> NumberOf(Connection& connection, std::int64_t community,
                                                     const RecordId& id) {
  Statement select(connection, "SELECT number FROM record WHERE community = ?1 AND id = ?2");
  select.Bind(1, community).BindBlob(2, id.view());
  std::optional<std::int64_t> number;
  if (select.Step()) number = select.Int64(0);
  RETURN_IF_ERROR(select.status());
  return number;
}

}  // namespace

absl::StatusOr<std::optional<ShownView>> SqliteShown::FindView(BytesView key) const {
  Statement select(connection_, kShownViewSql);
  select.Bind(1, community_).BindBlob(2, key);
  std::optional<ShownView> view;
  if (select.Step()) {
    view = ShownView{.number = select.Int64(0),
                     .place = {.reached = select.Number<Offset>(1),
                               .looked = select.Int64(2),
                               .basis = select.BlobCopy(3)}};
  }
  RETURN_IF_ERROR(select.status());
  return view;
}

absl::StatusOr<std::vector<ShownRow>> SqliteShown::After(std::int64_t view, std::int64_t place,
                                                         Timestamp now, int limit) const {
  Statement select(connection_, kShownAfterSql);
  select.Bind(1, community_).Bind(2, view).Bind(3, place).BindTime(4, now).Bind(5, limit);
  std::vector<ShownRow> rows;
  while (select.Step()) rows.push_back(ShownAt(select));
  RETURN_IF_ERROR(select.status());
  return rows;
}

absl::StatusOr<std::optional<ShownRow>> SqliteShown::Find(std::int64_t view, std::string_view id,
                                                          std::int64_t place, Timestamp now) const {
  Statement select(connection_, kShownFindSql);
  select.Bind(1, community_).Bind(2, view).BindText(3, id).BindTime(4, now).Bind(5, place);
  std::optional<ShownRow> row;
  if (select.Step()) row = ShownAt(select);
  RETURN_IF_ERROR(select.status());
  return row;
}

absl::StatusOr<std::int64_t> SqliteShown::PutView(BytesView key, const ShownPlace& place) {
  Statement put(connection_,
                "INSERT INTO shown_view (community, key, reached, looked, basis)"
                " VALUES (?1, ?2, ?3, ?4, ?5)"
                " ON CONFLICT (community, key) DO UPDATE SET reached = excluded.reached,"
                " looked = excluded.looked, basis = excluded.basis");
  put.Bind(1, community_).BindBlob(2, key).Bind(3, place.reached).Bind(4, place.looked);
  RETURN_IF_ERROR(put.BindBlob(5, place.basis).Run());
  ASSIGN_OR_RETURN(const auto view, FindView(key));
  if (!view) return DataLoss("a view that was just written is not there");
  return view->number;
}

absl::Status SqliteShown::Put(std::int64_t view, const RecordId& record,
                              const std::vector<ShownObject>& objects) {
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> number,
                   NumberOf(connection_, community_, record));
  if (!number) return absl::OkStatus();
  std::set<ShownObject> missing(objects.begin(), objects.end());
  std::vector<std::int64_t> gone;
  {
    Statement select(connection_,
                     "SELECT place, id, version FROM shown WHERE record = ?1 AND view = ?2");
    select.Bind(1, *number).Bind(2, view);
    while (select.Step()) {
      const bool stays = missing.erase({.id = select.Text(1), .version = select.Int64(2)}) > 0;
      if (!stays) gone.push_back(select.Int64(0));
    }
    RETURN_IF_ERROR(select.status());
  }
  RETURN_IF_ERROR(DropRows(view, gone));
  ASSIGN_OR_RETURN(std::int64_t place, NextPlace(connection_, now_));
  // In the caller's order: what others refer to may come first.
  for (const ShownObject& object : objects) {
    if (missing.erase(object) == 0) continue;
    Statement add(connection_,
                  "INSERT INTO shown (place, view, record, id, version) VALUES (?1, ?2, ?3, ?4,"
                  " ?5)");
    add.Bind(1, place++).Bind(2, view).Bind(3, *number).BindText(4, object.id);
    RETURN_IF_ERROR(add.Bind(5, object.version).Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteShown::DropRows(std::int64_t view, const std::vector<std::int64_t>& places) {
  for (const std::int64_t place : places) {
    Statement drop(connection_, "DELETE FROM shown WHERE place = ?1 AND view = ?2");
    RETURN_IF_ERROR(drop.Bind(1, place).Bind(2, view).Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Bytes>> SqliteShown::Views() const {
  Statement select(connection_, "SELECT key FROM shown_view WHERE community = ?1 ORDER BY key");
  select.Bind(1, community_);
  std::vector<Bytes> keys;
  while (select.Step()) keys.push_back(select.BlobCopy(0));
  RETURN_IF_ERROR(select.status());
  return keys;
}

absl::StatusOr<int> SqliteShown::DropExpired(Timestamp from, Timestamp until, int rows) {
  Statement drop(connection_, kShownExpiredSql);
  drop.Bind(1, community_).BindTime(2, from).BindTime(3, until).Bind(4, rows);
  RETURN_IF_ERROR(drop.Run());
  return static_cast<int>(connection_.ChangedRows());
}

absl::StatusOr<bool> SqliteShown::DropView(BytesView key, int rows) {
  ASSIGN_OR_RETURN(const auto view, FindView(key));
  if (!view) return true;
  RETURN_IF_ERROR(PutView(key, {.looked = view->place.looked}).status());
  Statement some(connection_,
                 "DELETE FROM shown WHERE place IN"
                 " (SELECT place FROM shown WHERE view = ?1 ORDER BY place LIMIT ?2)");
  RETURN_IF_ERROR(some.Bind(1, view->number).Bind(2, rows).Run());
  if (connection_.ChangedRows() >= rows) return false;
  Statement drop(connection_, "DELETE FROM shown_view WHERE number = ?1");
  RETURN_IF_ERROR(drop.Bind(1, view->number).Run());
  return true;
}

}  // namespace renkei::store
