// HubRoster: what the hub's operator does.
#include <algorithm>
#include <limits>

#include "node/base/encoding.h"
#include "node/membership/hub_published.h"
#include "node/membership/hub_roster.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"
#include "node/membership/roster_work.h"

namespace renkei::membership {
namespace {

constexpr std::string_view kNoLevel = "none";
constexpr std::int64_t kUntilLifted = std::numeric_limits<std::int64_t>::max();

std::string Suggestion(const std::string& nearest) {
  return nearest.empty() ? "" : fmt::format(": did you mean `{}`?", nearest);
}

absl::StatusOr<Charter> FindCircle(const v1::CommunityState& state, const std::string& circle) {
  std::vector<std::string> names;
  for (const v1::Charter& charter : state.charters()) {
    if (charter.circle() == circle) return ToCharter(charter, state.community());
    names.push_back(charter.circle());
  }
  return InvalidArgument(fmt::format("no circle `{}` in community `{}`{}", Printable(circle, 64),
                                     state.community(), Suggestion(NearestWord(circle, names))));
}

absl::StatusOr<policy::Rung> FindRung(const Charter& charter, const std::string& level) {
  if (const std::optional<policy::Rung> rung = charter.RungOf(level)) return *rung;
  std::vector<std::string> names;
  std::string all;
  for (const Level& known : charter.levels) {
    names.push_back(known.name);
    all += (all.empty() ? "" : ", ") + known.name;
  }
  const std::string nearest = NearestWord(level, names);
  return InvalidArgument(
      fmt::format("no level `{}` in circle `{}`{}", Printable(level, 64), charter.circle,
                  nearest.empty() ? fmt::format(" (its levels: {})", all) : Suggestion(nearest)));
}

// What attestations of a team are about: its record key and its TLS keys, hashed as entries are.
std::vector<Bytes> HashedSubjects(const v1::Team& team) {
  std::vector<Bytes> subjects = {crypto::Sha256(team.record_key()).str()};
  for (const Bytes& spki : team.tls_keys()) subjects.push_back(crypto::Sha256(spki).str());
  return subjects;
}

// Makes void what was attested of the team in a circle up to now.  One second on, because an
// attestation made within this very second counts as older, too.
void AddVoids(v1::CommunityState& state, const v1::Team& team, const std::string& circle,
              Timestamp now, std::int64_t until) {
  const record::CircleId id = record::MakeCircleId(state.community(), circle);
  for (const Bytes& subject : HashedSubjects(team)) {
    v1::VoidEntry* entry = state.add_voids();
    entry->set_subject(subject);
    entry->set_circle(id.str());
    entry->set_before(UnixSeconds(now) + 1);
    entry->set_until(until);
  }
}

// The ends of suspensions only: what a demotion made void stays so.
void DropSuspensionVoids(v1::CommunityState& state, const v1::Team& team) {
  const std::vector<Bytes> subjects = HashedSubjects(team);
  auto* entries = state.mutable_voids();
  const auto of_suspension = [&subjects](const v1::VoidEntry& entry) {
    return entry.until() != 0 &&
           std::find(subjects.begin(), subjects.end(), entry.subject()) != subjects.end();
  };
  entries->erase(std::remove_if(entries->begin(), entries->end(), of_suspension), entries->end());
}

void Deny(v1::CommunityState& state, const Bytes& key_hash) {
  if (std::find(state.denied().begin(), state.denied().end(), key_hash) == state.denied().end()) {
    state.add_denied(key_hash);
  }
}

absl::Status RefuseHub(const std::string& slug, std::string_view doing) {
  if (slug != kHubSlug) return absl::OkStatus();
  return InvalidArgument(fmt::format(
      "`hub` is this hub itself: it has rung 14 in its own circles and no one can {} it", doing));
}

absl::Status RefuseRevoked(const v1::Team& team) {
  if (!team.revoked()) return absl::OkStatus();
  return FailedPrecondition(fmt::format(
      "team `{}` was revoked, which is for good: invite it under another slug", team.slug()));
}

// The levels sorted by circle, `circle` at `rung` (0: not among them); the rung it had.
policy::Rung ReplaceLevel(v1::Team& team, const std::string& circle, policy::Rung rung) {
  std::map<std::string, std::uint32_t> levels;
  for (const v1::Level& level : team.levels()) levels[level.circle()] = level.rung();
  const std::uint32_t before = levels[circle];
  levels[circle] = rung;
  team.clear_levels();
  for (const auto& [name, number] : levels) {
    if (number == 0) continue;
    v1::Level* level = team.add_levels();
    level->set_circle(name);
    level->set_rung(number);
  }
  return static_cast<policy::Rung>(before);
}

// The invitation's levels, sorted by circle.
absl::StatusOr<std::map<std::string, policy::Rung>> ReadLevels(
    const v1::CommunityState& state, const std::map<std::string, std::string>& levels) {
  std::map<std::string, policy::Rung> rungs;
  ASSIGN_OR_RETURN(const Charter members, FindCircle(state, std::string(kMembersCircle)));
  rungs[members.circle] = members.levels.front().rung;
  for (const auto& [circle, level] : levels) {
    ASSIGN_OR_RETURN(const Charter charter, FindCircle(state, circle));
    ASSIGN_OR_RETURN(rungs[circle], FindRung(charter, level));
  }
  return rungs;
}

// A slug that can be invited: no team's, and no open invitation's, which gives way.
absl::Status MakeRoomForInvitation(RosterWork& work, const std::string& slug) {
  ASSIGN_OR_RETURN(const std::optional<v1::Team> team, work.FindTeam(slug));
  if (team) {
    RETURN_IF_ERROR(RefuseRevoked(*team));
    return AlreadyExists(fmt::format("team `{}` is a member already", slug));
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Invitation> invitations, work.Invitations());
  if (invitations.size() >= kInvitationsMax) {
    return ResourceExhausted("10,000 invitations are open: wait until some expire");
  }
  for (const v1::Invitation& invitation : invitations) {
    if (invitation.slug() != slug) continue;
    RETURN_IF_ERROR(work.DropInvitation(invitation.invite_id()));
  }
  return absl::OkStatus();
}

absl::Status CheckProfile(const HubRoster::ProfileChange& change) {
  if (change.sector && !IsSector(*change.sector)) {
    return InvalidArgument(fmt::format("sector `{}`: expected a-z, 0-9 and `-`, at most 64",
                                       Printable(*change.sector, 80)));
  }
  if (change.country && !IsCountry(*change.country)) {
    return InvalidArgument(fmt::format("country `{}`: expected two lower-case letters, such as jp",
                                       Printable(*change.country, 80)));
  }
  if (change.size && !IsTeamSize(*change.size)) {
    return InvalidArgument(fmt::format("size `{}`: expected 1-9, 10-49, 50-249, 250-999 or 1000+",
                                       Printable(*change.size, 80)));
  }
  return absl::OkStatus();
}

void Confirm(v1::Claim& claim, const std::string& value) {
  if (claim.value() != value) claim.Clear();
  claim.set_value(value);
  claim.set_by_hub(!value.empty());
}

bool TakesBack(const v1::Claim& before, const v1::Claim& after) {
  return before.by_hub() && before.value() != after.value();
}

}  // namespace

absl::Status HubRoster::AddCircle(const std::string& circle) {
  if (!IsSlug(circle)) {
    return InvalidArgument(
        fmt::format("`{}` is no circle name: a-z, 0-9 and `-`, at most 32", Printable(circle, 64)));
  }
  return Apply([&circle](RosterWork& work, RosterChange& change) -> absl::Status {
    if (FindCircle(work.state(), circle).ok()) {
      return AlreadyExists(fmt::format("circle `{}` is there already", circle));
    }
    if (work.state().charters_size() >= static_cast<int>(kCirclesMax)) {
      return ResourceExhausted("a community has at most 64 circles");
    }
    *work.MutableState().add_charters() = DefaultCharter(circle);
    ASSIGN_OR_RETURN(v1::Team hub, work.GetTeam(std::string(kHubSlug)));
    ReplaceLevel(hub, circle, policy::kRungMax);
    change.changed.emplace_back(kHubSlug);
    return work.PutTeam(hub);
  });
}

absl::Status HubRoster::SetSourceModes(const std::string& circle, std::uint32_t modes) {
  return Apply([&](RosterWork& work, RosterChange&) -> absl::Status {
    ASSIGN_OR_RETURN(const Charter found, FindCircle(work.state(), circle));
    for (v1::Charter& charter : *work.MutableState().mutable_charters()) {
      if (charter.circle() != found.circle) continue;
      charter.set_source_modes(modes | SourceModeBit(policy::SourceMode::kAttributed));
    }
    return absl::OkStatus();
  });
}

absl::Status HubRoster::SetCorrelation(const std::string& circle, record::Correlation correlation) {
  return Apply([&](RosterWork& work, RosterChange&) -> absl::Status {
    ASSIGN_OR_RETURN(const Charter found, FindCircle(work.state(), circle));
    for (v1::Charter& charter : *work.MutableState().mutable_charters()) {
      if (charter.circle() != found.circle) continue;
      charter.set_correlation(static_cast<std::uint32_t>(correlation));
    }
    return absl::OkStatus();
  });
}

absl::Status HubRoster::SetLevel(const std::string& slug, const std::string& circle,
                                 const std::string& level) {
  RETURN_IF_ERROR(RefuseHub(slug, "change"));
  return Apply([&](RosterWork& work, RosterChange& change) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Team team, work.GetTeam(slug));
    RETURN_IF_ERROR(RefuseRevoked(team));
    ASSIGN_OR_RETURN(const Charter charter, FindCircle(work.state(), circle));
    policy::Rung rung = 0;
    if (level != kNoLevel) {
      ASSIGN_OR_RETURN(rung, FindRung(charter, level));
    } else if (circle == kMembersCircle) {
      return InvalidArgument(fmt::format(
          "every team has a level in `{}`: to end its membership run `renkei revoke {}`",
          kMembersCircle, slug));
    }
    const policy::Rung before = ReplaceLevel(team, circle, rung);
    if (rung == before) return absl::OkStatus();
    if (rung < before) AddVoids(work.MutableState(), team, circle, work.now(), 0);
    change.changed.push_back(slug);
    return work.PutTeam(team);
  });
}

