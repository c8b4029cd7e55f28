#include "node/app/hub_community.h"

#include <algorithm>

#include "node/membership/anon_master.h"
#include "node/membership/limits.h"
#include "node/record/limits.h"

namespace renkei::app {

feed::Attestations ForCircles(const feed::Attestations& attestations,
                              std::span<const record::CircleId> circles) {
  feed::Attestations chosen;
  for (const auto& attestation : attestations) {
    const auto parsed = membership::ParseAttestation(attestation.attestation());
    if (!parsed.ok()) continue;
    if (std::find(circles.begin(), circles.end(), parsed->circle) != circles.end()) {
      chosen.push_back(attestation);
    }
  }
  return chosen;
}

std::optional<std::string> HubCommunity::CircleName(const record::CircleId& id) const {
  for (const membership::Charter& charter : roster_.Charters()) {
    if (charter.id == id) return charter.circle;
  }
  return std::nullopt;
}

std::vector<policy::Membership> HubCommunity::OwnCircles() const {
  std::vector<policy::Membership> circles;
  for (const membership::Charter& charter : roster_.Charters()) {
    circles.push_back({.circle = charter.circle, .rung = policy::kRungMax});
  }
  std::sort(circles.begin(), circles.end(),
            [](const auto& a, const auto& b) { return a.circle < b.circle; });
  return circles;
}

std::optional<policy::Rung> HubCommunity::RungOf(std::string_view circle,
                                                 std::string_view level) const {
  for (const membership::Charter& charter : roster_.Charters()) {
    if (charter.circle == circle) return charter.RungOf(level);
  }
  return std::nullopt;
}

std::optional<crypto::PublicKey> HubCommunity::TeamKey(std::string_view slug) const {
  return roster_.TeamKey(slug);
}

std::vector<std::string> HubCommunity::Teams() const {
  std::vector<std::string> slugs;
  for (const auto& team : roster_.Teams()) {
    if (!team.revoked() && team.slug() != own_team()) slugs.push_back(team.slug());
  }
  return slugs;
}

// The roster knows better than any paper: a team is what it is now.
absl::StatusOr<feed::Author> HubCommunity::CheckAuthor(const record::Header& header,
                                                       const feed::Attestations& /*attestations*/,
                                                       feed::Lapsed lapsed) const {
  // Those of unnamed records are vouched for when they are submitted (Vouch), not looked up.
  if (header.source != policy::SourceMode::kAttributed) {
    return PermissionDenied("an unnamed record is not its sender's to name");
  }
  const auto team = roster_.FindTeamByRecordKey(header.origin);
  if (!team || team->revoked()) return PermissionDenied("no team's record key");
  feed::Author author{.team = team->slug()};
  if (auto facts = roster_.PeerFacts(team->slug())) {
    author.facts = *std::move(facts);
  } else if (lapsed == feed::Lapsed::kRefuse) {
    return PermissionDenied("a suspended team");
  }
  return author;
}

feed::Attestations HubCommunity::AttestationsFor(const crypto::PublicKey& origin,
                                                 std::span<const record::CircleId> circles,
                                                 const feed::Attestations& kept) const {
  feed::Attestations fresh = roster_.NamedAttestations(origin, circles);
  return fresh.empty() ? ForCircles(kept, circles) : fresh;
}

bool HubCommunity::AllowsSource(std::string_view circle, policy::SourceMode source) const {
  for (const membership::Charter& charter : roster_.Charters()) {
    if (charter.circle == circle) return charter.Allows(source);
  }
  return false;
}

record::Correlation HubCommunity::AskedCorrelation(std::string_view circle) const {
  for (const membership::Charter& charter : roster_.Charters()) {
    if (charter.circle == circle) return charter.correlation;
  }
  return record::Correlation::kNone;
}

absl::StatusOr<feed::Vouched> HubCommunity::Vouch(const std::string& team,
                                                  const record::Header& header,
                                                  std::optional<policy::Rung> first) const {
  feed::Vouched vouched;
  // A later revision may outlive what one attestation may say.
  const Timestamp until = std::min(header.expires + record::kTombstoneAfterExpiry,
                                   header.issued + membership::kUnnamedLifetimeMax);
  ASSIGN_OR_RETURN(vouched.attestation,
                   roster_.AttestUnnamed(team, header.source, header.origin, header.circles.front(),
                                         header.issued, until, first));
  ASSIGN_OR_RETURN(const membership::Attestation attestation,
                   membership::ParseAttestation(vouched.attestation.attestation()));
  policy::Membership membership;
  membership.circle = CircleName(attestation.circle).value_or("");
  membership.rung = attestation.rung;
  vouched.author.facts.kind = policy::PeerKind::kMember;
  vouched.author.facts.circles.push_back(std::move(membership));
  return vouched;
}

void HubCommunity::SetOfficers(std::optional<membership::EscrowOfficers> officers) {
  MutexLock lock(mutex_);
  officers_ = officers;
}

bool HubCommunity::HasOfficers() const {
  MutexLock lock(mutex_);
  return officers_.has_value();
}

absl::StatusOr<Bytes> HubCommunity::SealPseudonym(const std::string& team,
                                                  const record::Header& header) const {
  MutexLock lock(mutex_);
  if (!officers_) return FailedPrecondition("no escrow officers are set");
  return roster_.SealPseudonym(*officers_, {.pseudonym = header.origin,
                                            .circle = header.circles.front(),
                                            .epoch = membership::EpochOf(header.issued),
                                            .slug = team});
}

bool HubCommunity::FitsCrowd(std::string_view circle,
                             const anonymize::VictimProfile& profile) const {
  return roster_.FitsCrowd(circle, {profile.sector, profile.country, profile.size});
}

feed::PeerContext HubCommunity::Hub() const {
  feed::PeerContext hub{.team = own_team()};
  hub.facts.team = own_team();
  hub.facts.kind = policy::PeerKind::kHub;
  hub.facts.circles = OwnCircles();
  return hub;
}

}  // namespace renkei::app
