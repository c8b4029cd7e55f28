#include "node/net/http.h"

#include <algorithm>
#include <array>

#include "node/base/encoding.h"
#include "node/net/curl_easy.h"

namespace renkei::net {
namespace {

constexpr auto kHttpMethods =
    std::to_array<std::string_view>({"GET", "HEAD", "POST", "PUT", "DELETE"});
constexpr std::string_view kHttpAgent = "renkei";

// Takes one answer as it comes.
class HttpReceiver {
 public:
  HttpReceiver(const HttpRequest& request, CurlEasy& easy) : request_(request), easy_(easy) {}

  static std::size_t OnHeader(char* at, std::size_t, std::size_t size, void* self) {
    return static_cast<HttpReceiver*>(self)->TakeHeader({at, size}) ? size : 0;
  }
  static std::size_t OnBody(char* at, std::size_t, std::size_t size, void* self) {
    return static_cast<HttpReceiver*>(self)->TakeBody({at, size}) ? size : 0;
  }

  // Why the transfer was broken off by us; OK if it was not.
  const absl::Status& refused() const { return refused_; }
  HttpResponse& response() { return response_; }

 private:
  bool Refuse(absl::Status why) {
    refused_ = std::move(why);
    return false;
  }

  bool TakeHeader(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > kHttpHeaderBytesMax || ++header_lines_ > kHttpHeadersMax) {
      return Refuse(ResourceExhausted("the answer has too many headers"));
    }
    if (line.starts_with("HTTP/")) {  // of an interim answer, until the last one comes
      response_.headers.clear();
      return true;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string_view value = line.substr(colon + 1);
    const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!value.empty() && space(value.front())) value.remove_prefix(1);
    while (!value.empty() && space(value.back())) value.remove_suffix(1);
    const std::string name = AsciiLower(line.substr(0, colon));
    if (name == "content-encoding" && !value.empty() && AsciiLower(value) != "identity") {
      return Refuse(FailedPrecondition("the answer is compressed, which was not asked for"));
    }
    response_.headers[name] = std::string(value);
    return true;
  }

  bool TakeBody(std::string_view bytes) {
    body_bytes_ += bytes.size();
    if (body_bytes_ > request_.limits.bytes_max) {
      return Refuse(ResourceExhausted(
          fmt::format("the answer has more than {} bytes", request_.limits.bytes_max)));
    }
    const long status = easy_.Number(CURLINFO_RESPONSE_CODE);
    if (status < 200 || status >= 300) {
      const std::size_t room = kHttpErrorBodyBytesMax - response_.body.size();
      response_.body.append(bytes.substr(0, std::min(room, bytes.size())));
      return true;
    }
    if (!request_.sink) {
      response_.body.append(bytes);
      return true;
    }
    absl::Status taken = request_.sink(bytes);
    return taken.ok() || Refuse(std::move(taken));
  }