absl::Status HubRoster::SetProfile(const std::string& slug, const ProfileChange& change) {
  RETURN_IF_ERROR(RefuseHub(slug, "change"));
  RETURN_IF_ERROR(CheckProfile(change));
  return Apply([&](RosterWork& work, RosterChange& changes) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Team team, work.GetTeam(slug));
    RETURN_IF_ERROR(RefuseRevoked(team));
    const v1::Card before = team.card();
    if (change.size) team.set_size(*change.size);
    v1::Card& card = *team.mutable_card();
    if (change.sector) Confirm(*card.mutable_sector(), *change.sector);
    if (change.country) Confirm(*card.mutable_country(), *change.country);
    if (card.sector().value().empty()) card.clear_sector();
    if (card.country().value().empty()) card.clear_country();
    if (TakesBack(before.sector(), card.sector()) || TakesBack(before.country(), card.country())) {
      for (const v1::Level& level : team.levels()) {
        AddVoids(work.MutableState(), team, level.circle(), work.now(), 0);
      }
    }
    changes.changed.push_back(slug);
    return work.PutTeam(team);
  });
}

absl::Status HubRoster::CountCrowdsNow() {
  return Apply([](RosterWork& work, RosterChange&) -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<v1::Team> teams, work.Teams());
    PutCrowds(work, teams);
    return absl::OkStatus();
  });
}

