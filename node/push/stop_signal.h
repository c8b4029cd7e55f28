// Ends what waits for a target: a descriptor that becomes readable, for good, once Set() was
// called, and the same for transfers of node/net.  Thread-safe.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include "node/base/status.h"
#include "node/net/cancel.h"

namespace renkei::push {

class StopSignal {
 public:
  StopSignal() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { RENKEI_CHECK(fd_ >= 0); }
  ~StopSignal() { close(fd_); }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void Set() {
    cancel_.Ask();
    RENKEI_CHECK(eventfd_write(fd_, 1) == 0);
  }
  int fd() const { return fd_; }  // to poll; never to read
  const net::Cancel& cancel() const { return cancel_; }

 private:
  const int fd_;
  net::Cancel cancel_{};
};

}  // namespace renkei::push
