#include "node/app/member_community.h"

#include <algorithm>

#include "node/app/hub_community.h"

namespace renkei::app {

renkei::v1::StoredMembership MemberCommunity::membership() const {
  MutexLock lock(mutex_);
  return membership_;
}

void MemberCommunity::SetMembership(renkei::v1::StoredMembership membership) {
  MutexLock lock(mutex_);
  membership_ = std::move(membership);
}

std::string MemberCommunity::name() const { return membership().community(); }
std::string MemberCommunity::own_team() const { return membership().slug(); }

feed::Attestations MemberCommunity::OwnAttestations(membership::AttestationMode mode) const {
  feed::Attestations own;
  const renkei::v1::StoredMembership held = membership();
  for (const auto& attestation : held.attestations()) {
    const auto parsed = membership::ParseAttestation(attestation.attestation());
    if (parsed.ok() && parsed->mode == mode) own.push_back(attestation);
  }
  return own;
}

std::optional<Timestamp> MemberCommunity::OwnAttestationsUntil() const {
  std::optional<Timestamp> until;
  const renkei::v1::StoredMembership held = membership();
  for (const auto& attestation : held.attestations()) {
    const auto parsed = membership::ParseAttestation(attestation.attestation());
    if (parsed.ok() && (!until || parsed->not_after < *until)) until = parsed->not_after;
  }
  return until;
}

std::optional<std::string> MemberCommunity::CircleName(const record::CircleId& id) const {
  return verifier_.CircleName(id);
}

std::vector<policy::Membership> MemberCommunity::OwnCircles() const {
  std::vector<policy::Membership> circles;
  for (const auto& attestation : OwnAttestations(membership::AttestationMode::kNamed)) {
    const auto parsed = membership::ParseAttestation(attestation.attestation());
    if (!parsed.ok()) continue;
    if (auto name = CircleName(parsed->circle)) {
      circles.push_back({.circle = *std::move(name), .rung = parsed->rung});
    }
  }
  std::sort(circles.begin(), circles.end(),
            [](const auto& a, const auto& b) { return a.circle < b.circle; });
  return circles;
}

std::optional<policy::Rung> MemberCommunity::RungOf(std::string_view circle,
                                                    std::string_view level) const {
  const auto charter = verifier_.FindCharter(circle);
  return charter ? charter->RungOf(level) : std::nullopt;
}

std::optional<crypto::PublicKey> MemberCommunity::TeamKey(std::string_view slug) const {
  MutexLock lock(mutex_);
  if (slug == "hub") return crypto::PublicKey::From(membership_.hub_team_key());
  const auto it = teams_.find(slug);
  if (it == teams_.end()) return std::nullopt;
  return it->second;
}

void MemberCommunity::NoteTeam(const std::string& slug, const crypto::PublicKey& team_key) {
  MutexLock lock(mutex_);
  teams_[slug] = team_key;
}

std::vector<std::string> MemberCommunity::Teams() const {
  MutexLock lock(mutex_);
  std::vector<std::string> slugs;
  for (const auto& [slug, key] : teams_) slugs.push_back(slug);
  return slugs;
}

absl::StatusOr<feed::Author> MemberCommunity::CheckAuthor(const record::Header& header,
                                                          const feed::Attestations& attestations,
                                                          feed::Lapsed lapsed) const {
  const auto mode = lapsed == feed::Lapsed::kAccept ? membership::LapsedAttestations::kAccept
                                                    : membership::LapsedAttestations::kRefuse;
  ASSIGN_OR_RETURN(membership::AuthorStanding standing,
                   verifier_.CheckAuthor(header.origin, header.source, header.circles, attestations,
                                         mode, clock_.Now()));
  return feed::Author{.team = std::move(standing.slug), .facts = std::move(standing.facts)};
}

feed::Attestations MemberCommunity::AttestationsFor(const crypto::PublicKey& origin,
                                                    std::span<const record::CircleId> circles,
                                                    const feed::Attestations& kept) const {
  if (origin == record_key_) {
    return ForCircles(OwnAttestations(membership::AttestationMode::kNamed), circles);
  }
  return ForCircles(kept, circles);
}

bool MemberCommunity::AllowsSource(std::string_view circle, policy::SourceMode source) const {
  const auto charter = verifier_.FindCharter(circle);
  return charter && charter->Allows(source);
}

record::Correlation MemberCommunity::AskedCorrelation(std::string_view circle) const {
  const auto charter = verifier_.FindCharter(circle);
  return charter ? charter->correlation : record::Correlation::kNone;
}

bool MemberCommunity::FitsCrowd(std::string_view circle,
                                const anonymize::VictimProfile& profile) const {
  if (profile.empty()) return true;
  const auto state = verifier_.state();
  return state != nullptr && verifier_.freshness() != membership::Freshness::kDead &&
         state->FitsCrowd(circle, {profile.sector, profile.country, profile.size});
}

feed::PeerContext MemberCommunity::Hub() const {
  feed::PeerContext hub{.team = "hub"};
  hub.facts.team = "hub";
  hub.facts.kind = policy::PeerKind::kHub;
  for (const membership::Charter& charter : verifier_.Charters()) {
    hub.facts.circles.push_back({.circle = charter.circle, .rung = policy::kRungMax});
  }
  std::sort(hub.facts.circles.begin(), hub.facts.circles.end(),
            [](const auto& a, const auto& b) { return a.circle < b.circle; });
  hub.team_key = TeamKey("hub").value_or(crypto::PublicKey{});
  return hub;
}

}  // namespace renkei::app
