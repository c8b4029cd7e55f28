// One link to another node: an uplink that empties the outbox, a downlink that follows its feed.
//
// Each has a thread (`up-NAME`, `down-NAME`) that reconnects with jittered back-off for ever.  Both
// survive the death of either side: the outbox drops a row only after its ack, the cursor moves in
// the transaction that stores the records.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "node/base/clock.h"
#include "node/feed/intake.h"
#include "node/feed/transport.h"

namespace renkei::feed {

struct LinkStatus {
  bool connected = false;
  // Downlink: all that waited for us when this call began has come.  Uplink: never.
  bool caught_up = false;
  std::string last_error{};  // of the last attempt; empty when connected
  std::optional<Timestamp> last_event{};
  std::int64_t records = 0;  // received (downlink), acknowledged (uplink), since start
  std::int64_t refused = 0;
};

// A thread that keeps one call open.  Thread-safe.
class LinkLoop {
 public:
  virtual ~LinkLoop();
  LinkLoop(const LinkLoop&) = delete;
  LinkLoop& operator=(const LinkLoop&) = delete;

  void Start();
  // Ends the running call and the thread; returns when it is gone.  May be called twice.
  void Stop();
  LinkStatus status() const;
  // There is something to do.
  void Wake();
  // The peer is back: no need to wait out the back-off.
  void RetryNow();
  // Ends the running call, if there is one; the loop comes back after its back-off.
  void Interrupt();

 protected:
  LinkLoop(std::string thread_name, const Clock& clock)
      : thread_name_(std::move(thread_name)), clock_(clock) {}

  // One connection, from opening to its end.
  virtual absl::Status RunOnce() = 0;
  // Runs `cancel` if the loop is told to stop while a call is open.  False if it is stopping
  // already.
  bool SetCancel(std::function<void()> cancel);
  bool stopping() const;
  // Waits for Wake, Stop, or `timeout`.
  void WaitForWork(std::chrono::milliseconds timeout);
  void WaitForRetry(std::chrono::milliseconds timeout);
  void NoteConnected();
  void NoteCaughtUp();
  void NoteRecords(std::int64_t done, std::int64_t refused);
  const Clock& clock() const { return clock_; }

 private:
  void Run();

  const std::string thread_name_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ RENKEI_GUARDED_BY(mutex_) = false;
  bool woken_ RENKEI_GUARDED_BY(mutex_) = false;
  bool retry_now_ RENKEI_GUARDED_BY(mutex_) = false;
  std::function<void()> cancel_ RENKEI_GUARDED_BY(mutex_);
  LinkStatus status_ RENKEI_GUARDED_BY(mutex_);
  std::jthread thread_;
};

// How a record is settled that our own policy, tightened since, keeps back: the hub never saw it,
// and never answers so.
inline constexpr absl::StatusCode kHeldBack = absl::StatusCode::kAborted;

class Uplink : public LinkLoop {
 public:
  // All outlive this.
  Uplink(std::string link, Transport& transport, store::Store& store, const PolicyHolder& policies,
         const Community& community, const Clock& clock);
  ~Uplink() override { Stop(); }
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;

 private:
  absl::Status RunOnce() override;
  absl::StatusOr<std::vector<store::OutboxRow>> NextRows() const;
  // Nothing if our own policy does not let it leave any more.
  absl::StatusOr<std::optional<PublishItem>> MakeItem(const store::OutboxRow& row) const;
  absl::Status Deliver(PublishCall& call, const std::vector<store::OutboxRow>& rows);
  absl::Status Settle(const std::vector<std::pair<store::OutboxRow, absl::StatusCode>>& settled);

  const std::string link_;
  Transport& transport_;
  store::Store& store_;
  const PolicyHolder& policies_;
  const Community& community_;
};

class Downlink : public LinkLoop {
 public:
  struct Listener {
    std::function<void(const renkei::v1::SignedState&)> on_state{};
    std::function<void()> on_refresh{};  // on the hub's link alone: nobody else may say so
    std::function<void(const IntakeReport&)> on_batch{};
  };
  // All outlive this.
  Downlink(Sender sender, Transport& transport, store::Store& store, Intake& intake,
           const Clock& clock, FeedRequest request, Listener listener);
  ~Downlink() override { Stop(); }
  Downlink(const Downlink&) = delete;
  Downlink& operator=(const Downlink&) = delete;

 private:
  absl::Status RunOnce() override;
  absl::Status Take(FeedEvent event);

  const Sender sender_;
  Transport& transport_;
  store::Store& store_;
  Intake& intake_;
  const FeedRequest request_;
  const Listener listener_;
};

}  // namespace renkei::feed
