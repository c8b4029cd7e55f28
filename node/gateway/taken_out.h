// The indicators that verdicts took out, for answers that are made often: asked again only when the
// records, the configuration or the minute changed.  Thread-safe.
#pragma once

#include <memory>
#include <set>

#include "node/base/mutex.h"
#include "node/gateway/lists.h"
#include "node/record/indicator_key.h"

namespace renkei::gateway {

struct TakenOut {
  std::set<record::IndicatorKey> keys{};
  Bytes digest{};  // of the keys; empty: there are none

  bool Has(formats::v1::IndicatorType type, std::string_view value) const {
    return !keys.empty() && keys.count(record::KeyOf(type, value).key) > 0;
  }
};

class TakenOutNow {
 public:
  explicit TakenOutNow(const Parts& parts) : parts_(parts) {}

  // As of at most kFileAgeMax ago, if nothing but time went by.
  absl::StatusOr<std::shared_ptr<const TakenOut>> Get();

 private:
  const Parts parts_;
  Mutex mutex_;
  std::shared_ptr<const TakenOut> known_ RENKEI_GUARDED_BY(mutex_);
  std::uint64_t changes_ RENKEI_GUARDED_BY(mutex_) = 0;
  int teams_ RENKEI_GUARDED_BY(mutex_) = 0;
  Timestamp read_ RENKEI_GUARDED_BY(mutex_){};
};

}  // namespace renkei::gateway
