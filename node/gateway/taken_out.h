// Keeps the store's set of indicators that verdicts took out (store/shown.h) up to date, for
// answers that are made often: reckoned again only when verdicts, what they are about, the
// configuration or the minute changed.  Thread-safe.
#pragma once

#include <chrono>
#include <functional>

#include "node/base/mutex.h"
#include "node/gateway/lists.h"

namespace renkei::gateway {

class TakenOutKeeper {
 public:
  using Ticks = std::function<std::chrono::steady_clock::time_point()>;

  // `ticks`: by which it is measured how long reckoning takes.
  explicit TakenOutKeeper(const Parts& parts, Ticks ticks = &std::chrono::steady_clock::now)
      : parts_(parts), ticks_(std::move(ticks)) {}

  // From now on the set is that of now; if nothing but time went by, of at most kFileAgeMax ago; if
  // reckoning takes over kReckoningLong, of at most kReckoningRest times as long ago, which is no
  // more than kFileAgeMax.  While earlier records wait for the index it stays as it was.
  absl::Status Settle();

 private:
  using Keys = std::vector<record::IndicatorKey>;

  // Nothing: it can't be said yet.
  absl::StatusOr<std::optional<Keys>> Reckon(const config::IndicatorsConfig& config,
                                             Timestamp now) const;
  absl::Status Put(const Keys& keys) const;

  const Parts parts_;
  const Ticks ticks_;
  Mutex mutex_;
  bool known_ RENKEI_GUARDED_BY(mutex_) = false;
  std::uint64_t changes_ RENKEI_GUARDED_BY(mutex_) = 0;
  int teams_ RENKEI_GUARDED_BY(mutex_) = 0;
  Timestamp read_ RENKEI_GUARDED_BY(mutex_){};
  // Until then it is not reckoned again for verdicts alone.
  std::chrono::steady_clock::time_point rests_until_ RENKEI_GUARDED_BY(mutex_){};
};

}  // namespace renkei::gateway
