// Records that views of HTTP readers look at again.  Within a transaction.
#pragma once

#include "node/store/sqlite/connection.h"
#include "node/store/store.h"

namespace renkei::store {

// Less or more is held of the record than before: views look again, unless its entry is of offset
// `fresh` or later and so still before them all.  0: no entry is.
absl::Status LookAgain(Connection& connection, std::int64_t community, const RecordId& id,
                       Offset fresh);

}  // namespace renkei::store
