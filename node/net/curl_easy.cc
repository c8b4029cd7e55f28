#include "node/net/curl_easy.h"

#include <algorithm>

#include <poll.h>

#include "node/base/encoding.h"

namespace renkei::net {
namespace {

constexpr std::size_t kCurlErrorBytesMax = 200;
constexpr long kPoolConnectionsMax = 4;

// Once, before the first transfer of any thread.
void StartCurl() {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  RENKEI_CHECK(kStarted == CURLE_OK);
}

absl::StatusCode CodeOf(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_LOGIN_DENIED:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return absl::StatusCode::kFailedPrecondition;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FILESIZE_EXCEEDED:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

}  // namespace

CurlPool::CurlPool() {
  StartCurl();
  multi_.reset(curl_multi_init());
  RENKEI_CHECK(multi_ != nullptr);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kPoolConnectionsMax);
}

CurlEasy::CurlEasy(const std::string& url, const char* protocols, std::chrono::seconds within) {
  StartCurl();
  easy_.reset(curl_easy_init());
  RENKEI_CHECK(easy_ != nullptr);
  Set(CURLOPT_ERRORBUFFER, static_cast<char*>(error_));
  Set(CURLOPT_URL, url.c_str());
  Set(CURLOPT_PROTOCOLS_STR, protocols);
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_PROXY, "");  // not the environment's
  Set(CURLOPT_NOPROXY, "");
  Set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  const long seconds = std::max(1L, static_cast<long>(within.count()));
  Set(CURLOPT_TIMEOUT_MS, seconds * 1000L);
  Set(CURLOPT_CONNECTTIMEOUT, std::min(seconds, kConnectSecondsMax));
}

void CurlEasy::SetTls(const TlsFiles& files) {
  if (!files.ca.empty()) {
    Set(CURLOPT_CAINFO, files.ca.c_str());
    Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  if (files.certificate.empty()) return;
  Set(CURLOPT_SSLCERT, files.certificate.c_str());
  Set(CURLOPT_SSLKEY, files.key.c_str());
}

void CurlEasy::SetList(CURLoption option, const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(list, line.c_str());
    if (longer == nullptr) {
      Note(CURLE_OUT_OF_MEMORY);
      break;
    }
    list = longer;
  }
  lists_.emplace_back(list);
  Set(option, list);
}

void CurlEasy::Note(CURLcode code) {
  if (wrong_ == CURLE_OK) wrong_ = code;
}

absl::StatusOr<CURLcode> CurlEasy::Run(CURLM* multi, const Cancel& cancel) {
  int running = 1;
  while (running > 0) {
    if (cancel.asked()) return MakeStatus(absl::StatusCode::kCancelled, "the node stops");
    CURLMcode code = curl_multi_perform(multi, &running);
    if (code == CURLM_OK && running > 0) {
      code = curl_multi_poll(multi, nullptr, 0, kCancelPollMilliseconds, nullptr);
    }
    if (code != CURLM_OK) return Internal(fmt::format("libcurl: {}", curl_multi_strerror(code)));
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg == CURLMSG_DONE && message->easy_handle == easy_.get()) {
      return message->data.result;
    }
  }
  return Internal("libcurl ended a transfer without a result");
}

absl::Status CurlEasy::Perform(const CurlPool& pool, const Cancel& cancel) {
  if (wrong_ != CURLE_OK) {
    return Internal(fmt::format("libcurl option: {}", curl_easy_strerror(wrong_)));
  }
  if (curl_multi_add_handle(pool.get(), easy_.get()) != CURLM_OK) {
    return Internal("libcurl takes no transfer");
  }
  const absl::StatusOr<CURLcode> ended = Run(pool.get(), cancel);
  // A name that is still being looked up must not hold up the stop of the node.
  if (!ended.ok()) curl_easy_setopt(easy_.get(), CURLOPT_QUICK_EXIT, 1L);
  curl_multi_remove_handle(pool.get(), easy_.get());
  RETURN_IF_ERROR(ended.status());
  return Ended(*ended);
}

absl::Status CurlEasy::Ended(CURLcode code) const {
  if (code == CURLE_OK) return absl::OkStatus();
  const std::string_view said = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  return MakeStatus(CodeOf(code), Printable(said, kCurlErrorBytesMax));
}

CurlEasy::~CurlEasy() {
  if (connected_ != nullptr) curl_multi_remove_handle(connected_, easy_.get());
}

absl::Status CurlEasy::Connect(const CurlPool& pool, const Cancel& cancel) {
  Set(CURLOPT_CONNECT_ONLY, 1L);
  if (wrong_ != CURLE_OK) {
    return Internal(fmt::format("libcurl option: {}", curl_easy_strerror(wrong_)));
  }
  if (curl_multi_add_handle(pool.get(), easy_.get()) != CURLM_OK) {
    return Internal("libcurl takes no transfer");
  }
  // It stays there: libcurl forgets a connection of this kind with its transfer.
  connected_ = pool.get();
  ASSIGN_OR_RETURN(const CURLcode ended, Run(pool.get(), cancel));
  return Ended(ended);
}

absl::Status CurlEasy::AwaitSocket(short events, Steady::time_point until, const Cancel& cancel) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK ||
      socket == CURL_SOCKET_BAD) {
    return Unavailable("the connection is gone");
  }
  if (cancel.asked()) return MakeStatus(absl::StatusCode::kCancelled, "the node stops");
  if (Steady::now() >= until) return Unavailable("no answer in time");
  pollfd one{.fd = socket, .events = events, .revents = 0};
  poll(&one, 1, kCancelPollMilliseconds);
  return absl::OkStatus();
}

absl::Status CurlEasy::Send(std::string_view bytes, Steady::time_point until,
                            const Cancel& cancel) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const CURLcode code = curl_easy_send(easy_.get(), bytes.data(), bytes.size(), &sent);
    if (code != CURLE_OK && code != CURLE_AGAIN) return Ended(code);
    bytes.remove_prefix(sent);
    if (code == CURLE_AGAIN) RETURN_IF_ERROR(AwaitSocket(POLLOUT, until, cancel));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> CurlEasy::Receive(char* to, std::size_t room, Steady::time_point until,
                                              const Cancel& cancel) {
  while (true) {
    std::size_t got = 0;
    const CURLcode code = curl_easy_recv(easy_.get(), to, room, &got);
    if (code == CURLE_OK) return got;
    if (code != CURLE_AGAIN) return Ended(code);
    RETURN_IF_ERROR(AwaitSocket(POLLIN, until, cancel));
  }
}

long CurlEasy::Number(CURLINFO info) const {
  long number = 0;
  return curl_easy_getinfo(easy_.get(), info, &number) == CURLE_OK ? number : 0;
}

}  // namespace renkei::net
