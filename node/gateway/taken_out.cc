#include "node/gateway/taken_out.h"

#include "node/gateway/indicator_rules.h"
#include "node/gateway/limits.h"

namespace renkei::gateway {

absl::StatusOr<std::shared_ptr<const TakenOut>> TakenOutNow::Get() {
  const auto config = parts_.indicators ? parts_.indicators() : config::IndicatorsConfig{};
  // Held while the verdicts are read: requests that come at once read them once.
  const MutexLock lock(mutex_);
  // Asked before the verdicts are read: what comes in between is asked for again, never missed.
  const std::uint64_t changes = parts_.shown.changes();
  const Timestamp now = parts_.clock.Now();
  const bool same = known_ != nullptr && changes_ == changes &&
                    teams_ == config.false_positive_teams && now - read_ < kFileAgeMax;
  if (same) return known_;
  store::IndicatorStore* index = store::FindIndicatorStore(parts_.store);
  if (index == nullptr) return FailedPrecondition("this store keeps no index");
  auto found = std::make_shared<TakenOut>();
  RETURN_IF_ERROR(index->ReadIndicators(
      [&](const store::Reader&, const store::IndicatorReader& reader) -> absl::Status {
        ASSIGN_OR_RETURN(found->keys, FindTakenOut(reader, config, now));
        return absl::OkStatus();
      }));
  ByteWriter all;
  for (const record::IndicatorKey& key : found->keys) all.Raw(key.view());
  if (!found->keys.empty()) found->digest = crypto::Sha256(all.bytes()).str();
  known_ = found;
  changes_ = changes;
  teams_ = config.false_positive_teams;
  read_ = now;
  return known_;
}

}  // namespace renkei::gateway
