// Founding, loading, committing and publishing; what operators, members and others ask stands in
// hub_operator.cc, hub_enrolment.cc and hub_questions.cc.
#include "node/membership/hub_roster.h"

#include <algorithm>
#include <functional>

#include "node/membership/card.h"
#include "node/membership/hub_published.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"
#include "node/membership/roster_work.h"

namespace renkei::membership {
namespace {

constexpr std::uint32_t kRecordVersion = record::kRecordVersion;

// An entry that no attestation can meet any more: those it made void have run out.
bool IsPast(const v1::VoidEntry& entry, Timestamp now) {
  if (entry.until() != 0) return UnixSeconds(now) >= entry.until();
  return now >= FromUnixSeconds(entry.before()) + kNamedLifetime;
}

bool SuspensionOver(const v1::Team& team, Timestamp now) {
  return team.suspended_until() != 0 && UnixSeconds(now) >= team.suspended_until();
}

// Months that we no longer know to have published; of one published twice, the later word.
void TakeStatistics(v1::CommunityState& ours, const v1::CommunityState& seen) {
  std::map<std::string, v1::MonthTables, std::greater<>> months;
  for (const v1::MonthTables& tables : ours.statistics()) months[tables.month()] = tables;
  for (const v1::MonthTables& tables : seen.statistics()) months[tables.month()] = tables;
  ours.clear_statistics();
  for (const auto& [month, tables] : months) {
    if (ours.statistics_size() == static_cast<int>(kStatisticsMonthsMax)) break;
    *ours.add_statistics() = tables;
  }
}

}  // namespace

std::string_view ToWord(PeerStanding standing) {
  switch (standing) {
    case PeerStanding::kAllowed:
      return "allowed";
    case PeerStanding::kUnknown:
      return "unknown";
    case PeerStanding::kKeyUnknown:
      return "key-unknown";
    case PeerStanding::kRevoked:
      return "revoked";
    case PeerStanding::kSuspended:
      return "suspended";
  }
  return "unknown";
}

HubRoster::HubRoster(Options options, const NodeKeys& keys, const HubKeys& hub,
                     CertificateAuthority authority, store::Store& store, const Clock& clock)
    : options_(std::move(options)),
      keys_(keys),
      hub_(hub),
      authority_(std::move(authority)),
      store_(store),
      clock_(clock) {}

absl::StatusOr<std::unique_ptr<HubRoster>> HubRoster::Make(Options options, const NodeKeys& keys,
                                                           const HubKeys& hub, store::Store& store,
                                                           const Clock& clock) {
  if (!IsOrg(options.org)) {
    return InvalidArgument("the organization's name is not text of at most 128 bytes");
  }
  ASSIGN_OR_RETURN(CertificateAuthority authority,
                   CertificateAuthority::Open(hub.ca, hub.ca_certificate, options.community));
  return std::unique_ptr<HubRoster>(
      new HubRoster(std::move(options), keys, hub, std::move(authority), store, clock));
}

absl::StatusOr<std::unique_ptr<HubRoster>> HubRoster::Found(Options options, const NodeKeys& keys,
                                                            const HubKeys& hub, store::Store& store,
                                                            const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<HubRoster> roster,
                   Make(std::move(options), keys, hub, store, clock));
  const absl::Status founded = roster->Apply(
      [&roster](RosterWork& work, RosterChange&) -> absl::Status {
        work.MutableState().set_record_version(kRecordVersion);
        work.MutableState().set_crowds_at(UnixSeconds(work.now()));
        *work.MutableState().add_charters() = DefaultCharter(kMembersCircle);
        return work.PutTeam(roster->MakeHubTeam());
      },
      Begin::kFound);
  RETURN_IF_ERROR(Annotate(founded, "found the community"));
  return roster;
}

absl::StatusOr<std::unique_ptr<HubRoster>> HubRoster::Load(Options options, const NodeKeys& keys,
                                                           const HubKeys& hub, store::Store& store,
                                                           const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<HubRoster> roster,
                   Make(std::move(options), keys, hub, store, clock));
  RETURN_IF_ERROR(Annotate(roster->LoadRows(), "load the roster"));
  return roster;
}

v1::Team HubRoster::MakeHubTeam() const {
  v1::Team team;
  team.set_slug(std::string(kHubSlug));
  team.set_org(options_.org);
  team.set_team_key(keys_.team.public_key().str());
  team.set_record_key(keys_.record.public_key().str());
  team.set_joined(UnixSeconds(clock_.Now()));
  v1::Level* level = team.add_levels();
  level->set_circle(std::string(kMembersCircle));
  level->set_rung(policy::kRungMax);
  v1::Card* card = team.mutable_card();
  card->set_team_key(team.team_key());
  card->set_slug(team.slug());
  card->set_kind(static_cast<std::uint32_t>(policy::PeerKind::kHub));
  card->set_org(options_.org);
  return team;
}

absl::Status HubRoster::LoadRows() {
  std::vector<v1::Team> teams;
  v1::SignedState signed_state;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<Bytes> row,
                     reader.FindObject(kHubStateKind, options_.community));
    if (!row)
      return NotFound(fmt::format("this store holds no community `{}`", options_.community));
    if (!signed_state.ParseFromString(*row)) return DataLoss("the community's state is damaged");
    ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(kTeamKind));
    for (const auto& [slug, bytes] : rows) {
      ASSIGN_OR_RETURN(v1::Team team, ParseTeam(bytes));
      teams.push_back(std::move(team));
    }
    return absl::OkStatus();
  }));
  return Publish(teams, signed_state, ++commits_);
}

