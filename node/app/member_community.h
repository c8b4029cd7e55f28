// A member's answers about its community: attestations, checked against the hub's signed state.
#pragma once

#include "node/base/mutex.h"
#include "node/feed/community.h"
#include "node/membership/node_keys.h"
#include "node/membership/verifier.h"

namespace renkei::app {

class MemberCommunity : public feed::Community {
 public:
  // All outlive this.
  MemberCommunity(const membership::Verifier& verifier, const crypto::PublicKey& record_key,
                  const Clock& clock, renkei::v1::StoredMembership membership)
      : verifier_(verifier),
        record_key_(record_key),
        clock_(clock),
        membership_(std::move(membership)) {}

  std::string name() const override;
  bool is_hub() const override { return false; }
  std::string own_team() const override;
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
  bool FitsCrowd(std::string_view circle, const anonymize::VictimProfile& profile) const override;
  feed::PeerContext Hub() const override;

  // Our own attestations and place, as last given by the hub.
  renkei::v1::StoredMembership membership() const;
  void SetMembership(renkei::v1::StoredMembership membership);
  feed::Attestations OwnAttestations(membership::AttestationMode mode) const;
  // When the first of our own attestations runs out; nothing if we hold none.
  std::optional<Timestamp> OwnAttestationsUntil() const;

  // Teams that presented themselves on a direct link.
  void NoteTeam(const std::string& slug, const crypto::PublicKey& team_key);

 private:
  const membership::Verifier& verifier_;
  const crypto::PublicKey record_key_;
  const Clock& clock_;
  mutable Mutex mutex_;
  renkei::v1::StoredMembership membership_ RENKEI_GUARDED_BY(mutex_);
  std::map<std::string, crypto::PublicKey, std::less<>> teams_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::app
