// The tuple of each record: kept with its entry, and counted.  Within a transaction.
#pragma once

#include "node/store/sqlite/connection.h"
#include "node/store/store.h"

namespace renkei::store {

// The number of the tuple of a record with this header, one more of which there is now; 0 if the
// header does not parse.
absl::StatusOr<TupleNumber> CountTuple(Connection& connection, std::int64_t community,
                                       BytesView header, BytesView circles);
// The record with that number no longer has the tuple that its entry names.  A tuple that none has
// is deleted: its tags and sectors go with the last record.
absl::Status UncountTuple(Connection& connection, std::int64_t record);

// Gives every entry made before schema 3 its tuple.
absl::Status FillTuples(Connection& connection);

}  // namespace renkei::store
