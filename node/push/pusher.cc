#include "node/push/pusher.h"

#include <algorithm>
#include <future>
#include <set>

#include <pthread.h>

#include "node/base/log.h"
#include "node/push/limits.h"

namespace renkei::push {
namespace {

constexpr std::chrono::milliseconds kLookAgain{60'000};  // with nothing new: reviews, digests
constexpr std::size_t kThreadNameMax = 15;

}  // namespace

// One target and its thread.
class Pusher::Lane {
 public:
  Lane(const Parts& parts, const config::PushTarget& target, std::string org, ChannelMaker make)
      : parts_(parts), target_(target), org_(std::move(org)), make_(std::move(make)) {
    waiting_ = StateOf(target);
    // A new target's place is where the feed is now, not where it is when the thread runs.  If it
    // can't be kept, the thread says why.
    if (const auto place = Courier::FindPlace(parts, target); place.ok()) waiting_.place = *place;
    thread_ = std::jthread([this] {
      pthread_setname_np(pthread_self(),
                         ("push-" + target_.name).substr(0, kThreadNameMax).c_str());
      Run();
    });
  }
  ~Lane() { Stop(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  const config::PushTarget& target() const { return target_; }

  void Notify() {
    MutexLock lock(mutex_);
    news_ = true;
    changed_.NotifyAll();
  }

  void Stop() {
    {
      MutexLock lock(mutex_);
      if (!stopping_) stop_.Set();
      stopping_ = true;
      changed_.NotifyAll();
    }
    if (thread_.joinable()) thread_.join();
    MutexLock lock(mutex_);
    for (auto& test : tests_) test->set_value(Unavailable("the node stops"));
    tests_.clear();
  }

  TargetState state() const {
    std::shared_ptr<Courier> courier;
    {
      MutexLock lock(mutex_);
      if (courier_ == nullptr) return waiting_;
      courier = courier_;
    }
    return courier->state();
  }

  absl::Status Test() {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    std::future<absl::Status> answer = promise->get_future();
    {
      MutexLock lock(mutex_);
      if (stopping_) return Unavailable("the node stops");
      tests_.push_back(std::move(promise));
      changed_.NotifyAll();
    }
    if (answer.wait_for(kTestTimeMax) == std::future_status::ready) return answer.get();
    return Unavailable("the target is busy with what waits for it");
  }

 private:
  using Answer = std::shared_ptr<std::promise<absl::Status>>;

  void Run() {
    Courier::Next next{.again = true};
    Backoff backoff;
    while (Await(next)) {
      std::vector<Answer> tests;
      {
        MutexLock lock(mutex_);
        tests.swap(tests_);
      }
      const absl::Status ready = MakeReady();
      for (const Answer& test : tests) test->set_value(ready.ok() ? SendTest() : ready);
      if (!ready.ok()) {
        next = {.pause = backoff.Next(std::nullopt)};
        continue;
      }
      next = courier_->Step();
    }
  }

  absl::Status SendTest() { return courier_->Test(TestEvent(org_, parts_.clock.Now())); }

  // Opens the channel and reads the place, unless that is done.
  absl::Status MakeReady() {
    if (courier_ != nullptr) return absl::OkStatus();
    auto made = Make();
    MutexLock lock(mutex_);
    if (made.ok()) {
      courier_ = *std::move(made);
      return absl::OkStatus();
    }
    waiting_.last_error = Message(made.status());
    LogEvent(LogLevel::kWarn, "push.failed",
             {{"target", LogSafe(target_.name)}, {"why", LogSafe(Message(made.status()))}});
    return made.status();
  }

  absl::StatusOr<std::shared_ptr<Courier>> Make() {
    ASSIGN_OR_RETURN(std::unique_ptr<Channel> channel, make_(target_, stop_));
    auto courier = std::make_shared<Courier>(parts_, target_, std::move(channel));
    RETURN_IF_ERROR(courier->Begin());
    return courier;
  }

  // Until there is something to do; false: stop.
  bool Await(const Courier::Next& next) {
    const auto until = std::chrono::steady_clock::now() + next.pause.value_or(kLookAgain);
    MutexLock lock(mutex_);
    while (!stopping_ && !next.again && tests_.empty() && (next.pause || !news_)) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          until - std::chrono::steady_clock::now());
      if (left.count() <= 0) break;
      changed_.WaitFor(mutex_, left);
    }
    news_ = false;
    return !stopping_;
  }

