#include "node/app/direct_links.h"

#include <algorithm>

#include "node/base/log.h"

namespace renkei::app {

// A connection to another member, on which both present themselves before a stream is opened.
class DirectLinks::Transport : public feed::Transport {
 public:
  Transport(const Needs& needs, const config::LinkConfig& link)
      : needs_(needs), team_(link.team), connection_(Dial(link)) {}

  std::unique_ptr<feed::PublishCall> OpenPublish() override { return connection_->OpenPublish(); }

  std::unique_ptr<feed::SubscribeCall> OpenSubscribe(const feed::FeedRequest& request,
                                                     BytesView cursor) override {
    // What it showed on an earlier stream may have run out since.
    SetShown(std::nullopt);
    // Without it the stream is refused, and the loop comes back later.
    Present().IgnoreError();
    return connection_->OpenSubscribe(request, cursor);
  }

  absl::Status Present() {
    ASSIGN_OR_RETURN(auto presented,
                     connection_->Present(needs_.session(), needs_.verifier.signed_state()));
    if (presented.state) {
      // A member may have heard of a revocation before us.
      const auto updated = needs_.verifier.Update(*presented.state);
      if (!updated.ok()) LogEvent(LogLevel::kWarn, "state.refused", {{"peer", LogSafe(team_)}});
    }
    SetShown(std::move(presented.session));
    return connection_->JudgeAgain();
  }
  absl::Status Connect() { return connection_->Connect(); }
  absl::Status JudgeAgain() const { return connection_->JudgeAgain(); }

 private:
  std::unique_ptr<exchange::PeerConnection> Dial(const config::LinkConfig& link) {
    exchange::DialOptions options = needs_.dial(link);
    // The connection is this one's: it is never asked when this has gone.
    options.judge = [this](const std::string& pem) { return Judge(pem); };
    return exchange::PeerConnection::Dial(options);
  }

  absl::Status Judge(BytesView pem) const {
    const Timestamp now = needs_.clock.Now();
    ASSIGN_OR_RETURN(const membership::PeerIdentity peer,
                     membership::ParsePeerIdentity(pem, needs_.community, now));
    if (peer.name() != team_) {
      return PermissionDenied(fmt::format("the node there is `{}`, not `{}`", peer.name(), team_));
    }
    if (needs_.verifier.IsDenied(peer.spki_sha256)) {
      return PermissionDenied("that node's key is revoked");
    }
    std::optional<feed::Attestations> shown;
    {
      MutexLock lock(mutex_);
      shown = shown_;
    }
    if (!shown) return absl::OkStatus();
    return needs_.verifier.CheckSession(peer, *shown, now).status();
  }

  void SetShown(std::optional<feed::Attestations> shown) {
    MutexLock lock(mutex_);
    shown_ = std::move(shown);
  }

  const Needs& needs_;
  const std::string team_;
  mutable Mutex mutex_;
  // The session attestations that it presented; nothing before it did.
  std::optional<feed::Attestations> shown_ RENKEI_GUARDED_BY(mutex_);
  const std::unique_ptr<exchange::PeerConnection> connection_;  // last: it asks for the others
};

DirectLinks::Link DirectLinks::Make(const config::LinkConfig& config) const {
  Link link{.config = config, .transport = std::make_shared<Transport>(needs_, config)};
  link.down = std::make_shared<feed::Downlink>(
      feed::Sender{.link = config.team, .team = config.team}, *link.transport, needs_.store,
      needs_.intake, needs_.clock, feed::FeedRequest{}, needs_.listener);
  return link;
}

void DirectLinks::Set(const std::vector<config::LinkConfig>& links) {
  MutexLock changing(change_mutex_);
  for (const Link& link : Links()) {
    if (std::find(links.begin(), links.end(), link.config) != links.end()) continue;
    link.down->Stop();
    MutexLock lock(mutex_);
    links_.erase(link.config.team);
  }
  for (const config::LinkConfig& config : links) {
    const auto running = Links();
    const bool runs = std::any_of(running.begin(), running.end(),
                                  [&](const Link& link) { return link.config == config; });
    if (runs) continue;
    Link link = Make(config);
    const std::shared_ptr<feed::Downlink> down = link.down;
    {
      MutexLock lock(mutex_);
      links_.insert_or_assign(config.team, std::move(link));
    }
    down->Start();
  }
}

void DirectLinks::Stop() { Set({}); }

void DirectLinks::Reconsider() {
  for (const Link& link : Links()) {
    if (link.transport->JudgeAgain().ok()) {
      link.down->RetryNow();  // whom an earlier state kept out may be back
      continue;
    }
    LogEvent(LogLevel::kWarn, "link.cut", {{"peer", LogSafe(link.config.team)}});
    link.down->Interrupt();
  }
}

std::vector<DirectLinks::Link> DirectLinks::Links() const {
  MutexLock lock(mutex_);
  std::vector<Link> links;
  for (const auto& [team, link] : links_) links.push_back(link);
  return links;
}

std::vector<DirectLinks::Status> DirectLinks::All() const {
  std::vector<Status> all;
  for (const Link& link : Links()) all.push_back({link.config.team, link.down->status()});
  return all;
}

std::optional<DirectLinks::Dialled> DirectLinks::Find(const std::string& team) const {
  for (const Link& link : Links()) {
    if (link.config.team != team) continue;
    return Dialled{.address = link.config.address,
                   .connect = [transport = link.transport] { return transport->Connect(); },
                   .talk = [transport = link.transport] { return transport->Present(); }};
  }
  return std::nullopt;
}

}  // namespace renkei::app
