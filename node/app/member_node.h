// A member: one link to its hub, direct links to other members if it wants any, and a door for
// theirs.
#pragma once

#include <map>

#include "node/app/direct_links.h"
#include "node/app/member_community.h"
#include "node/app/running_node.h"
#include "node/exchange/grpc_transport.h"
#include "node/feed/link.h"

namespace renkei::app {

class MemberNode : public RunningNode {
 public:
  MemberNode(Foundation foundation, const Clock& clock, renkei::v1::StoredMembership membership)
      : RunningNode(std::move(foundation), clock), joined_(std::move(membership)) {}
  ~MemberNode() override;
  MemberNode(const MemberNode&) = delete;
  MemberNode& operator=(const MemberNode&) = delete;

  const feed::Community& community() const override { return *community_; }
  membership::Verifier& verifier() override { return *verifier_; }
  membership::HubRoster* roster() override { return nullptr; }
  std::vector<PeerState> peers() const override;
  std::optional<feed::PeerContext> FindPeer(const std::string& slug) const override;

  absl::StatusOr<membership::PeerIdentity> Identify(BytesView pem) const override;
  absl::StatusOr<feed::PeerContext> Admit(const membership::PeerIdentity& peer) const override;
  absl::StatusOr<feed::Attestations> Present(
      const membership::PeerIdentity& peer, const feed::Attestations& session,
      const std::optional<renkei::v1::SignedState>& state) override;
  absl::StatusOr<membership::Refreshed> Refresh(const membership::PeerIdentity& peer,
                                                BytesView csr) override;
  std::optional<renkei::v1::SignedState> State() const override;
  std::uint64_t StateVersion() const override;
  bool TakesPublications() const override { return false; }

 private:
  absl::Status BeginPlanes() override;
  void Tend() override;
  void OnEntries() override;
  void OnConfig() override { direct_->Set(config()->links); }
  absl::StatusOr<Dialled> FindDialled(const std::string& peer) override;

  // Judges the certificate of a peer we dial: it must be `expected`.
  absl::Status JudgeDialled(BytesView pem, const std::string& expected) const;
  exchange::DialOptions DialTo(const std::string& address, const std::string& expected) const;
  void StartLinks();
  void StopLinks();
  // Of the hub's link; from direct links a community state is heard, and nothing else obeyed.
  feed::Downlink::Listener HubListener();
  void Hear(const renkei::v1::SignedState& state);
  void OnNewState();
  // Takes session attestations of a peer, whichever side dialled.
  absl::Status TakeSession(const membership::PeerIdentity& peer, const feed::Attestations& session,
                           const std::optional<renkei::v1::SignedState>& state);

  absl::Status RefreshFromHub();
  absl::Status RenewByTeamKey();
  absl::Status TakeRefreshed(const membership::Refreshed& fresh, const crypto::Digest& spki);
  bool RefreshDue() const;
  bool CertificateDue() const;
  bool CertificateExpired() const;

  renkei::v1::StoredMembership joined_;
  std::unique_ptr<membership::Verifier> verifier_;
  std::unique_ptr<MemberCommunity> community_;
  std::shared_ptr<exchange::PeerConnection> hub_;  // shared with a `doctor` that still looks
  std::unique_ptr<feed::Uplink> up_;
  std::unique_ptr<feed::Downlink> down_;
  std::unique_ptr<DirectLinks> direct_;

  mutable Mutex mutex_;
  // Peers that presented session attestations, by their TLS key.
  struct Session {
    membership::SessionStanding standing{};
    membership::PeerIdentity peer{};
    feed::Attestations shown{};  // to be judged again when the community state changes
  };
  std::map<crypto::Digest, Session> sessions_ RENKEI_GUARDED_BY(mutex_);
  feed::Uplink* wake_ RENKEI_GUARDED_BY(mutex_) = nullptr;  // while it may be woken
  bool refresh_wanted_ RENKEI_GUARDED_BY(mutex_) = true;
  // Guards the pointers of the hub's links against `peers`, not the links themselves.
  mutable Mutex links_mutex_;
};

}  // namespace renkei::app
