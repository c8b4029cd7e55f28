#include "node/feed/quotas.h"

#include "node/feed/limits.h"

namespace renkei::feed {
namespace {

constexpr std::chrono::hours kCountedDay{24};

}  // namespace

absl::StatusOr<std::int64_t> QuotaCounts::Count(const store::Reader& reader, Of of,
                                                const std::string& link, Timestamp now) {
  const std::chrono::seconds kept = of == Of::kRecords ? kRecordsRecount : kTombstonesRecount;
  {
    MutexLock lock(mutex_);
    const auto it = counted_.find({of, link});
    if (it != counted_.end() && it->second.at <= now && now < it->second.at + kept) {
      return it->second.number;
    }
  }
  ASSIGN_OR_RETURN(const std::int64_t number, of == Of::kRecords
                                                  ? reader.ReceivedSince(link, now - kCountedDay)
                                                  : reader.Tombstones(link));
  MutexLock lock(mutex_);
  // Counted by somebody else meanwhile, and perhaps added to: that is newer than what was read.
  const auto it = counted_.find({of, link});
  if (it != counted_.end() && it->second.at <= now && now < it->second.at + kept) {
    return it->second.number;
  }
  counted_[{of, link}] = {.number = number, .at = now};
  return number;
}

void QuotaCounts::Add(Of of, const std::string& link) {
  MutexLock lock(mutex_);
  const auto it = counted_.find({of, link});
  if (it != counted_.end()) ++it->second.number;
}

bool LintRefusals::TooMany(const std::string& team, Timestamp now) const {
  MutexLock lock(mutex_);
  const auto it = days_.find(team);
  return it != days_.end() && it->second.day == now.time_since_epoch() / kCountedDay &&
         it->second.refused >= kLintRefusalsPerTeamPerDayMax;
}

void LintRefusals::Add(const std::string& team, Timestamp now) {
  MutexLock lock(mutex_);
  Day& day = days_[team];
  const std::int64_t today = now.time_since_epoch() / kCountedDay;
  if (day.day != today) day = {.day = today};
  ++day.refused;
}

}  // namespace renkei::feed
