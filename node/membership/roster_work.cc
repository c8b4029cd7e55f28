#include "node/membership/roster_work.h"

#include "node/base/encoding.h"
#include "node/membership/community_state.h"
#include "node/membership/crowd.h"
#include "node/membership/limits.h"

namespace renkei::membership {

absl::StatusOr<v1::Team> ParseTeam(BytesView row) {
  v1::Team team;
  if (!team.ParseFromArray(row.data(), static_cast<int>(row.size())) ||
      team.team_key().size() != crypto::PublicKey::kSize ||
      team.record_key().size() != crypto::PublicKey::kSize) {
    return DataLoss("a team's row in the roster is damaged: restore the store from a backup");
  }
  return team;
}

absl::StatusOr<std::optional<v1::Invitation>> FindInvitation(const store::Reader& reader,
                                                             BytesView invite_id) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> row, reader.FindObject(kInvitationKind, invite_id));
  if (!row) return std::optional<v1::Invitation>();
  v1::Invitation invitation;
  if (!invitation.ParseFromString(*row)) return DataLoss("an invitation's row is damaged");
  return std::optional(std::move(invitation));
}

absl::StatusOr<RosterWork> RosterWork::Begin(store::Writer& writer, const std::string& community,
                                             Timestamp now) {
  RosterWork work(writer, community, now);
  ASSIGN_OR_RETURN(const std::optional<Bytes> row, writer.FindObject(kHubStateKind, community));
  if (!row) return NotFound(fmt::format("this store holds no community `{}`", community));
  if (!work.signed_state_.ParseFromString(*row) ||
      !work.state_.ParseFromString(work.signed_state_.state())) {
    return DataLoss("the community's state is damaged: restore the store from a backup");
  }
  return work;
}

absl::StatusOr<RosterWork> RosterWork::BeginFounding(store::Writer& writer,
                                                     const std::string& community, Timestamp now) {
  ASSIGN_OR_RETURN(const auto rows, writer.ListObjects(kHubStateKind));
  if (!rows.empty()) {
    return AlreadyExists(fmt::format("this store holds community `{}` already",
                                     Printable(rows.front().first, kCommunityBytesMax)));
  }
  RosterWork work(writer, community, now);
  work.MutableState().set_community(community);
  return work;
}

absl::StatusOr<std::optional<v1::Team>> RosterWork::FindTeam(const std::string& slug) const {
  ASSIGN_OR_RETURN(const std::optional<Bytes> row, writer_.FindObject(kTeamKind, slug));
  if (!row) return std::optional<v1::Team>();
  ASSIGN_OR_RETURN(v1::Team team, ParseTeam(*row));
  return std::optional(std::move(team));
}

absl::StatusOr<v1::Team> RosterWork::GetTeam(const std::string& slug) const {
  ASSIGN_OR_RETURN(std::optional<v1::Team> team, FindTeam(slug));
  if (team) return *std::move(team);
  ASSIGN_OR_RETURN(const std::vector<v1::Team> teams, Teams());
  std::vector<std::string> slugs;
  for (const v1::Team& known : teams) slugs.push_back(known.slug());
  const std::string nearest = NearestWord(slug, slugs);
  return NotFound(fmt::format("no team `{}` in the roster{}", Printable(slug, 64),
                              nearest.empty() ? "" : fmt::format(": did you mean `{}`?", nearest)));
}

absl::StatusOr<std::vector<v1::Team>> RosterWork::Teams() const {
  ASSIGN_OR_RETURN(const auto rows, writer_.ListObjects(kTeamKind));
  std::vector<v1::Team> teams;
  for (const auto& [slug, row] : rows) {
    ASSIGN_OR_RETURN(v1::Team team, ParseTeam(row));
    teams.push_back(std::move(team));
  }
  return teams;
}

absl::Status RosterWork::PutTeam(const v1::Team& team) {
  RETURN_IF_ERROR(writer_.PutObject(kTeamKind, team.slug(), team.SerializeAsString()));
  put_teams_.push_back(team);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Invitation>> RosterWork::Invitations() const {
  ASSIGN_OR_RETURN(const auto rows, writer_.ListObjects(kInvitationKind));
  std::vector<v1::Invitation> invitations;
  for (const auto& [invite_id, row] : rows) {
    v1::Invitation invitation;
    if (!invitation.ParseFromString(row)) return DataLoss("an invitation's row is damaged");
    invitations.push_back(std::move(invitation));
  }
  return invitations;
}

absl::Status RosterWork::PutInvitation(const v1::Invitation& invitation) {
  return writer_.PutObject(kInvitationKind, invitation.invite_id(), invitation.SerializeAsString());
}

absl::Status RosterWork::DropInvitation(BytesView invite_id) {
  return writer_.DropObject(kInvitationKind, invite_id);
}

void PutCrowds(RosterWork& work, const std::vector<v1::Team>& teams) {
  v1::CommunityState& state = work.MutableState();
  *state.mutable_crowds() = CountCrowds(state, teams, work.now());
  state.set_crowds_at(UnixSeconds(work.now()));
}

absl::Status RosterWork::Finish(const crypto::SigningKey& attest_key) {
  if (!state_changed_) return absl::OkStatus();
  state_.set_version(state_.version() + 1);
  state_.set_signed_at(UnixSeconds(now_));
  state_.set_attest_key(attest_key.public_key().str());
  ASSIGN_OR_RETURN(signed_state_, SignState(attest_key, state_));
  return writer_.PutObject(kHubStateKind, community_, signed_state_.SerializeAsString());
}

}  // namespace renkei::membership
