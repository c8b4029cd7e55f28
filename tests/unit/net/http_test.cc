#include "node/net/http.h"

#include <cstdlib>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/http_host.h"

namespace renkei::net {
namespace {

using testing_support::HostReply;
using testing_support::HostRequest;
using testing_support::HttpHost;

constexpr absl::StatusCode kFailed = absl::StatusCode::kFailedPrecondition;

class HttpTest : public testing::Test {
 protected:
  static HttpRequest Get(const std::string& url) {
    auto parsed = ParseUrl(url);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    HttpRequest request;
    if (parsed.ok()) request.url = *parsed;
    return request;
  }
  absl::StatusOr<HttpResponse> Fetch(const HttpRequest& request, const HttpPeer& peer = {}) {
    HttpClient client(peer, cancel_);
    return client.Fetch(request);
  }

  Cancel cancel_;
};

TEST_F(HttpTest, AnAnswerIsTakenWithItsStatusHeadersAndBody) {
  HttpHost host([](const HostRequest&) {
    return HostReply{.status = 203,
                     .headers = {{"ETag", "\"1\""}, {"X-Two", "a"}, {"x-two", "b"}},
                     .body = "hello"};
  });
  HttpRequest request = Get(host.Url("/a?b=c"));
  request.headers = {{"Accept", "text/plain"}};
  const auto response = Fetch(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 203);
  EXPECT_TRUE(response->ok());
  EXPECT_EQ(response->Header("etag"), "\"1\"");
  EXPECT_EQ(response->Header("x-two"), "b");
  EXPECT_EQ(response->body, "hello");
  ASSERT_EQ(host.requests().size(), 1U);
  EXPECT_EQ(host.requests()[0].target, "/a?b=c");
  EXPECT_EQ(host.requests()[0].Header("accept"), "text/plain");
  EXPECT_EQ(host.requests()[0].Header("authorization"), "");
  EXPECT_EQ(host.requests()[0].Header("accept-encoding"), "");
}

TEST_F(HttpTest, EachWayOfAuthenticationIsSpoken) {
  HttpHost host([](const HostRequest&) { return HostReply{}; });
  for (const auto& [kind, want] :
       std::vector<std::pair<AuthKind, std::string>>{{AuthKind::kBasic, "Basic YTpi"},
                                                     {AuthKind::kBearer, "Bearer a:b"},
                                                     {AuthKind::kPlain, "a:b"}}) {
    ASSERT_TRUE(Fetch(Get(host.Url()), {.auth = kind, .secret = Secret("a:b")}).ok());
    EXPECT_EQ(host.requests().back().Header("authorization"), want);
  }
}

TEST_F(HttpTest, ABodyIsPosted) {
  HttpHost host([](const HostRequest& request) { return HostReply{.body = request.body}; });
  HttpRequest request = Get(host.Url());
  request.method = "POST";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = std::string("{\"a\":\0}", 7);
  const auto response = Fetch(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, request.body);
  EXPECT_EQ(host.requests()[0].method, "POST");
  EXPECT_EQ(host.requests()[0].Header("content-type"), "application/json");
}

TEST_F(HttpTest, PlainHttpToAnotherMachineIsRefusedUnlessAllowed) {
  EXPECT_EQ(Fetch(Get("http://192.0.2.1/")).status().code(), kFailed);
  EXPECT_NE(Message(Fetch(Get("http://192.0.2.1/")).status()).find("use https"), std::string::npos);
}

TEST_F(HttpTest, ALargeAnswerIsCutOffWhileItComes) {
  HttpHost host([](const HostRequest&) {
    // No length is said, and it never ends.
    return HostReply{.body = std::string(100'000, 'x'), .stall = true};
  });
  HttpRequest request = Get(host.Url());
  request.limits.bytes_max = 50'000;
  EXPECT_EQ(Fetch(request).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(HttpTest, HeadersAreBounded) {
  HttpHost host([](const HostRequest&) {
    HostReply reply;
    for (int i = 0; i < 300; ++i) reply.headers.emplace_back(fmt::format("X-{}", i), "y");
    return reply;
  });
  EXPECT_EQ(Fetch(Get(host.Url())).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(HttpTest, ACompressedAnswerIsRefused) {
  HttpHost host([](const HostRequest&) {
    return HostReply{.headers = {{"Content-Encoding", "gzip"}}, .body = "x"};
  });
  EXPECT_EQ(Fetch(Get(host.Url())).status().code(), kFailed);
}

TEST_F(HttpTest, AStalledAnswerEndsWithItsTime) {
  HttpHost host([](const HostRequest&) { return HostReply{.body = "x", .stall = true}; });
  HttpRequest request = Get(host.Url());
  request.limits.within = std::chrono::seconds(1);
  EXPECT_EQ(Fetch(request).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(HttpTest, CancellingEndsATransferThatStalls) {
  HttpHost host([this](const HostRequest&) {
    cancel_.Ask();
    return HostReply{.body = "x", .stall = true};
  });
  HttpRequest request = Get(host.Url());
  request.limits.within = std::chrono::hours(1);
  EXPECT_EQ(Fetch(request).status().code(), absl::StatusCode::kCancelled);
}

TEST_F(HttpTest, RedirectsStayAtTheirHostAndEnd) {
  HttpHost host([](const HostRequest& request) {
    if (request.target == "/loop") {
      return HostReply{.status = 302, .headers = {{"Location", "/loop"}}};
    }
    if (request.target == "/away") {
      return HostReply{.status = 301, .headers = {{"Location", "https://other.example/"}}};
    }
    if (request.target == "/file") {
      return HostReply{.status = 301, .headers = {{"Location", "file:///etc/passwd"}}};
    }
    if (request.target == "/") return HostReply{.status = 307, .headers = {{"Location", "new"}}};
    return HostReply{.body = request.target};
  });
  EXPECT_EQ(Fetch(Get(host.Url()))->body, "/new");
  EXPECT_EQ(Fetch(Get(host.Url("/loop"))).status().code(), kFailed);
  EXPECT_EQ(Fetch(Get(host.Url("/away"))).status().code(), kFailed);
  EXPECT_FALSE(Fetch(Get(host.Url("/file"))).ok());
  HttpRequest post = Get(host.Url());
  post.method = "POST";
  EXPECT_EQ(Fetch(post)->status, 307);
}

TEST_F(HttpTest, ASinkTakesTheBodyAndMayRefuse) {
  HttpHost host([](const HostRequest& request) {
    return HostReply{.status = request.target == "/" ? 200 : 500, .body = "abc"};
  });
  std::string taken;
  HttpRequest request = Get(host.Url());
  request.sink = [&taken](BytesView bytes) {
    taken += bytes;
    return absl::OkStatus();
  };
  const auto response = Fetch(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(taken, "abc");
  EXPECT_EQ(response->body, "");
  request.url.path = "/broken";
  EXPECT_EQ(Fetch(request)->body, "abc");
  EXPECT_EQ(taken, "abc");
  request.url.path = "/";
  request.sink = [](BytesView) { return DataLoss("no room"); };
  EXPECT_EQ(Fetch(request).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(HttpTest, WhenToComeBackIsRead) {
  HttpHost host([](const HostRequest& request) {
    return HostReply{.status = 503, .headers = {{"Retry-After", request.target.substr(1)}}};
  });
  EXPECT_EQ(Fetch(Get(host.Url("/120")))->retry_after, std::chrono::seconds(120));
  EXPECT_EQ(Fetch(Get(host.Url("/999999999")))->retry_after, kRetryAfterMax);
  EXPECT_EQ(Fetch(Get(host.Url("/soon")))->retry_after, std::chrono::seconds(0));
}

TEST_F(HttpTest, TheEnvironmentSaysNothingOfProxies) {
  HttpHost host([](const HostRequest&) { return HostReply{.body = "direct"}; });
  ASSERT_EQ(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
  const auto response = Fetch(Get(host.Url()));
  unsetenv("http_proxy");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "direct");
}

TEST_F(HttpTest, AProxyOfTheCallerIsUsed) {
  HttpHost proxy([](const HostRequest& request) { return HostReply{.body = request.target}; });
  const auto response =
      Fetch(Get("http://feed.example/list"), {.proxy = proxy.Url(""), .allow_http = true});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_NE(response->body.find("feed.example"), std::string::npos);
}

TEST_F(HttpTest, NothingIsSmuggledIntoHeaders) {
  HttpHost host([](const HostRequest&) { return HostReply{}; });
  HttpRequest request = Get(host.Url());
  request.headers = {{"Accept", "x\r\nX-Evil: y"}};
  EXPECT_EQ(Fetch(request).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(
      Fetch(Get(host.Url()), {.auth = AuthKind::kPlain, .secret = Secret("k\r\nX: y")}).ok());
  EXPECT_TRUE(host.requests().empty());
}

TEST_F(HttpTest, NoMessageHoldsACredentialOrAQuery) {
  HttpHost host([](const HostRequest&) { return HostReply{.raw = "garbage\r\n\r\n"}; });
  const auto response = Fetch(Get(host.Url("/a?token=hunter2")),
                              {.auth = AuthKind::kBearer, .secret = Secret("hunter3")});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(Message(response.status()).find("hunter"), std::string::npos)
      << Message(response.status());
}

TEST_F(HttpTest, AStatusIsAnAnswerWithAMeaning) {
  EXPECT_TRUE(StatusOf({.status = 204}).ok());
  EXPECT_EQ(StatusOf({.status = 401}).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(StatusOf({.status = 404}).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(StatusOf({.status = 429}).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(StatusOf({.status = 302}).code(), kFailed);
  EXPECT_EQ(StatusOf({.status = 502}).code(), absl::StatusCode::kUnavailable);
}

TEST_F(HttpTest, NobodyListeningIsSaidAsUnavailable) {
  int port = 0;
  {
    const HttpHost gone([](const HostRequest&) { return HostReply{}; });
    port = gone.port();
  }
  EXPECT_EQ(Fetch(Get(fmt::format("http://127.0.0.1:{}/", port))).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace renkei::net
