// Records that views of HTTP readers look at again.  Within a transaction.
#pragma once

#include "node/store/sqlite/connection.h"
#include "node/store/store.h"

namespace renkei::store {

// Less or more is held of the record than before: views that have passed its entry look again.
absl::Status LookAgain(Connection& connection, std::int64_t community, const RecordId& id);

}  // namespace renkei::store
