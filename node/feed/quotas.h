// What peers have taken of their quotas, so that a refusal costs the store nothing.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "node/base/clock.h"
#include "node/base/mutex.h"
#include "node/base/status.h"
#include "node/store/store.h"

namespace renkei::feed {

// Numbers that the store would count row by row, kept for a while.  What a piece of work added that
// was rolled back counts until then.  Thread-safe.
class QuotaCounts {
 public:
  enum class Of { kRecords, kTombstones };

  // Records first received from `link` within a day, or tombstones held from it.
  absl::StatusOr<std::int64_t> Count(const store::Reader& reader, Of of, const std::string& link,
                                     Timestamp now);
  // One more was taken.
  void Add(Of of, const std::string& link);

 private:
  struct Counted {
    std::int64_t number = 0;
    Timestamp at{};
  };
  Mutex mutex_;
  std::map<std::pair<Of, std::string>, Counted> counted_ RENKEI_GUARDED_BY(mutex_);
};

// Submissions of each team that the leak lint refused today (UTC).  Thread-safe.
class LintRefusals {
 public:
  bool TooMany(const std::string& team, Timestamp now) const;
  void Add(const std::string& team, Timestamp now);

 private:
  struct Day {
    std::int64_t day = 0;
    int refused = 0;
  };
  mutable Mutex mutex_;
  std::map<std::string, Day> days_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::feed
