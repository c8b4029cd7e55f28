// A first-in first-out queue that refuses rather than grows.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "node/base/mutex.h"

namespace renkei {

// Thread-safe.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t max_items) : max_items_(max_items) {}

  // Adds an item.  False if full or closed: the caller answers RESOURCE_EXHAUSTED or UNAVAILABLE.
  [[nodiscard]] bool TryPush(T item) {
    MutexLock lock(mutex_);
    if (closed_ || items_.size() >= max_items_) return false;
    items_.push_back(std::move(item));
    changed_.NotifyAll();
    return true;
  }

  // Adds an item, waiting for room.  False once closed.
  [[nodiscard]] bool Push(T item) {
    MutexLock lock(mutex_);
    while (!closed_ && items_.size() >= max_items_) changed_.Wait(mutex_);
    if (closed_) return false;
    items_.push_back(std::move(item));
    changed_.NotifyAll();
    return true;
  }

  // Takes the oldest item, waiting for one.  Empty once the queue is closed and drained.
  std::optional<T> Pop() {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) changed_.Wait(mutex_);
    if (items_.empty()) return std::nullopt;
    std::optional<T> oldest = std::move(items_.front());
    items_.pop_front();
    changed_.NotifyAll();
    return oldest;
  }

  // Takes at most `max` items, waiting for the first.  Empty once closed and drained.
  std::vector<T> PopSome(std::size_t max) {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) changed_.Wait(mutex_);
    std::vector<T> taken;
    while (!items_.empty() && taken.size() < max) {
      taken.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    changed_.NotifyAll();
    return taken;
  }

  // Lets Pop() run dry and return.  May be called twice.
  void Close() {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }

 private:
  const std::size_t max_items_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<T> items_ RENKEI_GUARDED_BY(mutex_);
  bool closed_ RENKEI_GUARDED_BY(mutex_) = false;
};

}  // namespace renkei
