#include "tests/support/loopback_host.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace renkei::testing_support {

void SendAll(int connection, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

LoopbackHost::LoopbackHost() {
  listen_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  stop_ = eventfd(0, EFD_CLOEXEC);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (listen_ < 0 || stop_ < 0 || bind(listen_, plain, size) != 0 || listen(listen_, 16) != 0 ||
      getsockname(listen_, plain, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
}

LoopbackHost::~LoopbackHost() {
  Stop();
  close(listen_);
  close(stop_);
}

void LoopbackHost::Start(std::function<void(int connection)> serve) {
  thread_ = std::thread([this, serve = std::move(serve)] {
    while (Readable(listen_)) {
      const int connection = accept4(listen_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      serve(connection);
      close(connection);
    }
  });
}

bool LoopbackHost::Readable(int fd) const {
  std::array<pollfd, 2> both{{{fd, POLLIN, 0}, {stop_, POLLIN, 0}}};
  while (poll(both.data(), both.size(), -1) < 0) {
  }
  return (both[1].revents & POLLIN) == 0;
}

void LoopbackHost::Stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  if (write(stop_, &one, sizeof one) != sizeof one) std::abort();
  thread_.join();
}

}  // namespace renkei::testing_support
