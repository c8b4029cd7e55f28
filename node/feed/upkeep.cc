#include "node/feed/upkeep.h"

#include <algorithm>
#include <vector>

#include "node/feed/said_before.h"
#include "node/record/limits.h"

namespace renkei::feed {
namespace {

constexpr Timestamp kEndOfTime = Timestamp::max();

absl::StatusOr<std::optional<Timestamp>> NextEnd(const store::Reader& reader) {
  ASSIGN_OR_RETURN(const std::vector<record::RecordId> first, reader.EmbargoesEnded(kEndOfTime, 1));
  if (first.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const auto row, reader.FindRecord(first.front()));
  if (!row) return DataLoss("a record is in the index of embargoes only");
  return row->embargo_until;
}

}  // namespace

absl::StatusOr<std::optional<Timestamp>> Upkeep(store::Store& store, Timestamp now, int at_once) {
  std::optional<Timestamp> next;
  const absl::Status kept = store.Commit([&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const auto ended, writer.EmbargoesEnded(now, at_once));
    for (const record::RecordId& id : ended) {
      RETURN_IF_ERROR(writer.Touch(id, store::EntryType::kRecord).status());
      RETURN_IF_ERROR(writer.MarkEmbargoEnded(id));
    }
    ASSIGN_OR_RETURN(const int dropped,
                     writer.DropExpired(now - record::kTombstoneAfterExpiry, at_once));
    RETURN_IF_ERROR(ForgetSaid(writer, now, at_once));
    ASSIGN_OR_RETURN(next, NextEnd(writer));
    if (dropped >= at_once) next = now;
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(kept);
  return next;
}

absl::StatusOr<std::optional<Timestamp>> NextEmbargoEnd(const store::Store& store) {
  std::optional<Timestamp> next;
  const absl::Status read = store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(next, NextEnd(reader));
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read);
  return next;
}

std::chrono::seconds UpkeepPause(Timestamp now, std::optional<Timestamp> next) {
  if (!next || *next - now >= kUpkeepEvery) return kUpkeepEvery;
  return std::max(*next - now, std::chrono::seconds(0));
}

}  // namespace renkei::feed
