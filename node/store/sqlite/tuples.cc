// Which tuple each record has: kept with its entry, and counted.
#include "node/store/sqlite/tuples.h"

#include "node/record/tuple.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

std::vector<record::CircleId> CirclesIn(BytesView joined) {
  std::vector<record::CircleId> circles;
  ByteReader in(joined);
  while (in.ok() && !in.AtEnd()) circles.push_back(in.Read<record::CircleId>());
  if (!in.ok()) circles.clear();
  return circles;
}

}  // namespace

absl::StatusOr<TupleNumber> CountTuple(Connection& connection, std::int64_t community,
                                       BytesView header, BytesView circles) {
  const absl::StatusOr<record::Header> parsed = record::ParseHeader(header);
  if (!parsed.ok()) return 0;
  const Bytes content = record::EncodeTuple(record::TupleOf(*parsed, CirclesIn(circles)));
  Statement count(connection,
                  "INSERT INTO tuple (community, records, content) VALUES (?1, 1, ?2)"
                  " ON CONFLICT (community, content) DO UPDATE SET records = records + 1"
                  " RETURNING number");
  count.Bind(1, community).BindBlob(2, content);
  const TupleNumber number = count.Step() ? count.Int64(0) : 0;
  RETURN_IF_ERROR(count.status());
  RETURN_IF_ERROR(count.Run());
  return number;
}

absl::Status UncountTuple(Connection& connection, std::int64_t record) {
  Statement find(connection, "SELECT tuple FROM entry WHERE record = ?1 AND type = 1");
  find.Bind(1, record);
  const TupleNumber number = find.Step() ? find.Int64(0) : 0;
  RETURN_IF_ERROR(find.status());
  if (number == 0) return absl::OkStatus();
  Statement uncount(connection, "UPDATE tuple SET records = records - 1 WHERE number = ?1");
  RETURN_IF_ERROR(uncount.Bind(1, number).Run());
  Statement drop(connection, "DELETE FROM tuple WHERE number = ?1 AND records <= 0");
  return drop.Bind(1, number).Run();
}

absl::Status FillTuples(Connection& connection) {
  Statement records(connection,
                    "SELECT e.offset, r.community, r.header, r.circles, r.state,"
                    " (SELECT count(*) FROM revision v WHERE v.community = r.community"
                    "  AND v.id = r.id AND v.from_offset > 0 AND v.from_offset < e.offset)"
                    " FROM entry e CROSS JOIN record r ON r.number = e.record"
                    " WHERE e.type = 1 ORDER BY e.offset");
  while (records.Step()) {
    ASSIGN_OR_RETURN(const TupleNumber number,
                     CountTuple(connection, records.Int64(1), records.Blob(2), records.Blob(3)));
    const bool fresh = records.Int64(4) == 0 && records.Int64(5) == 0;
    Statement put(connection, "UPDATE entry SET tuple = ?2, fresh = ?3 WHERE offset = ?1");
    RETURN_IF_ERROR(
        put.Bind(1, records.Int64(0)).Bind(2, number).Bind(3, std::int64_t{fresh}).Run());
  }
  return records.status();
}

}  // namespace renkei::store
