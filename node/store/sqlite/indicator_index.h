// The index of indicators, kept with the records.  Within a transaction.
#pragma once

#include "node/store/sqlite/connection.h"
#include "node/store/store.h"

namespace renkei::store {

// At most so many records, or so many indicators, are added to an old store's index at once.
inline constexpr int kIndexStepRecords = 100;
inline constexpr std::size_t kIndexStepIndicators = 5000;

// The index holds of record `number` what this row says, and nothing else.  True: it says something
// of an indicator on which there is a verdict, or did, or is or was one.
absl::StatusOr<bool> IndexRecord(Connection& connection, std::int64_t community,
                                 std::int64_t number, BytesView stored, RecordState state,
                                 std::string_view author);
// The index holds nothing of it.  What no other record tells goes with it.  True: as above.
absl::StatusOr<bool> UnindexRecord(Connection& connection, std::int64_t number);

// Adds some of the records that were there before the index, newest first.  True: there are more.
absl::StatusOr<bool> IndexEarlier(Connection& connection);

}  // namespace renkei::store
