#include "node/push/courier.h"

#include "node/base/encoding.h"
#include "node/base/log.h"
#include "node/push/limits.h"
#include "node/store/shown.h"

namespace renkei::push {
namespace {

// A place that moved over entries which are for others is written down this seldom.
constexpr store::Offset kSaveEvery = 1000;

std::string_view WhereTo(const config::PushTarget& target) {
  if (!target.file.empty()) return target.file;
  return target.url.empty() ? target.address : target.url;
}

std::uint64_t ChangesOf(store::Store& store) {
  const store::ShownStore* shown = store::FindShownStore(store);
  return shown == nullptr ? 0 : shown->changes();
}

}  // namespace

TargetState StateOf(const config::PushTarget& target) {
  return {.name = target.name,
          .kind = target.kind,
          .to = std::string(WhereTo(target)),
          .paused = target.paused};
}

Courier::Courier(const Parts& parts, config::PushTarget target, std::unique_ptr<Channel> channel)
    : parts_(parts),
      target_(std::move(target)),
      book_(parts.store, target_.name),
      selecting_(parts, target_, book_),
      channel_(std::move(channel)),
      state_(StateOf(target_)) {}

Courier::~Courier() {
  // Else what was passed over is only looked at again.
  if (place_ == saved_ && unsaved_.empty()) return;
  if (const absl::Status saved = Save({}, {}); !saved.ok()) {
    LogEvent(LogLevel::kWarn, "push.failed",
             {{"target", LogSafe(target_.name)}, {"why", LogSafe(Message(saved))}});
  }
}

absl::StatusOr<Place> Courier::FindPlace(const Parts& parts, const config::PushTarget& target) {
  const Book book(parts.store, target.name);
  ASSIGN_OR_RETURN(const auto known, book.Load());
  if (known) return *known;
  Place place;
  if (!target.history) {
    RETURN_IF_ERROR(parts.store.Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(place.offset, reader.Newest());
      return absl::OkStatus();
    }));
  }
  RETURN_IF_ERROR(book.Save(place, {}, {}));
  return place;
}

absl::Status Courier::Begin() {
  ASSIGN_OR_RETURN(place_, FindPlace(parts_, target_));
  saved_ = place_;
  Publish("", std::nullopt);
  return absl::OkStatus();
}

TargetState Courier::state() const {
  MutexLock lock(mutex_);
  return state_;
}

void Courier::Publish(const std::string& error, std::optional<Timestamp> next_try) {
  MutexLock lock(mutex_);
  state_.place = place_;
  state_.last_error = Printable(error, kErrorBytesMax);
  state_.next_try = next_try;
}

Courier::Next Courier::Failed(const absl::Status& status,
                              std::optional<std::chrono::seconds> retry_after) {
  const std::chrono::milliseconds pause = backoff_.Next(retry_after);
  const Timestamp next =
      parts_.clock.Now() + std::chrono::duration_cast<std::chrono::seconds>(pause);
  LogEvent(LogLevel::kWarn, "push.failed",
           {{"target", LogSafe(target_.name)},
            {"again_seconds", pause.count() / 1000},
            {"why", LogSafe(Message(status))}});
  Publish(Message(status), next);
  return {.pause = pause};
}

absl::Status Courier::Save(std::span<const Event> done, std::span<const record::RecordId> gone) {
  unsaved_.insert(unsaved_.end(), done.begin(), done.end());
  RETURN_IF_ERROR(Annotate(book_.Save(place_, unsaved_, gone), "write down how far it came"));
  unsaved_.clear();
  saved_ = place_;
  return absl::OkStatus();
}

absl::StatusOr<Batch> Courier::Pick(bool& review) {
  const Timestamp now = parts_.clock.Now();
  const crypto::Digest policy = parts_.policies.Current()->digest;
  if (shard_ == Book::kShards) {
    const std::uint64_t changes = ChangesOf(parts_.store);
    const bool due = !reviewed_ || policy != reviewed_policy_ ||
                     (now >= *reviewed_ + kReviewEvery && changes != reviewed_changes_);
    if (due) {
      shard_ = 0;
      reviewed_ = now;
      reviewed_changes_ = changes;
      reviewed_policy_ = policy;
    }
  }
  review = shard_ < Book::kShards;
  while (shard_ < Book::kShards) {
    ASSIGN_OR_RETURN(Batch batch, selecting_.FromGiven(shard_, place_.offset));
    if (!batch.events.empty() || !batch.gone.empty()) return batch;
    ++shard_;
  }
  review = false;
  return selecting_.FromFeed(place_.offset);
}

std::size_t Courier::SkipRefused(const Batch& batch, const Delivered& delivered) {
  if (!delivered.refused || delivered.done >= batch.events.size()) return delivered.done;
  const Event& event = batch.events[delivered.done];
  if (event.delivery != refused_) refusals_ = 0;
  refused_ = event.delivery;
  if (++refusals_ < kRefusalsMax) return delivered.done;
  refusals_ = 0;
  ++place_.refused;
  LogEvent(LogLevel::kError, "push.refused",
           {{"target", LogSafe(target_.name)},
            {"record", event.id},
            {"why", LogSafe(Message(delivered.status))}});
  return delivered.done + 1;
}

void Courier::Advance(const Batch& batch, std::size_t done, bool review) {
  const bool whole = done == batch.events.size();
  if (review && whole && !batch.more) ++shard_;
  if (review) return;
  for (std::size_t i = 0; i < done; ++i) {
    place_.passed_over += static_cast<std::uint64_t>(batch.events[i].passed_over);
    place_.offset = batch.events[i].offset;
  }
  if (!whole) return;
  place_.passed_over += static_cast<std::uint64_t>(batch.passed_over);
  place_.offset = batch.reached;
}

Courier::Next Courier::Step() {
  if (target_.paused) return {};
  if (!unsaved_.empty()) {
    if (const absl::Status saved = Save({}, {}); !saved.ok()) return Failed(saved);
  }
  if (const absl::Status tended = channel_->Tend(); !tended.ok()) return Failed(tended);
  bool review = false;
  const absl::StatusOr<Batch> batch = Pick(review);
  if (!batch.ok()) return Failed(batch.status());
  Delivered delivered;
  if (!batch->events.empty()) delivered = channel_->Deliver(batch->events);
  const std::size_t done = SkipRefused(*batch, delivered);
  place_.delivered += delivered.done;
  Advance(*batch, done, review);
  if (delivered.done > 0) place_.last_success = parts_.clock.Now();
  // What was refused is given to nobody.
  const auto given = std::span(batch->events).first(delivered.done);
  std::vector<record::RecordId> gone = batch->gone;
  if (done > delivered.done && batch->events[delivered.done].type != EventType::kRecord) {
    gone.push_back(batch->events[delivered.done].id);  // nor asked again to delete it
  }
  const bool worth = done > 0 || !gone.empty() || place_.offset >= saved_.offset + kSaveEvery;
  if (const absl::Status saved = worth ? Save(given, gone) : absl::OkStatus(); !saved.ok()) {
    return Failed(saved);
  }
  if (!delivered.status.ok() && done == delivered.done) {
    return Failed(delivered.status, delivered.retry_after);
  }
  backoff_.Reset();
  Publish("", std::nullopt);
  return {.again = review || batch->more || done < batch->events.size()};
}

absl::Status Courier::Test(const Event& event) {
  const Delivered delivered = channel_->Deliver(std::span(&event, 1));
  return delivered.status;
}

}  // namespace renkei::push