absl::Status HubRoster::PublishStatistics(const v1::MonthTables& tables) {
  RETURN_IF_ERROR(CheckMonthTables(tables));
  return Apply([&tables](RosterWork& work, RosterChange&) -> absl::Status {
    const auto older = work.state().statistics();
    if (!older.empty() && older.Get(0).month() >= tables.month()) {
      return FailedPrecondition(
          fmt::format("statistics of {} were published already, and {} are not newer",
                      older.Get(0).month(), tables.month()));
    }
    v1::CommunityState& state = work.MutableState();
    state.clear_statistics();
    *state.add_statistics() = tables;
    for (const v1::MonthTables& one : older) {
      if (state.statistics_size() == static_cast<int>(kStatisticsMonthsMax)) break;
      *state.add_statistics() = one;
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<Invited> HubRoster::Invite(const std::string& slug,
                                          const std::map<std::string, std::string>& levels) {
  if (!IsSlug(slug) || slug == kHubSlug) {
    return InvalidArgument(
        fmt::format("`{}` is no slug for a team: a-z, 0-9 and `-`, at most 32, and not `hub`",
                    Printable(slug, 64)));
  }
  if (!IsAddress(options_.enrol_address)) {
    return FailedPrecondition(
        "this hub has no address for enrolment: set `address` and `enrol_listen` in node.toml");
  }
  Token token;
  token.enrol_key_hash = hub_.enrol.spki_sha256();
  token.invite_id = crypto::Random<InviteId>();
  token.secret = crypto::Random<InviteSecret>();
  token.address = options_.enrol_address;
  Timestamp expires{};
  const absl::Status kept = Apply([&](RosterWork& work, RosterChange&) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rungs, ReadLevels(work.state(), levels));
    RETURN_IF_ERROR(MakeRoomForInvitation(work, slug));
    expires = work.now() + kInvitationLifetime;
    v1::Invitation invitation;
    invitation.set_invite_id(token.invite_id.str());
    invitation.set_verifier(MakeInviteVerifier(token.secret, token.invite_id).str());
    invitation.set_slug(slug);
    for (const auto& [circle, rung] : rungs) {
      v1::Level* level = invitation.add_levels();
      level->set_circle(circle);
      level->set_rung(rung);
    }
    invitation.set_expires(UnixSeconds(expires));
    return work.PutInvitation(invitation);
  });
  RETURN_IF_ERROR(kept);
  return Invited{ToString(token), token.invite_id, expires};
}

absl::Status HubRoster::Revoke(const std::string& slug) {
  RETURN_IF_ERROR(RefuseHub(slug, "revoke"));
  return Apply([&slug](RosterWork& work, RosterChange& change) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Team team, work.GetTeam(slug));
    if (team.revoked()) return absl::OkStatus();
    team.set_revoked(true);
    v1::CommunityState& state = work.MutableState();
    Deny(state, crypto::Sha256(team.team_key()).str());
    Deny(state, crypto::Sha256(team.record_key()).str());
    for (const Bytes& spki : team.tls_keys()) Deny(state, spki);
    change.cut_off.push_back(slug);
    return work.PutTeam(team);
  });
}

