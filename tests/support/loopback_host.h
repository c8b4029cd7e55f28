// A server on loopback for tests, on a port of its own: one connection at a time, served on a
// thread of its own by what the test's server says to it.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace renkei::testing_support {

// Sends all of it, unless the other side is gone.
void SendAll(int connection, const std::string& bytes);

class LoopbackHost {
 public:
  LoopbackHost();
  ~LoopbackHost();
  LoopbackHost(const LoopbackHost&) = delete;
  LoopbackHost& operator=(const LoopbackHost&) = delete;

  // From now on; `serve` is called for each connection, which is closed after it.
  void Start(std::function<void(int connection)> serve);
  // Waits until there is something to read; false: the host stops.
  bool Readable(int fd) const;
  // Ends the thread.  For destructors of what `serve` uses.
  void Stop();
  int port() const { return port_; }

 private:
  int listen_ = -1;
  int stop_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace renkei::testing_support
