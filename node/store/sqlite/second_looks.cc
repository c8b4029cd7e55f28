#include "node/store/sqlite/second_looks.h"

#include <algorithm>
#include <iterator>

#include "node/store/sqlite/shown.h"
#include "node/store/sqlite/shown_sql.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

// Records are told to be looked at again, beyond those of one key.
constexpr int kLooksAtOnce = 10'000;

absl::Status RunWithKey(Connection& connection, const char* sql, std::int64_t community,
                        const record::IndicatorKey& key) {
  Statement statement(connection, sql);
  return statement.Bind(1, community).BindBlob(2, key.view()).Run();
}

// All records that list it: without a view nobody is told anything.
absl::Status LookAtListings(Connection& connection, std::int64_t community,
                            const record::IndicatorKey& key) {
  return RunWithKey(connection,
                    "INSERT OR REPLACE INTO second_look (community, record)"
                    " SELECT ?1, t.record FROM told t WHERE t.says & 1 AND t.indicator ="
                    " (SELECT number FROM indicator WHERE community = ?1 AND key = ?2)"
                    " AND EXISTS (SELECT 1 FROM shown_view WHERE community = ?1)"
                    " ORDER BY t.record",
                    community, key);
}

}  // namespace

absl::Status LookAgain(Connection& connection, std::int64_t community, const RecordId& id,
                       Offset fresh) {
  Statement add(connection,
                "INSERT OR REPLACE INTO second_look (community, record)"
                " SELECT ?1, r.number FROM record r WHERE r.community = ?1 AND r.id = ?2"
                " AND EXISTS (SELECT 1 FROM shown_view WHERE community = ?1) AND NOT EXISTS"
                " (SELECT 1 FROM entry e WHERE e.record = r.number AND e.type = 1"
                " AND ?3 BETWEEN 1 AND e.offset)");
  return add.Bind(1, community).BindBlob(2, id.view()).Bind(3, fresh).Run();
}

absl::StatusOr<std::vector<SecondLook>> SqliteShown::SecondLooks(std::int64_t number,
                                                                 int limit) const {
  Statement select(connection_, kSecondLooksSql);
  select.Bind(1, community_).Bind(2, number).Bind(3, limit);
  std::vector<SecondLook> looks;
  while (select.Step()) {
    looks.push_back({.number = select.Int64(0), .record = select.Id<RecordId>(1)});
  }
  RETURN_IF_ERROR(select.status());
  return looks;
}

absl::StatusOr<std::int64_t> SqliteShown::NewestSecondLook() const {
  return connection_.QueryInteger("SELECT coalesce(max(number), 0) FROM second_look");
}

absl::StatusOr<std::vector<record::IndicatorKey>> SqliteShown::TakenOut() const {
  Statement select(connection_, "SELECT key FROM taken_out WHERE community = ?1 ORDER BY key");
  select.Bind(1, community_);
  std::vector<record::IndicatorKey> keys;
  while (select.Step()) keys.push_back(select.Id<record::IndicatorKey>(0));
  RETURN_IF_ERROR(select.status());
  return keys;
}

absl::StatusOr<bool> SqliteShown::IsTakenOut(const record::IndicatorKey& key) const {
  Statement select(connection_, kTakenOutSql);
  select.Bind(1, community_).BindBlob(2, key.view());
  const bool found = select.Step();
  RETURN_IF_ERROR(select.status());
  return found;
}

absl::StatusOr<bool> SqliteShown::SetTakenOut(const std::vector<record::IndicatorKey>& keys,
                                              int changes) {
  std::vector<record::IndicatorKey> wanted = keys;
  std::sort(wanted.begin(), wanted.end());
  ASSIGN_OR_RETURN(const auto before, TakenOut());
  std::vector<record::IndicatorKey> added;
  std::vector<record::IndicatorKey> gone;
  std::set_difference(wanted.begin(), wanted.end(), before.begin(), before.end(),
                      std::back_inserter(added));
  std::set_difference(before.begin(), before.end(), wanted.begin(), wanted.end(),
                      std::back_inserter(gone));
  // What harms first.
  for (const record::IndicatorKey& key : added) {
    if (changes-- == 0) return false;
    RETURN_IF_ERROR(RunWithKey(connection_,
                               "INSERT OR IGNORE INTO taken_out (community, key) VALUES (?1, ?2)",
                               community_, key));
  }
  std::int64_t looks = 0;
  for (const record::IndicatorKey& key : gone) {
    // A key is done at once: looks come with it or not at all.
    if (changes-- == 0 || looks > kLooksAtOnce) return false;
    RETURN_IF_ERROR(RunWithKey(
        connection_, "DELETE FROM taken_out WHERE community = ?1 AND key = ?2", community_, key));
    RETURN_IF_ERROR(LookAtListings(connection_, community_, key));
    looks += connection_.ChangedRows();
  }
  return true;
}

}  // namespace renkei::store