  const HttpRequest& request_;
  CurlEasy& easy_;
  HttpResponse response_{};
  absl::Status refused_ = absl::OkStatus();
  std::size_t header_bytes_ = 0;
  std::size_t header_lines_ = 0;
  std::size_t body_bytes_ = 0;
};

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

std::vector<std::string> HeaderLines(const HttpRequest& request, const HttpPeer& peer) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : request.headers) {
    lines.push_back(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  lines.push_back(fmt::format("User-Agent: {}", kHttpAgent));
  lines.emplace_back("Expect:");
  switch (peer.auth) {
    case AuthKind::kNone:
      break;
    case AuthKind::kBasic:
      lines.push_back("Authorization: Basic " + Base64Encode(peer.secret.Reveal()));
      break;
    case AuthKind::kBearer:
      lines.push_back("Authorization: Bearer " + peer.secret.Reveal());
      break;
    case AuthKind::kPlain:
      lines.push_back("Authorization: " + peer.secret.Reveal());
      break;
  }
  return lines;
}

void SetMethod(const HttpRequest& request, CurlEasy& easy) {
  if (request.method == "HEAD") {
    easy.Set(CURLOPT_NOBODY, 1L);
  } else if (request.method == "POST" || request.method == "PUT") {
    easy.Set(CURLOPT_POST, 1L);
    easy.Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    easy.Set(CURLOPT_POSTFIELDS, request.body.c_str());
    if (request.method == "PUT") easy.Set(CURLOPT_CUSTOMREQUEST, "PUT");
  } else if (request.method == "DELETE") {
    easy.Set(CURLOPT_CUSTOMREQUEST, "DELETE");
  }
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::optional<std::chrono::seconds> RetryAfter(const CurlEasy& easy, const HttpResponse& response) {
  if (response.headers.count("retry-after") == 0) return std::nullopt;
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(easy.get(), CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK)
    return std::nullopt;
  return std::clamp(std::chrono::seconds(seconds), std::chrono::seconds(0), kRetryAfterMax);
}

}  // namespace

struct HttpClient::Pool {
  CurlPool curl{};
};

std::string HttpResponse::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

absl::Status StatusOf(const HttpResponse& response) {
  const int status = response.status;
  if (response.ok()) return absl::OkStatus();
  const auto say = [status](absl::StatusCode code, std::string_view text) {
    return MakeStatus(code, fmt::format("the server answered {}{}", status, text));
  };
  if (status == 401 || status == 403) {
    return say(absl::StatusCode::kPermissionDenied, ": it does not take the credential");
  }
  if (status == 404 || status == 410) return say(absl::StatusCode::kNotFound, ": not there");
  if (status == 429) return say(absl::StatusCode::kResourceExhausted, ": too many requests");
  if (status >= 300 && status < 500) return say(absl::StatusCode::kFailedPrecondition, "");
  return say(absl::StatusCode::kUnavailable, "");
}

HttpClient::HttpClient(HttpPeer peer, const Cancel& cancel)
    : peer_(std::move(peer)), cancel_(cancel), pool_(std::make_unique<Pool>()) {}

HttpClient::~HttpClient() = default;

absl::Status HttpClient::Check(const HttpRequest& request) const {
  if (std::find(kHttpMethods.begin(), kHttpMethods.end(), request.method) == kHttpMethods.end()) {
    return InvalidArgument(fmt::format("no method `{}`", Printable(request.method, 20)));
  }
  if (request.url.scheme != "https" && request.url.scheme != "http") {
    return InvalidArgument(
        fmt::format("`{}` is no URL of http", Printable(request.url.Shown(), 200)));
  }
  if (request.url.scheme == "http" && !peer_.allow_http && !IsLoopbackHost(request.url.host)) {
    return FailedPrecondition(
        fmt::format("`{}` is not encrypted: use https", Printable(request.url.Shown(), 200)));
  }
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || HasControl(name) || HasControl(value)) {
      return InvalidArgument("a header with a control character");
    }
  }
  if (HasControl(peer_.secret.Reveal())) {
    return InvalidArgument("a credential with a control character");
  }
  return absl::OkStatus();
}

absl::StatusOr<HttpResponse> HttpClient::FetchOnce(const HttpRequest& request) {
  RETURN_IF_ERROR(Check(request));
  CurlEasy easy(request.url.ToText(), request.url.scheme.c_str(), request.limits.within);
  HttpReceiver receiver(request, easy);
  easy.SetTls({peer_.ca_file, peer_.certificate_file, peer_.key_file});
  if (!peer_.proxy.empty()) {
    easy.Set(CURLOPT_PROXY, peer_.proxy.c_str());
    easy.Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  }
  easy.Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  easy.SetList(CURLOPT_HTTPHEADER, HeaderLines(request, peer_));
  easy.Set(CURLOPT_HEADERFUNCTION, &HttpReceiver::OnHeader);
  easy.Set(CURLOPT_HEADERDATA, static_cast<void*>(&receiver));
  easy.Set(CURLOPT_WRITEFUNCTION, &HttpReceiver::OnBody);
  easy.Set(CURLOPT_WRITEDATA, static_cast<void*>(&receiver));
  SetMethod(request, easy);
  const absl::Status performed = easy.Perform(pool_->curl, cancel_);
  RETURN_IF_ERROR(receiver.refused());
  RETURN_IF_ERROR(performed);
  HttpResponse response = std::move(receiver.response());
  response.status = static_cast<int>(easy.Number(CURLINFO_RESPONSE_CODE));
  response.retry_after = RetryAfter(easy, response);
  return response;
}

absl::StatusOr<HttpResponse> HttpClient::Fetch(const HttpRequest& request) {
  HttpRequest next = request;
  for (int redirects = 0;; ++redirects) {
    const std::string doing = fmt::format("{} `{}`", next.method == "GET" ? "fetch" : "call",
                                          Printable(next.url.Shown(), 300));
    absl::StatusOr<HttpResponse> response = Annotate(FetchOnce(next), doing);
    if (!response.ok() || !IsRedirect(response->status)) return response;
    if (next.method != "GET" && next.method != "HEAD") return response;
    const std::string location = response->Header("location");
    if (location.empty()) return response;
    if (redirects == kHttpRedirectsMax) {
      return FailedPrecondition(
          fmt::format("{}: redirected more than {} times", doing, kHttpRedirectsMax));
    }
    ASSIGN_OR_RETURN(Url target, Annotate(ResolveUrl(next.url, location), doing));
    if (!SameOrigin(next.url, target)) {
      return FailedPrecondition(
          fmt::format("{}: redirected elsewhere, to `{}`: configure that, if it is meant", doing,
                      Printable(target.Shown(), 200)));
    }
    next.url = std::move(target);
  }
}

}  // namespace renkei::net