absl::Status HubRoster::Apply(const Work& work, Begin begin) {
  RosterChange change;
  std::vector<v1::Team> teams;
  v1::SignedState signed_state;
  std::uint64_t commit = 0;
  const absl::Status committed = store_.Commit([&](store::Writer& writer) -> absl::Status {
    const Timestamp now = clock_.Now();
    change = {};
    ASSIGN_OR_RETURN(RosterWork rows,
                     begin == Begin::kFound
                         ? RosterWork::BeginFounding(writer, options_.community, now)
                         : RosterWork::Begin(writer, options_.community, now));
    RETURN_IF_ERROR(work(rows, change));
    RETURN_IF_ERROR(rows.Finish(hub_.attest));
    teams = rows.put_teams();
    signed_state = rows.signed_state();
    commit = ++commits_;  // on the store's thread: in the order of the commits
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(committed);
  RETURN_IF_ERROR(Publish(teams, signed_state, commit));
  if (listener_) listener_(change);
  return absl::OkStatus();
}

absl::Status HubRoster::Publish(const std::vector<v1::Team>& teams,
                                const v1::SignedState& signed_state, std::uint64_t commit) {
  std::shared_ptr<const Published> next;
  const auto held = state();
  if (!held || held->signed_state.state() != signed_state.state()) {
    ASSIGN_OR_RETURN(CommunityState read, CommunityState::Verify(signed_state, options_.community,
                                                                 hub_.attest.public_key()));
    next = std::make_shared<const Published>(Published{signed_state, std::move(read)});
  }
  MutexLock lock(mutex_);
  if (next && (!state_ || state_->state.version() < next->state.version())) {
    state_ = std::move(next);
  }
  for (const v1::Team& team : teams) {
    TeamEntry& entry = teams_[team.slug()];
    if (entry.commit > commit) continue;
    entry = {team, commit, {}, {}};
    slugs_by_record_key_[*crypto::PublicKey::From(team.record_key())] = team.slug();
  }
  return absl::OkStatus();
}

void HubRoster::OnChange(std::function<void(const RosterChange&)> listener) {
  listener_ = std::move(listener);
}

std::shared_ptr<const HubRoster::Published> HubRoster::state() const {
  MutexLock lock(mutex_);
  return state_;
}

v1::SignedState HubRoster::CurrentState() const { return state()->signed_state; }

std::vector<Charter> HubRoster::Charters() const { return state()->state.charters(); }

bool HubRoster::FitsCrowd(std::string_view circle, const TeamProfile& profile) const {
  return state()->state.FitsCrowd(circle, profile);
}

Certificate HubRoster::IssueHubCertificate(const TlsKey& key) const {
  return authority_.IssueHub(key, clock_.Now());
}

absl::Status HubRoster::Tick() {
  const Timestamp now = clock_.Now();
  const std::shared_ptr<const Published> held = state();
  const auto& voids = held->state.message().voids();
  bool due = now >= held->state.signed_at() + kStateSigningInterval ||
             CrowdsDue(held->state.message().crowds_at(), now) ||
             std::any_of(voids.begin(), voids.end(),
                         [now](const v1::VoidEntry& entry) { return IsPast(entry, now); });
  {
    MutexLock lock(mutex_);
    due = due || std::any_of(teams_.begin(), teams_.end(), [now](const auto& slug_and_entry) {
            return SuspensionOver(slug_and_entry.second.team, now);
          });
  }
  if (!due) return absl::OkStatus();
  return Apply([](RosterWork& work, RosterChange& change) -> absl::Status {
    auto* entries = work.MutableState().mutable_voids();
    entries->erase(std::remove_if(entries->begin(), entries->end(),
                                  [&](const auto& entry) { return IsPast(entry, work.now()); }),
                   entries->end());
    ASSIGN_OR_RETURN(const std::vector<v1::Team> teams, work.Teams());
    if (CrowdsDue(work.state().crowds_at(), work.now())) PutCrowds(work, teams);
    for (v1::Team team : teams) {
      if (!SuspensionOver(team, work.now())) continue;
      team.set_suspended_until(0);
      change.changed.push_back(team.slug());
      RETURN_IF_ERROR(work.PutTeam(team));
    }
    ASSIGN_OR_RETURN(const std::vector<v1::Invitation> invitations, work.Invitations());
    for (const v1::Invitation& invitation : invitations) {
      if (UnixSeconds(work.now()) < invitation.expires()) continue;
      RETURN_IF_ERROR(work.DropInvitation(invitation.invite_id()));
    }
    return absl::OkStatus();
  });
}

absl::Status HubRoster::Recall(const v1::SignedState& seen) {
  ASSIGN_OR_RETURN(const CommunityState state,
                   CommunityState::Verify(seen, options_.community, hub_.attest.public_key()));
  if (state.version() <= this->state()->state.version()) return absl::OkStatus();
  RETURN_IF_ERROR(Apply([&state](RosterWork& work, RosterChange&) -> absl::Status {
    if (state.version() <= work.state().version()) return absl::OkStatus();
    v1::CommunityState& ours = work.MutableState();
    ours.set_version(state.version());
    for (const Bytes& key_hash : state.message().denied()) {
      const auto& denied = ours.denied();
      if (std::find(denied.begin(), denied.end(), key_hash) == denied.end()) {
        ours.add_denied(key_hash);
      }
    }
    ours.mutable_voids()->MergeFrom(state.message().voids());
    TakeStatistics(ours, state.message());
    return absl::OkStatus();
  }));
  // What was attested before may be void by the entries taken over.
  MutexLock lock(mutex_);
  for (auto& [slug, entry] : teams_) entry.named.clear();
  return absl::OkStatus();
}

}  // namespace renkei::membership
