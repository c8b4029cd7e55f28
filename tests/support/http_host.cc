#include "tests/support/http_host.h"

#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <functional>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace renkei::testing_support {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

void SendAll(int fd, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

HostRequest ParseHead(const std::string& head) {
  HostRequest request;
  std::size_t line_end = head.find("\r\n");
  const std::string line = head.substr(0, line_end);
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first + 1);
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, second - first - 1);
  while (line_end != std::string::npos) {
    const std::size_t start = line_end + 2;
    line_end = head.find("\r\n", start);
    const std::string header = head.substr(start, line_end - start);
    const std::size_t colon = header.find(": ");
    if (colon == std::string::npos) continue;
    request.headers[Lower(header.substr(0, colon))] = header.substr(colon + 2);
  }
  return request;
}

std::string Text(const HostReply& reply, bool head_only) {
  if (!reply.raw.empty()) return reply.raw;
  std::string text = fmt::format("HTTP/1.1 {} Status\r\nConnection: close\r\n", reply.status);
  for (const auto& [name, value] : reply.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!reply.stall) text += fmt::format("Content-Length: {}\r\n", reply.body.size());
  text += "\r\n";
  return head_only ? text : text + reply.body;
}

}  // namespace

std::string HostRequest::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

HttpHost::HttpHost(Handler handler) : handler_(std::move(handler)) {
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
  thread_ = std::thread([this] { Run(); });
}

HttpHost::~HttpHost() {
  const std::uint64_t one = 1;
  if (write(stop_, &one, sizeof one) != sizeof one) std::abort();
  thread_.join();
  close(listen_);
  close(stop_);
}

std::string HttpHost::Url(const std::string& path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

std::vector<HostRequest> HttpHost::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool HttpHost::Readable(int fd) const {
  std::array<pollfd, 2> fds{{{fd, POLLIN, 0}, {stop_, POLLIN, 0}}};
  while (poll(fds.data(), fds.size(), -1) < 0) {
  }
  return (fds[1].revents & POLLIN) == 0;
}

void HttpHost::Run() {
  while (Readable(listen_)) {
    const int connection = accept4(listen_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    Serve(connection);
    close(connection);
  }
}

void HttpHost::Serve(int connection) {
  std::string bytes;
  std::size_t end = std::string::npos;
  std::size_t wanted = 0;
  HostRequest request;
  while (end == std::string::npos || bytes.size() < wanted) {
    if (!Readable(connection)) return;
    std::array<char, 8192> buffer{};
    const ssize_t n = recv(connection, buffer.data(), buffer.size(), 0);
    if (n <= 0) return;
    bytes.append(buffer.data(), static_cast<std::size_t>(n));
    if (end == std::string::npos && (end = bytes.find("\r\n\r\n")) != std::string::npos) {
      request = ParseHead(bytes.substr(0, end));
      const std::string length = request.Header("content-length");
      wanted = end + 4 + (length.empty() ? 0 : std::stoul(length));
    }
  }
  request.body = bytes.substr(end + 4);
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  const HostReply reply = handler_(request);
  SendAll(connection, Text(reply, request.method == "HEAD"));
  std::array<char, 64> rest{};
  while (reply.stall && Readable(connection)) {
    if (recv(connection, rest.data(), rest.size(), 0) <= 0) return;
  }
}

HttpHost::Handler FilesOf(const std::map<std::string, std::string>& files) {
  return [files](const HostRequest& request) {
    const auto found = files.find(request.target);
    if (found == files.end()) return HostReply{.status = 404};
    const std::string etag = fmt::format("\"{}\"", std::hash<std::string>{}(found->second));
    if (request.Header("if-none-match") == etag) {
      return HostReply{.status = 304, .headers = {{"ETag", etag}}};
    }
    return HostReply{.headers = {{"ETag", etag}}, .body = found->second};
  };
}

}  // namespace renkei::testing_support
