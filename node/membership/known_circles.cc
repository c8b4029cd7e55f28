#include "node/membership/known_circles.h"

#include "node/membership/community_state.h"
#include "node/membership/roster_work.h"

namespace renkei::membership {
namespace {

// It was verified when it was stored.
absl::StatusOr<v1::CommunityState> ParseState(BytesView row) {
  v1::SignedState signed_state;
  v1::CommunityState state;
  if (!signed_state.ParseFromArray(row.data(), static_cast<int>(row.size())) ||
      !state.ParseFromString(signed_state.state())) {
    return DataLoss("the community's state is damaged: restore the store from a backup");
  }
  return state;
}

void AddRungs(const v1::CommunityState& state, KnownCircles& known) {
  for (const v1::Charter& charter : state.charters()) {
    for (const v1::Rung& rung : charter.rungs()) {
      known.rungs.emplace(rung.name(), static_cast<policy::Rung>(rung.number()));
    }
  }
}

}  // namespace

absl::StatusOr<std::optional<KnownCircles>> ReadKnownCircles(const store::Reader& reader,
                                                             std::string_view community) {
  ASSIGN_OR_RETURN(const auto of_hub, reader.FindObject(kHubStateKind, community));
  ASSIGN_OR_RETURN(const auto of_member, reader.FindObject(kSeenStateKind, community));
  if (!of_hub && !of_member) return std::nullopt;
  ASSIGN_OR_RETURN(const v1::CommunityState state, ParseState(of_hub ? *of_hub : *of_member));
  KnownCircles known;
  AddRungs(state, known);
  bool joined = false;
  ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(kTeamKind));
  for (const auto& [slug, row] : rows) {
    ASSIGN_OR_RETURN(const v1::Team team, ParseTeam(row));
    const bool hub = team.card().kind() == static_cast<std::uint32_t>(policy::PeerKind::kHub);
    joined = joined || !hub;
    if (hub || team.revoked()) continue;
    for (const v1::Level& level : team.levels()) known.with_members.insert(level.circle());
  }
  if (joined) return known;
  for (const v1::Charter& charter : state.charters()) known.with_members.insert(charter.circle());
  return known;
}

}  // namespace renkei::membership
