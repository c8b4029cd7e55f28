#include "node/gateway/taken_out.h"

#include "node/gateway/indicator_rules.h"
#include "node/gateway/limits.h"

namespace renkei::gateway {

absl::Status TakenOutKeeper::Settle() {
  const auto config = parts_.indicators ? parts_.indicators() : config::IndicatorsConfig{};
  store::IndicatorStore* index = store::FindIndicatorStore(parts_.store);
  if (index == nullptr) return FailedPrecondition("this store keeps no index");
  // Held while the verdicts are read: requests that come at once read them once.
  const MutexLock lock(mutex_);
  // Asked before the verdicts are read: what comes in between is asked for again, never missed.
  const std::uint64_t changes = index->verdict_changes();
  const Timestamp now = parts_.clock.Now();
  const bool same = known_ && changes_ == changes && teams_ == config.false_positive_teams &&
                    now - read_ < kFileAgeMax;
  if (same) return absl::OkStatus();
  std::vector<record::IndicatorKey> keys;
  RETURN_IF_ERROR(index->ReadIndicators(
      [&](const store::Reader&, const store::IndicatorReader& reader) -> absl::Status {
        ASSIGN_OR_RETURN(const auto found, FindTakenOut(reader, config, now));
        keys.assign(found.begin(), found.end());
        return absl::OkStatus();
      }));
  std::vector<record::IndicatorKey> before;
  RETURN_IF_ERROR(parts_.shown.ReadShown(
      [&](const store::Reader&, const store::ShownReader& shown) -> absl::Status {
        ASSIGN_OR_RETURN(before, shown.TakenOut());
        return absl::OkStatus();
      }));
  if (keys != before) {
    RETURN_IF_ERROR(
        parts_.shown.CommitShown([keys](store::Writer&, store::ShownWriter& shown) -> absl::Status {
          return shown.SetTakenOut(keys);
        }));
  }
  known_ = true;
  changes_ = changes;
  teams_ = config.false_positive_teams;
  read_ = now;
  return absl::OkStatus();
}

}  // namespace renkei::gateway
