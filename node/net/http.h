// Requests to servers of other people: everything that such a server controls is bounded.
//
// https only, unless the host can only be this machine or the caller allows plain http; TLS 1.2 or
// newer, verified; redirects within one scheme, host and port; no compression is asked for and a
// compressed answer is refused; the body is counted while it comes; the whole exchange has a time.
// A proxy is the caller's word, never the environment's.  HTTP/1.1.
//
// Errors: CANCELLED; INVALID_ARGUMENT: the request; UNAVAILABLE: connection or time;
// FAILED_PRECONDITION: certificate, credential over plain http, a redirect elsewhere;
// RESOURCE_EXHAUSTED: more bytes than allowed.  A status such as 404 is an answer, no error.  No
// message holds a header, a body, a credential or a query.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/status.h"
#include "node/net/cancel.h"
#include "node/net/secret.h"
#include "node/net/url.h"

namespace renkei::net {

inline constexpr std::size_t kHttpHeaderBytesMax = 64 * 1024;  // of an answer, all together
inline constexpr std::size_t kHttpHeadersMax = 200;
inline constexpr std::size_t kHttpErrorBodyBytesMax = 4096;  // kept of an answer that is no 2xx
inline constexpr int kHttpRedirectsMax = 3;
inline constexpr std::chrono::seconds kRetryAfterMax = std::chrono::hours(24);

enum class AuthKind {
  kNone,
  kBasic,   // the secret is `user:password`
  kBearer,  // Authorization: Bearer SECRET
  kPlain,   // Authorization: SECRET, as MISP wants it
};

struct HttpLimits {
  std::size_t bytes_max = 16 * 1024 * 1024;  // of the body
  std::chrono::seconds within{60};           // for all of it, redirects apart
};

// Files are PEM.  Values; empty ones are not used.
struct HttpPeer {
  std::string ca_file{};  // instead of the system's authorities
  std::string certificate_file{};
  std::string key_file{};
  std::string proxy{};      // http://host:port
  bool allow_http = false;  // also to other machines
  AuthKind auth = AuthKind::kNone;
  Secret secret{};
};

struct HttpRequest {
  std::string method = "GET";  // GET, HEAD, POST, PUT, DELETE
  Url url{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  HttpLimits limits{};
  // Takes the body of a 2xx answer as it comes, instead of HttpResponse::body; an error ends it.
  std::function<absl::Status(BytesView)> sink{};
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers{};  // names in lower case; the last of each
  std::string body{};
  std::optional<std::chrono::seconds> retry_after{};  // 0..kRetryAfterMax

  bool ok() const { return status >= 200 && status < 300; }
  // Empty if there is none.  `name` in lower case.
  std::string Header(const std::string& name) const;
};

// What to make of an answer that is no 2xx: PERMISSION_DENIED (401, 403), NOT_FOUND (404, 410),
// RESOURCE_EXHAUSTED (429), FAILED_PRECONDITION (other 3xx, 4xx), UNAVAILABLE (else).  OK if it is
// one.
absl::Status StatusOf(const HttpResponse& response);

// Confined to one thread; keeps its connections.
class HttpClient {
 public:
  // `cancel` outlives this.
  HttpClient(HttpPeer peer, const Cancel& cancel);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  absl::StatusOr<HttpResponse> Fetch(const HttpRequest& request);

 private:
  absl::StatusOr<HttpResponse> FetchOnce(const HttpRequest& request);
  absl::Status Check(const HttpRequest& request) const;

  struct Pool;
  const HttpPeer peer_;
  const Cancel& cancel_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace renkei::net
