#include "node/app/hub_node.h"

#include <algorithm>

#include "node/base/fault.h"
#include "node/base/log.h"
#include "node/feed/month_statistics.h"
#include "node/feed/submissions.h"
#include "node/membership/limits.h"

namespace renkei::app {
namespace {

// A hub's certificate is made anew while it still has this long to go.
constexpr std::chrono::hours kHubRenewsBefore{24 * 4};

bool IsWildcard(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

// `host` of the address by which others reach us, with the port that is really bound.
std::string Reachable(const config::NodeConfig& config, const std::string& bound) {
  const auto said = config::ParseHostPort(config.address);
  const auto at = config::ParseHostPort(bound);
  if (!said || !at) return bound;
  const bool v6 = said->host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", said->host, v6 ? "]" : "", at->port);
}

void FillCells(const std::vector<anonymize::StatisticsCell>& cells,
               google::protobuf::RepeatedPtrField<renkei::v1::StatisticsCell>& out) {
  for (const anonymize::StatisticsCell& cell : cells) {
    renkei::v1::StatisticsCell* one = out.Add();
    one->set_key(cell.key);
    one->set_count(static_cast<std::uint32_t>(cell.count));
  }
}

}  // namespace

HubNode::~HubNode() {
  StopTending();
  enrolment_.reset();
  StopIntake();
  if (server_ != nullptr) server_->Shutdown();
  CloseStore();
}

absl::Status HubNode::BeginPlanes() {
  ASSIGN_OR_RETURN(hub_keys_, membership::LoadHubKeys(KeysFolder()));
  const auto listen = config::ParseHostPort(config_.listen);
  if (listen && IsWildcard(listen->host) && config_.address.empty()) {
    return FailedPrecondition(
        "node.toml listens on all addresses: say in `address` by which one members reach this hub");
  }
  ASSIGN_OR_RETURN(roster_, LoadRoster());
  RETURN_IF_ERROR(EnsureCertificate());
  RETURN_IF_ERROR(StartExchange());
  RETURN_IF_ERROR(StartEnrolment());
  // Once more, now that the addresses are known that go into tokens and replies.
  roster_.reset();
  ASSIGN_OR_RETURN(roster_, LoadRoster());
  ASSIGN_OR_RETURN(verifier_,
                   membership::Verifier::Open(config_.community, hub_keys_->attest.public_key(),
                                              *store_, clock_));
  RETURN_IF_ERROR(verifier_->Update(roster_->CurrentState()).status());
  roster_->OnChange([this](const membership::RosterChange& change) { OnRosterChange(change); });
  community_ = std::make_unique<HubCommunity>(*roster_);
  OnConfig();
  RETURN_IF_ERROR(BuildFeed(*community_));
  ready_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<membership::HubRoster>> HubNode::LoadRoster() const {
  return membership::HubRoster::Load(
      {.community = config_.community,
       .org = config_.org,
       .hub_address = config_.address.empty() || addresses_.exchange.empty()
                          ? addresses_.exchange
                          : Reachable(config_, addresses_.exchange),
       .enrol_address = Reachable(config_, addresses_.enrolment)},
      keys_, *hub_keys_, *store_, clock_);
}

absl::Status HubNode::EnsureCertificate() {
  const auto shown = tls();
  if (shown->certificate && shown->certificate->not_after() - kHubRenewsBefore > clock_.Now()) {
    return absl::OkStatus();
  }
  const membership::TlsKey key = membership::TlsKey::Generate();
  const membership::Certificate certificate = roster_->IssueHubCertificate(key);
  RETURN_IF_ERROR(
      membership::SaveCertificate(KeysFolder(), key, certificate, roster_->ca_certificate()));
  tls_.Set({key, certificate, roster_->ca_certificate()});
  LogEvent(LogLevel::kInfo, "certificate.renewed", {});
  return absl::OkStatus();
}

absl::Status HubNode::StartEnrolment() {
  if (config_.enrol_listen.empty()) return absl::OkStatus();
  const auto ready = [this] {
    return ready_ ? absl::OkStatus() : Unavailable("this hub is starting");
  };
  exchange::EnrolmentDesk desk;
  desk.enrol =
      [this,
       ready](const renkei::v1::EnrolRequest& request) -> absl::StatusOr<renkei::v1::EnrolReply> {
    RETURN_IF_ERROR(ready());
    return roster_->Enrol(request);
  };
  desk.challenge = [this, ready]() -> absl::StatusOr<membership::EnrolNonce> {
    RETURN_IF_ERROR(ready());
    return roster_->Challenge();
  };
  desk.renew =
      [this,
       ready](const renkei::v1::RenewRequest& request) -> absl::StatusOr<renkei::v1::EnrolReply> {
    RETURN_IF_ERROR(ready());
    return roster_->Renew(request);
  };
  ASSIGN_OR_RETURN(enrolment_, exchange::EnrolmentServer::Start(
                                   config_.enrol_listen, hub_keys_->enrol.ToPem(),
                                   hub_keys_->enrol_certificate.ToPem(), std::move(desk)));
  addresses_.enrolment = enrolment_->address();
  return absl::OkStatus();
}

void HubNode::OnRosterChange(const membership::RosterChange& change) {
  if (absl::Status updated = verifier_->Update(roster_->CurrentState()).status(); !updated.ok()) {
    LogEvent(LogLevel::kError, "state.failed", {{"why", LogSafe(Message(updated))}});
  }
  // First who must go, then the news to those who stay.
  if (!change.cut_off.empty()) {
    const int cut = server_->CutOffDenied();
    LogEvent(LogLevel::kWarn, "team.cut",
             {{"teams", static_cast<int>(change.cut_off.size())}, {"calls", cut}});
  }
  // A period of access ends when it changes, not when the team next looks.
  for (const std::string& slug : change.changed) {
    if (auto peer = FindPeer(slug)) {
      const auto begun = feed::CurrentGeneration(*store_, policies_, *peer, clock_.Now());
      if (!begun.ok()) {
        LogEvent(LogLevel::kError, "access.failed", {{"why", LogSafe(Message(begun.status()))}});
      }
    }
    server_->TellToRefresh(slug);
  }
  server_->WakeAll();
}

void HubNode::Tend() {
  Release();
  if (absl::Status ticked = roster_->Tick(); !ticked.ok()) {
    LogEvent(LogLevel::kError, "roster.failed", {{"why", LogSafe(Message(ticked))}});
  }
  if (absl::Status renewed = EnsureCertificate(); !renewed.ok()) {
    LogEvent(LogLevel::kError, "certificate.failed", {{"why", LogSafe(Message(renewed))}});
  }
  PublishStatistics();
  const auto before = verifier_->version();
  const auto updated = verifier_->Update(roster_->CurrentState());
  if (updated.ok() && verifier_->version() != before) server_->WakeAll();
}

// One month at a time; those that are waiting too follow with the next ticks.
void HubNode::PublishStatistics() {
  const auto state = verifier_->state();
  const auto hub = roster_->FindTeamBySlug(membership::kHubSlug);
  if (state == nullptr || !hub) return;
  const auto& published = state->message().statistics();
  const Timestamp now = clock_.Now();
  const auto month = feed::DueMonth(published.empty() ? "" : published.Get(0).month(),
                                    FromUnixSeconds(hub->joined()), now);
  if (!month) return;
  const auto counted = feed::CountStatistics(*store_, *community_, *month, now);
  absl::Status done = counted.status();
  if (done.ok()) {
    renkei::v1::MonthTables tables;
    tables.set_month(*month);
    FillCells(counted->types, *tables.mutable_types());
    FillCells(counted->sectors, *tables.mutable_sectors());
    done = roster_->PublishStatistics(tables);
  }
  if (done.ok()) {
    LogEvent(LogLevel::kInfo, "statistics.published", {{"month", LogSafe(*month)}});
  } else {
    LogEvent(LogLevel::kError, "statistics.failed", {{"why", LogSafe(Message(done))}});
  }
}

void HubNode::OnConfig() {
  // The loader has checked their form; a key that seals nothing is none.
  const auto officers = membership::ParseOfficers(config()->escrow.officers);
  if (officers.ok()) return community_->SetOfficers(*officers);
  community_->SetOfficers(std::nullopt);
  if (config()->escrow.officers.empty()) return;
  LogEvent(LogLevel::kError, "escrow.refused", {{"why", LogSafe(Message(officers.status()))}});
}

std::chrono::seconds HubNode::UntilTend() const {
  const std::chrono::seconds period = ReleasePeriod();
  return std::min(RunningNode::UntilTend(), period - clock_.Now().time_since_epoch() % period);
}

void HubNode::Release() {
  const Timestamp now = clock_.Now();
  const auto released = feed::ReleaseUnnamed(*store_, now, ReleasePeriod());
  if (!released.ok()) {
    LogEvent(LogLevel::kError, "release.failed", {{"why", LogSafe(Message(released.status()))}});
  }
  if (const absl::Status forgotten = feed::ForgetUnnamed(*store_, now); !forgotten.ok()) {
    LogEvent(LogLevel::kError, "upkeep.failed", {{"why", LogSafe(Message(forgotten))}});
  }
}

void HubNode::OnEntries() {
  if (server_ != nullptr) server_->WakeAll();
}

absl::StatusOr<membership::PeerIdentity> HubNode::Identify(BytesView pem) const {
  if (!ready_) return Unavailable("this hub is starting");
  ASSIGN_OR_RETURN(membership::PeerIdentity peer,
                   membership::ParsePeerIdentity(pem, config_.community, clock_.Now()));
  const membership::PeerStanding standing = roster_->StandingOf(peer);
  if (standing == membership::PeerStanding::kAllowed) return peer;
  LogEvent(LogLevel::kWarn, "peer.refused",
           {{"peer", LogSafe(peer.name())}, {"why", LogSafe(membership::ToWord(standing))}});
  return PermissionDenied(membership::ToWord(standing));
}

std::optional<feed::PeerContext> HubNode::FindPeer(const std::string& slug) const {
  if (slug == "hub") return community_->Hub();
  auto facts = roster_->PeerFacts(slug);
  const auto key = roster_->TeamKey(slug);
  if (!facts || !key) return std::nullopt;
  return feed::PeerContext{.team = slug, .facts = *std::move(facts), .team_key = *key};
}

absl::StatusOr<feed::PeerContext> HubNode::Admit(const membership::PeerIdentity& peer) const {
  auto found = FindPeer(peer.slug);
  if (!found) return PermissionDenied("not a team in good standing");
  return *std::move(found);
}

absl::StatusOr<feed::Attestations> HubNode::Present(
    const membership::PeerIdentity& /*peer*/, const feed::Attestations& /*session*/,
    const std::optional<renkei::v1::SignedState>& state) {
  // After a restore from a backup a member may have seen more than we remember.
  if (state) RETURN_IF_ERROR(roster_->Recall(*state));
  return feed::Attestations{};
}

absl::StatusOr<membership::Refreshed> HubNode::Refresh(const membership::PeerIdentity& peer,
                                                       BytesView csr) {
  return roster_->Refresh(peer, csr);
}

std::optional<renkei::v1::SignedState> HubNode::State() const { return roster_->CurrentState(); }

std::uint64_t HubNode::StateVersion() const { return verifier_->version().value_or(0); }

absl::StatusOr<RunningNode::Dialled> HubNode::FindDialled(const std::string& peer) {
  if (!roster_->FindTeamBySlug(peer)) return NotFound(fmt::format("no team `{}` here", peer));
  return Dialled{};
}

}  // namespace renkei::app
