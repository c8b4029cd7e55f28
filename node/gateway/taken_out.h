// Keeps the store's set of indicators that verdicts took out (store/shown.h) up to date, for
// answers that are made often: reckoned again only when verdicts, what they are about, the
// configuration or the minute changed.  Thread-safe.
#pragma once

#include "node/base/mutex.h"
#include "node/gateway/lists.h"

namespace renkei::gateway {

class TakenOutKeeper {
 public:
  explicit TakenOutKeeper(const Parts& parts) : parts_(parts) {}

  // From now on the set is that of now; if nothing but time went by, of at most kFileAgeMax ago.
  absl::Status Settle();

 private:
  const Parts parts_;
  Mutex mutex_;
  bool known_ RENKEI_GUARDED_BY(mutex_) = false;
  std::uint64_t changes_ RENKEI_GUARDED_BY(mutex_) = 0;
  int teams_ RENKEI_GUARDED_BY(mutex_) = 0;
  Timestamp read_ RENKEI_GUARDED_BY(mutex_){};
};

}  // namespace renkei::gateway
