// A hub: roster, certificate authority, enrolment, and the feed of its community.
#pragma once

#include <atomic>

#include "node/app/hub_community.h"
#include "node/app/running_node.h"
#include "node/exchange/enrolment.h"

namespace renkei::app {

class HubNode : public RunningNode {
 public:
  HubNode(Foundation foundation, const Clock& clock) : RunningNode(std::move(foundation), clock) {}
  ~HubNode() override;
  HubNode(const HubNode&) = delete;
  HubNode& operator=(const HubNode&) = delete;

  const feed::Community& community() const override { return *community_; }
  membership::Verifier& verifier() override { return *verifier_; }
  membership::HubRoster* roster() override { return roster_.get(); }
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
  bool TakesPublications() const override { return true; }

 private:
  absl::Status BeginPlanes() override;
  void Tend() override;
  void OnEntries() override;
  void OnConfig() override;
  // As often as others, and when a period of gathering anonymous records ends.
  std::chrono::seconds UntilTend() const override;
  absl::StatusOr<Dialled> FindDialled(const std::string& peer) override;

  absl::Status EnsureCertificate();
  void Release();
  absl::Status StartEnrolment();
  absl::StatusOr<std::unique_ptr<membership::HubRoster>> LoadRoster() const;
  void PublishStatistics();
  void OnRosterChange(const membership::RosterChange& change);

  std::optional<membership::HubKeys> hub_keys_;
  std::unique_ptr<membership::HubRoster> roster_;
  std::unique_ptr<membership::Verifier> verifier_;
  std::unique_ptr<HubCommunity> community_;
  std::unique_ptr<exchange::EnrolmentServer> enrolment_;
  // Peers may knock before the roster is loaded under its final addresses.
  std::atomic<bool> ready_ = false;
};

}  // namespace renkei::app