  const Parts parts_;
  const config::PushTarget target_;
  const std::string org_;
  const ChannelMaker make_;
  StopSignal stop_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ RENKEI_GUARDED_BY(mutex_) = false;
  bool news_ RENKEI_GUARDED_BY(mutex_) = false;
  std::vector<Answer> tests_ RENKEI_GUARDED_BY(mutex_);
  TargetState waiting_ RENKEI_GUARDED_BY(mutex_);  // until there is a courier
  // Set once, by the thread, which alone uses it without the lock; shared with state().
  std::shared_ptr<Courier> courier_;
  std::jthread thread_;  // last: uses all of the above
};

Pusher::Pusher(const Parts& parts, std::string org, ChannelMaker make)
    : parts_(parts), org_(std::move(org)), make_(std::move(make)) {}

void Pusher::Apply(const std::vector<config::PushTarget>& targets) {
  std::vector<std::shared_ptr<Lane>> before;
  {
    MutexLock lock(mutex_);
    before.swap(lanes_);
  }
  std::vector<std::shared_ptr<Lane>> after(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto same = std::find_if(before.begin(), before.end(), [&](const auto& lane) {
      return lane != nullptr && lane->target() == targets[i];
    });
    if (same != before.end()) after[i] = std::move(*same);
  }
  // Ended before another begins in its place: two never write to one target.
  for (const auto& lane : before) {
    if (lane != nullptr) lane->Stop();
  }
  std::set<std::string> names;
  for (const config::PushTarget& target : targets) names.insert(target.name);
  if (const auto known = Book::Names(parts_.store); known.ok()) {
    for (const std::string& name : *known) {
      if (names.contains(name)) continue;
      if (const absl::Status gone = Book(parts_.store, name).Forget(); !gone.ok()) {
        LogEvent(LogLevel::kWarn, "push.failed",
                 {{"target", LogSafe(name)}, {"why", LogSafe(Message(gone))}});
      }
    }
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (after[i] == nullptr) after[i] = std::make_shared<Lane>(parts_, targets[i], org_, make_);
  }
  MutexLock lock(mutex_);
  lanes_ = std::move(after);
}

void Pusher::Notify() {
  std::vector<std::shared_ptr<Lane>> lanes;
  {
    MutexLock lock(mutex_);
    lanes = lanes_;
  }
  for (const auto& lane : lanes) lane->Notify();
}

void Pusher::Stop() {
  std::vector<std::shared_ptr<Lane>> lanes;
  {
    MutexLock lock(mutex_);
    lanes.swap(lanes_);
  }
  for (const auto& lane : lanes) lane->Stop();
}

std::vector<TargetState> Pusher::states() const {
  std::vector<std::shared_ptr<Lane>> lanes;
  {
    MutexLock lock(mutex_);
    lanes = lanes_;
  }
  std::vector<TargetState> states;
  for (const auto& lane : lanes) states.push_back(lane->state());
  return states;
}

absl::Status Pusher::Test(const std::string& name) {
  std::shared_ptr<Lane> found;
  {
    MutexLock lock(mutex_);
    for (const auto& lane : lanes_) {
      if (lane->target().name == name) found = lane;
    }
  }
  if (found == nullptr) return NotFound(fmt::format("there is no push target `{}`", name));
  return found->Test();
}

}  // namespace renkei::push
