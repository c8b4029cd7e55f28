// One transfer of libcurl, owned: options, lists, and the wait for its end.
//
// For the clients of this folder only (HTTP; SMTP and IMAP can stand on it as well): nobody else
// includes libcurl.  What holds for every transfer is set here: no protocol but those named, no
// proxy, netrc or file of the environment, no redirect, TLS 1.2 or newer with certificate and name
// verified, no signals.  Confined to one thread.  Source: libcurl 7.88.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "node/base/status.h"
#include "node/net/cancel.h"

namespace renkei::net {

// How soon a transfer notices that it was cancelled.
inline constexpr int kCancelPollMilliseconds = 100;
inline constexpr long kConnectSecondsMax = 15;

// Keeps connections open between transfers.
class CurlPool {
 public:
  CurlPool();
  CURLM* get() const { return multi_.get(); }

 private:
  struct Free {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  std::unique_ptr<CURLM, Free> multi_;
};

// How the other side is known.  Files are PEM; empty ones are not used.
struct TlsFiles {
  std::string ca{};           // instead of the system's authorities
  std::string certificate{};  // ours, with `key`
  std::string key{};
};

class CurlEasy {
 public:
  // `protocols` as libcurl names them: `https`, `http,https`, `smtps`.  The whole transfer ends
  // after `within`.
  CurlEasy(const std::string& url, const char* protocols, std::chrono::seconds within);
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;
  ~CurlEasy();

  // A wrong option is an INTERNAL error of Perform.
  template <class Value>
  void Set(CURLoption option, Value value) {
    Note(curl_easy_setopt(easy_.get(), option, value));
  }
  void SetTls(const TlsFiles& files);
  // A list that lives as long as this: headers, recipients.
  void SetList(CURLoption option, const std::vector<std::string>& lines);

  // OK: the exchange was finished, whatever was said in it.  CANCELLED; UNAVAILABLE: name,
  // connection or time; FAILED_PRECONDITION: the certificate, or a file of ours; else what a
  // callback or the protocol said, as UNAVAILABLE.  Messages hold no header and no body.
  absl::Status Perform(const CurlPool& pool, const Cancel& cancel);

  // Connects and, where the protocol has that, logs in; what is said then is the caller's, by Send
  // and Receive, until this goes.  REQUIRES: `pool` outlives this; once, and without Perform.
  absl::Status Connect(const CurlPool& pool, const Cancel& cancel);
  // All of `bytes`, or some that have come (none: the other side has closed).  CANCELLED;
  // UNAVAILABLE: the connection, or `until` is past.
  using Steady = std::chrono::steady_clock;
  absl::Status Send(std::string_view bytes, Steady::time_point until, const Cancel& cancel);
  absl::StatusOr<std::size_t> Receive(char* to, std::size_t room, Steady::time_point until,
                                      const Cancel& cancel);

  long Number(CURLINFO info) const;
  CURL* get() const { return easy_.get(); }

 private:
  void Note(CURLcode code);
  absl::StatusOr<CURLcode> Run(CURLM* multi, const Cancel& cancel);
  absl::Status Ended(CURLcode code) const;
  absl::Status AwaitSocket(short events, Steady::time_point until, const Cancel& cancel);

  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::vector<std::unique_ptr<curl_slist, FreeList>> lists_{};
  char error_[CURL_ERROR_SIZE] = {};
  CURLcode wrong_ = CURLE_OK;
  CURLM* connected_ = nullptr;            // after Connect: where the connection is kept
  std::unique_ptr<CURL, FreeEasy> easy_;  // goes first: it points at all above
};

}  // namespace renkei::net
