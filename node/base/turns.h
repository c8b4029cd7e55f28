// Jobs that run on a few named threads, those of one key one after another, in order.
//
// A key whose job has run waits behind all others for its next: who has much to do takes a thread
// for one job at a time, and never more than one thread.
// Thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include "node/base/mutex.h"
#include "node/base/workers.h"

namespace renkei {

class Turns {
 public:
  // At most `keys_max` keys and `per_key_max` jobs of each wait or run at once.
  Turns(const std::string& name, int threads, std::size_t keys_max, std::size_t per_key_max)
      : per_key_max_(per_key_max), workers_(name, threads, keys_max) {}
  ~Turns() { Stop(); }
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // False if there are too many, or it was stopped; the job does not run then.
  [[nodiscard]] bool TryRun(const std::string& key, std::function<void()> job) {
    MutexLock lock(mutex_);
    auto& jobs = waiting_[key];
    if (jobs.size() >= per_key_max_) return false;
    jobs.push_back(std::move(job));
    if (jobs.size() > 1 || workers_.TryRun([this, key] { RunFirst(key); })) return true;
    waiting_.erase(key);
    return false;
  }

  // Runs what waits, then ends the threads.  May be called twice.
  void Stop() { workers_.Stop(); }

 private:
  void RunFirst(const std::string& key) {
    while (true) {
      std::function<void()> job;
      {
        MutexLock lock(mutex_);
        job = std::move(waiting_[key].front());
      }
      job();
      job = nullptr;  // what it held goes before the next
      MutexLock lock(mutex_);
      const auto it = waiting_.find(key);
      it->second.pop_front();
      if (it->second.empty()) {
        waiting_.erase(it);
        return;
      }
      // Stopping: the rest runs here.
      if (workers_.TryRun([this, key] { RunFirst(key); })) return;
    }
  }

  const std::size_t per_key_max_;
  Mutex mutex_;
  // With the one that runs, whose place is held.
  std::map<std::string, std::deque<std::function<void()>>> waiting_ RENKEI_GUARDED_BY(mutex_);
  Workers workers_;  // last: its threads use all of the above
};

}  // namespace renkei
