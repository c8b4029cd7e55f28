// A small HTTP server on loopback for tests: each request is answered by the test's own function.
//
// One connection at a time, closed after its answer.  The function runs on the server's thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/loopback_host.h"

namespace renkei::testing_support {

struct HostRequest {
  std::string method{};
  std::string target{};                          // as it came: path and query
  std::map<std::string, std::string> headers{};  // names in lower case
  std::string body{};

  std::string Header(const std::string& name) const;
};

struct HostReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::string raw{};   // if not empty, sent instead of all above
  bool stall = false;  // then nothing more is said, and the connection stays open
};

class HttpHost {
 public:
  using Handler = std::function<HostReply(const HostRequest&)>;

  explicit HttpHost(Handler handler);
  ~HttpHost();
  HttpHost(const HttpHost&) = delete;
  HttpHost& operator=(const HttpHost&) = delete;

  int port() const { return host_.port(); }
  std::string Url(const std::string& path = "/") const;
  // All requests so far, in order.
  std::vector<HostRequest> requests() const;

 private:
  void Serve(int connection);

  const Handler handler_;
  mutable std::mutex mutex_;
  std::vector<HostRequest> requests_;
  LoopbackHost host_;
};

// Answers each path with its body, else 404; with `ETag`s, as servers of files do.
HttpHost::Handler FilesOf(const std::map<std::string, std::string>& files);

}  // namespace renkei::testing_support
