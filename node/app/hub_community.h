// A hub's answers about its community: its roster.
#pragma once

#include "node/base/mutex.h"
#include "node/feed/community.h"
#include "node/membership/escrow.h"
#include "node/membership/hub_roster.h"

namespace renkei::app {

class HubCommunity : public feed::Community {
 public:
  // Outlives this.
  explicit HubCommunity(const membership::HubRoster& roster) : roster_(roster) {}

  std::string name() const override { return roster_.community(); }
  bool is_hub() const override { return true; }
  std::string own_team() const override { return "hub"; }
  std::optional<std::string> CircleName(const record::CircleId& id) const override;
  std::vector<policy::Membership> OwnCircles() const override;
  std::optional<policy::Rung> RungOf(std::string_view circle,
                                     std::string_view level) const override;
  std::optional<crypto::PublicKey> TeamKey(std::string_view slug) const override;
  std::vector<std::string> Teams() const override;
  absl::StatusOr<feed::Author> CheckAuthor(const record::Header& header,
                                           const feed::Attestations& attestations,
                                           feed::Lapsed lapsed) const override;
  feed::Attestations AttestationsFor(const crypto::PublicKey& origin,
                                     std::span<const record::CircleId> circles,
                                     const feed::Attestations& kept) const override;
  bool AllowsSource(std::string_view circle, policy::SourceMode source) const override;
  record::Correlation AskedCorrelation(std::string_view circle) const override;
  absl::StatusOr<feed::Vouched> Vouch(const std::string& team, const record::Header& header,
                                      std::optional<policy::Rung> first) const override;
  absl::StatusOr<Bytes> SealPseudonym(const std::string& team,
                                      const record::Header& header) const override;
  bool FitsCrowd(std::string_view circle, const anonymize::VictimProfile& profile) const override;
  feed::PeerContext Hub() const override;

  // Who may open what SealPseudonym makes from now on.
  void SetOfficers(std::optional<membership::EscrowOfficers> officers);
  bool HasOfficers() const;

 private:
  const membership::HubRoster& roster_;
  mutable Mutex mutex_;
  std::optional<membership::EscrowOfficers> officers_ RENKEI_GUARDED_BY(mutex_);
};

// Of `attestations`, those for one of `circles`.
feed::Attestations ForCircles(const feed::Attestations& attestations,
                              std::span<const record::CircleId> circles);

}  // namespace renkei::app
