// The way to one source: HTTP(S) with its credential, or a file or folder of this machine.
//
// An answer that is no 2xx is an error with net::StatusOf's code; a 304 to a conditional request is
// `same`.  Confined to one thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "config/source_config.h"
#include "node/base/bytes.h"
#include "node/net/http.h"
#include "node/sources/state.h"

namespace renkei::sources {

class Reach {
 public:
  // Reads the secret.  FAILED_PRECONDITION: a file of ours is missing or can be read by others.
  static absl::StatusOr<std::unique_ptr<Reach>> Open(const config::SourceConfig& source,
                                                     const std::string& folder,
                                                     const net::Cancel& cancel);

  bool is_local() const { return !url_; }
  // REQUIRES: not local.
  const net::Url& url() const { return *url_; }

  struct Got {
    bool same = false;  // nothing has changed since the validators were given
    Bytes body{};
    Validators validators{};
  };
  // The file, or the file `name` of the folder; over HTTP `name` is put behind the URL.  `name` is
  // a plain name: nothing outside the folder is ever read.
  absl::StatusOr<Got> Get(const std::string& name, std::size_t bytes_max,
                          const Validators& since = {});
  absl::StatusOr<net::HttpResponse> Ask(net::HttpRequest request);

  // What the last server that was too busy said.
  std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

 private:
  Reach(std::optional<net::Url> url, std::string path, net::HttpPeer peer,
        const net::Cancel& cancel)
      : url_(std::move(url)), path_(std::move(path)), client_(std::move(peer), cancel) {}
  absl::StatusOr<Bytes> ReadLocal(const std::string& name, std::size_t bytes_max) const;

  const std::optional<net::Url> url_;
  const std::string path_;
  net::HttpClient client_;
  std::optional<std::chrono::seconds> retry_after_{};
};

}  // namespace renkei::sources
