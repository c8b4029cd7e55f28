#include "node/gateway/http_server.h"

#include <stdexcept>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/node_config.h"
#include "node/base/mutex.h"
#include "node/gateway/limits.h"
#include "tests/support/fake_clock.h"

namespace renkei::gateway {
namespace {

constexpr int kPatienceMs = 60'000;

// A connection as a client of any kind makes it.
class RawClient {
 public:
  explicit RawClient(const std::string& address) {
    const auto at = config::ParseHostPort(address);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(at->port));
    inet_pton(AF_INET, at->host.c_str(), &to.sin_addr);
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~RawClient() { close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False once the server has closed.
  bool Send(const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
      const ssize_t n = send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += static_cast<std::size_t>(n);
    }
    return true;
  }
  // What comes until `end` is seen or the server closes.
  std::string ReadUntil(const std::string& end) {
    std::string text;
    while (end.empty() || text.find(end) == std::string::npos) {
      if (!Readable(kPatienceMs)) return text + "<nothing came>";
      char buffer[4096];
      const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) return text;
      text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
  }
  std::string ReadAll() { return ReadUntil(""); }
  bool Readable(int milliseconds) const {
    pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
    return poll(&wait, 1, milliseconds) == 1;
  }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

Response Say(std::string text) {
  return {.type = "text/plain", .body = std::make_shared<const std::string>(std::move(text))};
}

Response Nothing(const Request&) { return {}; }

class HttpServerTest : public testing::Test {
 protected:
  void Start(HttpServer::Handler handler, HttpServer::Options options) {
    options.host = "127.0.0.1";
    options.clock = &clock_;
    auto server = HttpServer::Start(options, std::move(handler));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  void Start(HttpServer::Handler handler) { Start(std::move(handler), HttpServer::Options{}); }
  std::string Ask(const std::string& request) {
    RawClient client(server_->address());
    EXPECT_TRUE(client.Send(request));
    return client.ReadAll();
  }
  testing_support::FakeClock clock_{FromUnixSeconds(1'790'000'000)};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, ARequestIsAnsweredWithWhatItAskedFor) {
  Start([](const Request& request) {
    return Say(request.method + " " + request.target + " " + std::string(request.Header("x-a")));
  });
  const std::string answer =
      Ask("GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nGET /a?b=c 1, 2")) << answer;
  EXPECT_NE(answer.find("Date: Mon, 21 Sep 2026 14:13:20 GMT\r\n"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("Server:"), std::string::npos);
}

TEST_F(HttpServerTest, HeadSaysHowLongTheBodyWouldBeAndSendsNone) {
  Start([](const Request&) { return Say("twelve bytes"); });
  const std::string answer = Ask("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 12\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, AConnectionCarriesSeveralRequests) {
  Start([](const Request& request) { return Say(request.target); });
  RawClient client(server_->address());
  // Two at once: the second waits its turn.
  client.Send("GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string both = client.ReadUntil("/two");
  EXPECT_NE(both.find("/one"), std::string::npos) << both;
  EXPECT_LT(both.find("/one"), both.find("/two"));
}

TEST_F(HttpServerTest, HeadersAndBodiesOverTheLimitAreRefused) {
  Start([](const Request&) { return Say("taken"); });
  const std::string big(kHeaderBytesMax, 'a');
  EXPECT_TRUE(
      Ask("GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + big + "\r\n\r\n").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
                  .starts_with("HTTP/1.1 413 "));
  RawClient endless(server_->address());
  endless.Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "1000\r\n" + std::string(4096, 'a') + "\r\n";
  for (int i = 0; i < 64 && endless.Send(chunk); ++i) {
  }
  EXPECT_TRUE(endless.ReadUntil("\r\n").starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, WhatIsNoHttpGetsOneAnswerAndTheDoor) {
  Start([](const Request&) { return Say("taken"); });
  const std::string answer = Ask("\x16\x03\x01 hello\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_NE(answer.find("malformed-request"), std::string::npos);
}

TEST_F(HttpServerTest, OverTheConnectionsTheDoorIsShut) {
  Start([](const Request&) { return Say("taken"); }, {.connections_max = 1});
  RawClient first(server_->address());
  first.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_NE(first.ReadUntil("taken").find("taken"), std::string::npos);
  RawClient second(server_->address());
  second.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(second.ReadAll(), "");
  first.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(first.ReadUntil("taken").find("taken"), std::string::npos);
}

TEST_F(HttpServerTest, OverTheRequestsInFlightItSaysLater) {
  Mutex mutex;
  CondVar changed;
  int started = 0;
  bool open = false;
  Start(
      [&](const Request&) {
        MutexLock lock(mutex);
        ++started;
        changed.NotifyAll();
        while (!open) changed.Wait(mutex);
        return Say("taken");
      },
      {.requests_max = 1});
  std::vector<std::unique_ptr<RawClient>> clients;
  const auto ask = [&] {
    clients.push_back(std::make_unique<RawClient>(server_->address()));
    clients.back()->Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  };
  // Each worker has one; of the next two one may wait, the other may not.
  for (int i = 0; i < kWorkers; ++i) {
    ask();
    MutexLock lock(mutex);
    while (started <= i) changed.Wait(mutex);
  }
  ask();
  ask();
  pollfd either[2] = {{clients[kWorkers]->fd(), POLLIN, 0},
                      {clients[kWorkers + 1]->fd(), POLLIN, 0}};
  EXPECT_EQ(poll(either, 2, kPatienceMs), 1);
  RawClient& refused = *clients[kWorkers + (either[0].revents != 0 ? 0 : 1)];
  const std::string answer = refused.ReadAll();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_NE(answer.find("Retry-After: 1\r\n"), std::string::npos);
  {
    MutexLock lock(mutex);
    open = true;
    changed.NotifyAll();
  }
  RawClient& waited = *clients[kWorkers + (either[0].revents != 0 ? 1 : 0)];
  EXPECT_TRUE(waited.ReadAll().starts_with("HTTP/1.1 200 "));
  // What its handlers use ends with this test.
  server_.reset();
}

TEST_F(HttpServerTest, WhoSaysNothingOrDripsIsCutOff) {
  Start([](const Request&) { return Say("taken"); }, {.idle_seconds = 1});
  RawClient silent(server_->address());
  EXPECT_EQ(silent.ReadAll(), "");
  RawClient dripping(server_->address());
  dripping.Send("GET / HTTP/1.1\r\n");
  EXPECT_EQ(dripping.ReadAll(), "");
}

TEST_F(HttpServerTest, ABugInAnAnswerEndsTheAnswerAlone) {
  Start([](const Request& request) -> Response {
    if (request.target == "/bug") throw std::runtime_error("secret");
    return Say("taken");
  });
  const std::string answer = Ask("GET /bug HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
  EXPECT_EQ(answer.find("secret"), std::string::npos);
  EXPECT_TRUE(
      Ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, PlainHttpIsForLoopbackOnly) {
  const auto server = HttpServer::Start({.host = "0.0.0.0", .clock = &clock_}, Nothing);
  EXPECT_EQ(server.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(HttpServerTest, AnAddressThatIsTakenOrNoneIsSaid) {
  Start([](const Request&) { return Say("taken"); });
  const auto at = config::ParseHostPort(server_->address());
  const auto again =
      HttpServer::Start({.host = "127.0.0.1", .port = at->port, .clock = &clock_}, Nothing);
  EXPECT_EQ(again.status().code(), absl::StatusCode::kUnavailable);
  const auto none =
      HttpServer::Start({.host = "not.an.address.invalid", .clock = &clock_}, Nothing);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HttpServerTest, ACertificateThatIsNoneIsSaidAtTheStart) {
  const auto server = HttpServer::Start({.host = "127.0.0.1",
                                         .certificate_file = "/nowhere/a.crt",
                                         .key_file = "/nowhere/a.key",
                                         .clock = &clock_},
                                        Nothing);
  EXPECT_EQ(server.status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace renkei::gateway
