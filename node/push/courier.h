// Delivers to one target, in order, at least once: reads what waits (selecting.h), hands it to the
// channel, and moves the place that the store keeps (book.h) when it is there.
//
// Memory is bounded by one batch.  What fails is tried again with growing pauses; an event that the
// target alone refuses is passed over after kRefusalsMax tries.  A place that can't be written down
// (disk full) stops delivery, so that nothing is sent twice for that.
// Thread-safe; Step is for one thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "node/base/mutex.h"
#include "node/push/backoff.h"
#include "node/push/channel.h"
#include "node/push/selecting.h"
#include "node/push/stop_signal.h"

namespace renkei::push {

struct TargetState {
  std::string name{};
  config::PushKind kind = config::PushKind::kJsonl;
  std::string to{};  // where, as the operator wrote it; no secret
  bool paused = false;
  Place place{};
  std::string last_error{};  // of the last try; empty: it worked
  std::optional<Timestamp> next_try{};
};

// Of a target that nothing was done for yet.
TargetState StateOf(const config::PushTarget& target);

class Courier {
 public:
  struct Next {
    bool again = false;                                // there is more to do now
    std::optional<std::chrono::milliseconds> pause{};  // a failure: not before
  };

  // What `parts` refer to outlives this.
  Courier(const Parts& parts, config::PushTarget target, std::unique_ptr<Channel> channel);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // The place of a target; a new one's begins here, and is kept.  DATA_LOSS.
  static absl::StatusOr<Place> FindPlace(const Parts& parts, const config::PushTarget& target);

  // Reads its place.  DATA_LOSS.
  absl::Status Begin();
  // Delivers one batch, if there is one.
  Next Step();
  // One event beside the feed, now.
  absl::Status Test(const Event& event);

  const config::PushTarget& target() const { return target_; }
  TargetState state() const;

 private:
  // One batch, of the review of what was given or of the feed; and whether it is the former.
  absl::StatusOr<Batch> Pick(bool& review);
  // What the target refuses for good is done too.
  std::size_t SkipRefused(const Batch& batch, const Delivered& delivered);
  void Advance(const Batch& batch, std::size_t done, bool review);
  absl::Status Save(std::span<const Event> done, std::span<const record::RecordId> gone);
  Next Failed(const absl::Status& status, std::optional<std::chrono::seconds> retry_after = {});
  void Publish(const std::string& error, std::optional<Timestamp> next_try);

  const Parts parts_;
  const config::PushTarget target_;
  const Book book_;
  const Selecting selecting_;
  const std::unique_ptr<Channel> channel_;
  Place place_{};
  Place saved_{};
  // Delivered, but not written down yet.
  std::vector<Event> unsaved_{};
  Backoff backoff_{};
  std::string refused_{};  // delivery that was refused last
  int refusals_ = 0;
  int shard_ = Book::kShards;  // of the review; kShards: none runs
  std::optional<Timestamp> reviewed_{};
  std::uint64_t reviewed_changes_ = 0;
  crypto::Digest reviewed_policy_{};
  mutable Mutex mutex_;
  TargetState state_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::push
