#include "node/feed/upkeep.h"

#include "node/record/limits.h"

namespace renkei::feed {
namespace {

constexpr int kAtOnce = 1000;

}  // namespace

absl::Status Upkeep(store::Store& store, Timestamp now) {
  return store.Commit([now](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const auto ended, writer.EmbargoesEnded(now, kAtOnce));
    for (const record::RecordId& id : ended) {
      RETURN_IF_ERROR(writer.Touch(id, store::EntryType::kRecord).status());
      RETURN_IF_ERROR(writer.MarkEmbargoEnded(id));
    }
    return writer.DropExpired(now - record::kTombstoneAfterExpiry, kAtOnce).status();
  });
}

}  // namespace renkei::feed
