// A place in this node's own feed, as `subscribe` prints and takes it.
//
// base32(epoch[0..4] || u64 offset || check[2]): text that a script keeps and gives back.  Local
// only; what peers get is node/feed/cursor.h.  Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "node/base/status.h"
#include "node/store/store.h"

namespace renkei::app {

// `epoch` is the store's.
std::string EncodeLocalCursor(BytesView epoch, store::Offset offset);
// INVALID_ARGUMENT: no cursor of ours; FAILED_PRECONDITION: of another store.
absl::StatusOr<store::Offset> DecodeLocalCursor(std::string_view text, BytesView epoch);

}  // namespace renkei::app
