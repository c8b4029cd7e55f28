// A mutex that clang's thread-safety analysis (and ThreadSanitizer) can see.
//
// Never held across a callback, I/O, or another object's method; so no lock order is needed.
// The macros carry our name because protobuf defines the plain ones.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define RENKEI_TSA_(x) __attribute__((x))
#else
#define RENKEI_TSA_(x)
#endif
#define RENKEI_CAPABILITY(x) RENKEI_TSA_(capability(x))
#define RENKEI_SCOPED_CAPABILITY RENKEI_TSA_(scoped_lockable)
#define RENKEI_GUARDED_BY(x) RENKEI_TSA_(guarded_by(x))
#define RENKEI_REQUIRES_LOCK(...) RENKEI_TSA_(requires_capability(__VA_ARGS__))
#define RENKEI_ACQUIRE(...) RENKEI_TSA_(acquire_capability(__VA_ARGS__))
#define RENKEI_RELEASE(...) RENKEI_TSA_(release_capability(__VA_ARGS__))
#define RENKEI_NO_THREAD_SAFETY_ANALYSIS RENKEI_TSA_(no_thread_safety_analysis)

namespace renkei {

class RENKEI_CAPABILITY("mutex") Mutex {
 public:
  void Lock() RENKEI_ACQUIRE() { mutex_.lock(); }
  void Unlock() RENKEI_RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class RENKEI_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) RENKEI_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() RENKEI_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  // Releases `mutex` while waiting; may wake without cause.
  void Wait(Mutex& mutex) RENKEI_REQUIRES_LOCK(mutex) RENKEI_NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // As Wait, for at most `timeout`.
  void WaitFor(Mutex& mutex, std::chrono::milliseconds timeout)
      RENKEI_REQUIRES_LOCK(mutex) RENKEI_NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_for(lock, timeout);
    lock.release();
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace renkei
