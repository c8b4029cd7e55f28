#include "tests/support/http_host.h"

#include <array>
#include <cctype>
#include <functional>

#include <fmt/format.h>
#include <sys/socket.h>

namespace renkei::testing_support {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
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
  host_.Start([this](int connection) { Serve(connection); });
}

HttpHost::~HttpHost() { host_.Stop(); }

std::string HttpHost::Url(const std::string& path) const {
  return fmt::format("http://127.0.0.1:{}{}", port(), path);
}

std::vector<HostRequest> HttpHost::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HttpHost::Serve(int connection) {
  std::string bytes;
  std::size_t end = std::string::npos;
  std::size_t wanted = 0;
  HostRequest request;
  while (end == std::string::npos || bytes.size() < wanted) {
    if (!host_.Readable(connection)) return;
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
  while (reply.stall && host_.Readable(connection)) {
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
