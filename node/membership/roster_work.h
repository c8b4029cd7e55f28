// One change of a hub's roster under way on the store's thread: the rows as they are, and what
// becomes of them.  Internal to node/membership.
//
// Confined to the store thread, for one piece of work.  Errors: the store's; DATA_LOSS (a row can't
// be read).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <renkei/v1/membership.pb.h>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/crypto/keys.h"
#include "node/membership/token.h"
#include "node/store/store.h"

namespace renkei::membership {

inline constexpr std::string_view kTeamKind = "team";              // by slug
inline constexpr std::string_view kInvitationKind = "invitation";  // by invite id
inline constexpr std::string_view kHubStateKind = "hub_state";     // by community
inline constexpr std::string_view kSeenStateKind = "seen_state";   // likewise, a member's

absl::StatusOr<v1::Team> ParseTeam(BytesView row);
absl::StatusOr<std::optional<v1::Invitation>> FindInvitation(const store::Reader& reader,
                                                             BytesView invite_id);

class RosterWork {
 public:
  // Reads the state's row; NOT_FOUND if there is no community.
  static absl::StatusOr<RosterWork> Begin(store::Writer& writer, const std::string& community,
                                          Timestamp now);
  // For a community about to be founded.  ALREADY_EXISTS if there is one.
  static absl::StatusOr<RosterWork> BeginFounding(store::Writer& writer,
                                                  const std::string& community, Timestamp now);

  Timestamp now() const { return now_; }
  const v1::CommunityState& state() const { return state_; }
  // The state is signed anew, with a higher version, when the work ends.
  v1::CommunityState& MutableState() {
    state_changed_ = true;
    return state_;
  }

  absl::StatusOr<std::optional<v1::Team>> FindTeam(const std::string& slug) const;
  // NOT_FOUND with the slug nearest to it.
  absl::StatusOr<v1::Team> GetTeam(const std::string& slug) const;
  absl::StatusOr<std::vector<v1::Team>> Teams() const;
  absl::Status PutTeam(const v1::Team& team);

  absl::StatusOr<std::optional<v1::Invitation>> FindInvitation(BytesView invite_id) const {
    return membership::FindInvitation(writer_, invite_id);
  }
  absl::StatusOr<std::vector<v1::Invitation>> Invitations() const;
  absl::Status PutInvitation(const v1::Invitation& invitation);
  absl::Status DropInvitation(BytesView invite_id);

  // Signs and writes the state if it changed.
  absl::Status Finish(const crypto::SigningKey& attest_key);

  // What is published after the commit.
  const std::vector<v1::Team>& put_teams() const { return put_teams_; }
  const v1::SignedState& signed_state() const { return signed_state_; }

 private:
  RosterWork(store::Writer& writer, const std::string& community, Timestamp now)
      : writer_(writer), community_(community), now_(now) {}

  store::Writer& writer_;
  std::string community_;
  Timestamp now_;
  v1::CommunityState state_;
  v1::SignedState signed_state_;
  bool state_changed_ = false;
  std::vector<v1::Team> put_teams_;
};

// Counts the crowd table of the state under way over `teams`.
void PutCrowds(RosterWork& work, const std::vector<v1::Team>& teams);

}  // namespace renkei::membership