absl::Status HubRoster::Suspend(const std::string& slug, std::optional<Timestamp> until) {
  RETURN_IF_ERROR(RefuseHub(slug, "suspend"));
  return Apply([&](RosterWork& work, RosterChange& change) -> absl::Status {
    if (until && *until <= work.now()) {
      return InvalidArgument("the suspension would end in the past");
    }
    ASSIGN_OR_RETURN(v1::Team team, work.GetTeam(slug));
    RETURN_IF_ERROR(RefuseRevoked(team));
    v1::CommunityState& state = work.MutableState();
    DropSuspensionVoids(state, team);
    team.set_suspended_until(until ? UnixSeconds(*until) : kUntilLifted);
    for (const v1::Level& level : team.levels()) {
      AddVoids(state, team, level.circle(), work.now(), team.suspended_until());
    }
    change.cut_off.push_back(slug);
    return work.PutTeam(team);
  });
}

absl::Status HubRoster::EndSuspension(const std::string& slug) {
  return Apply([&slug](RosterWork& work, RosterChange& change) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Team team, work.GetTeam(slug));
    if (team.suspended_until() == 0) {
      return FailedPrecondition(fmt::format("team `{}` is not suspended", slug));
    }
    team.set_suspended_until(0);
    DropSuspensionVoids(work.MutableState(), team);
    change.changed.push_back(slug);
    return work.PutTeam(team);
  });
}

std::vector<v1::Team> HubRoster::Teams() const {
  MutexLock lock(mutex_);
  std::vector<v1::Team> teams;
  teams.reserve(teams_.size());
  for (const auto& [slug, entry] : teams_) teams.push_back(entry.team);
  return teams;
}

absl::StatusOr<std::vector<v1::Invitation>> HubRoster::OpenInvitations() const {
  std::vector<v1::Invitation> open;
  RETURN_IF_ERROR(store_.Read([this, &open](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(kInvitationKind));
    for (const auto& [invite_id, row] : rows) {
      v1::Invitation invitation;
      if (!invitation.ParseFromString(row)) return DataLoss("an invitation's row is damaged");
      if (!invitation.used_by().empty() || UnixSeconds(clock_.Now()) >= invitation.expires()) {
        continue;
      }
      invitation.clear_verifier();
      open.push_back(std::move(invitation));
    }
    return absl::OkStatus();
  }));
  return open;
}

}  // namespace renkei::membership
