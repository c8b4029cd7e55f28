// A member's direct links: each team of a [[link]] in node.toml is followed by a downlink.
//
// A link judges the node it dials by certificate and deny list at the handshake, and by its session
// attestations once both have presented themselves; and again at each call and each batch, so that
// who was revoked or suspended meanwhile is left at once.
// Thread-safe.  Set and Stop wait for the threads of the links they end: call them from none of
// those, and not from the store's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/node_config.h"
#include "node/exchange/grpc_transport.h"
#include "node/feed/link.h"
#include "node/membership/verifier.h"

namespace renkei::app {

class DirectLinks {
 public:
  // What the links need; all outlive this.
  struct Needs {
    store::Store& store;
    feed::Intake& intake;
    membership::Verifier& verifier;
    const Clock& clock;
    std::string community{};
    // Keys and address of a call to `team`; the judge is the link's own.
    std::function<exchange::DialOptions(const config::LinkConfig&)> dial{};
    std::function<feed::Attestations()> session{};  // our own attestations
    feed::Downlink::Listener listener{};
  };
  explicit DirectLinks(Needs needs) : needs_(std::move(needs)) {}
  ~DirectLinks() { Stop(); }
  DirectLinks(const DirectLinks&) = delete;
  DirectLinks& operator=(const DirectLinks&) = delete;

  // Begins the links that are new in `links`, ends those that are not in it; the others run on.
  void Set(const std::vector<config::LinkConfig>& links);
  void Stop();
  // The community state has changed: cuts who may not be there any more, and looks at once for who
  // may be there again.  Any thread.
  void Reconsider();

  struct Status {
    std::string team{};
    feed::LinkStatus link{};
  };
  std::vector<Status> All() const;

  // For `doctor`; may be called when the link is gone already.
  struct Dialled {
    std::string address{};
    std::function<absl::Status()> connect{};
    std::function<absl::Status()> talk{};
  };
  std::optional<Dialled> Find(const std::string& team) const;

 private:
  class Transport;
  struct Link {
    config::LinkConfig config{};
    std::shared_ptr<Transport> transport{};
    std::shared_ptr<feed::Downlink> down{};
  };

  Link Make(const config::LinkConfig& config) const;
  std::vector<Link> Links() const;

  const Needs needs_;
  Mutex change_mutex_;  // one Set or Stop at a time; held while links end
  mutable Mutex mutex_;
  std::map<std::string, Link> links_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::app
