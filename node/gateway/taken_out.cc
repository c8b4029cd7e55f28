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
  const auto began = ticks_();
  const bool same = known_ && (changes_ == changes || began < rests_until_) &&
                    teams_ == config.false_positive_teams && now - read_ < kFileAgeMax;
  if (same) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<Keys> keys, Reckon(config, now));
  if (!keys) return absl::OkStatus();
  RETURN_IF_ERROR(Put(*keys));
  const auto ended = ticks_();
  const auto took = ended - began;
  rests_until_ = took > kReckoningLong ? ended + kReckoningRest * took : ended;
  known_ = true;
  changes_ = changes;
  teams_ = config.false_positive_teams;
  read_ = now;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<TakenOutKeeper::Keys>> TakenOutKeeper::Reckon(
    const config::IndicatorsConfig& config, Timestamp now) const {
  std::optional<Keys> keys;
  RETURN_IF_ERROR(store::FindIndicatorStore(parts_.store)
                      ->ReadIndicators([&](const store::Reader&,
                                           const store::IndicatorReader& reader) -> absl::Status {
                        // Of what is not indexed nobody knows which indicators it lists, so it
                        // could not be looked at again when one is no longer taken out.
                        ASSIGN_OR_RETURN(const std::int64_t left, reader.Left());
                        if (left > 0) return absl::OkStatus();
                        ASSIGN_OR_RETURN(const auto found, FindTakenOut(reader, config, now));
                        keys.emplace(found.begin(), found.end());
                        return absl::OkStatus();
                      }));
  return keys;
}

absl::Status TakenOutKeeper::Put(const Keys& keys) const {
  Keys before;
  RETURN_IF_ERROR(parts_.shown.ReadShown(
      [&](const store::Reader&, const store::ShownReader& shown) -> absl::Status {
        ASSIGN_OR_RETURN(before, shown.TakenOut());
        return absl::OkStatus();
      }));
  // Each time one piece, so that other work comes in between.
  for (bool done = keys == before; !done;) {
    RETURN_IF_ERROR(
        parts_.shown.CommitShown([&](store::Writer&, store::ShownWriter& shown) -> absl::Status {
          ASSIGN_OR_RETURN(done, shown.SetTakenOut(keys, kTakenOutChanges));
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

}  // namespace renkei::gateway
