// A few named threads that run what may wait: reads, calls that commit.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>

#include "node/base/bounded_queue.h"

namespace renkei {

// Thread-safe.
class Workers {
 public:
  Workers(const std::string& name, int threads, std::size_t queue_max) : queue_(queue_max) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, thread_name = name + "-" + std::to_string(i)] {
        pthread_setname_np(pthread_self(), thread_name.substr(0, 15).c_str());
        while (auto job = queue_.Pop()) (*job)();
      });
    }
  }
  ~Workers() { Stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False if the queue is full or stopped; the job does not run then.
  [[nodiscard]] bool TryRun(std::function<void()> job) { return queue_.TryPush(std::move(job)); }

  // Runs what is queued, then ends the threads.  May be called twice.
  void Stop() {
    queue_.Close();
    threads_.clear();
  }

 private:
  BoundedQueue<std::function<void()>> queue_;
  std::vector<std::jthread> threads_;
};

}  // namespace renkei
