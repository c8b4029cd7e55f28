#include "node/app/member_node.h"

#include "node/base/log.h"
#include "node/exchange/enrolment.h"
#include "node/feed/outbox.h"

namespace renkei::app {
namespace {

constexpr std::chrono::hours kMemberRenewsBefore{24 * 4 + 12};  // of 7 days: after 2.5
constexpr std::chrono::hours kRefreshBefore{20};  // of 24: the hub may then be away for that long
constexpr std::size_t kSessionsMax = 4096;

}  // namespace

MemberNode::~MemberNode() {
  StopTending();
  StopLinks();
  StopIntake();
  if (server_ != nullptr) server_->Shutdown();
  CloseStore();
}

absl::Status MemberNode::BeginPlanes() {
  const auto attest_key = crypto::PublicKey::From(joined_.attest_key());
  if (!attest_key) return DataLoss("the stored membership is damaged: join again");
  ASSIGN_OR_RETURN(verifier_,
                   membership::Verifier::Open(joined_.community(), *attest_key, *store_, clock_));
  community_ =
      std::make_unique<MemberCommunity>(*verifier_, keys_.record.public_key(), clock_, joined_);
  RETURN_IF_ERROR(BuildFeed(*community_));
  publisher_->OnQueued([this] {
    MutexLock lock(mutex_);
    if (wake_ != nullptr) wake_->Wake();
  });
  direct_ = std::make_unique<DirectLinks>(DirectLinks::Needs{
      .store = *store_,
      .intake = *intake_,
      .verifier = *verifier_,
      .clock = clock_,
      .community = joined_.community(),
      .dial = [this](const config::LinkConfig& link) { return DialTo(link.address, link.team); },
      .session =
          [this] { return community_->OwnAttestations(membership::AttestationMode::kSession); },
      .listener = {.on_state = [this](const renkei::v1::SignedState& state) { Hear(state); }}});
  // From here on peers may call, and a newer state may come.
  verifier_->OnUpdate([this] { OnNewState(); });
  if (CertificateExpired()) {
    // The hub may be away for a while; without a certificate the node still serves its own team.
    if (absl::Status renewed = RenewByTeamKey(); !renewed.ok()) {
      LogEvent(LogLevel::kError, "certificate.expired", {{"why", LogSafe(Message(renewed))}});
    }
  }
  if (server_ != nullptr) RETURN_IF_ERROR(StartExchange());
  StartLinks();
  return absl::OkStatus();
}

absl::Status MemberNode::JudgeDialled(BytesView pem, const std::string& expected) const {
  ASSIGN_OR_RETURN(const membership::PeerIdentity peer,
                   membership::ParsePeerIdentity(pem, joined_.community(), clock_.Now()));
  if (peer.name() != expected) {
    return PermissionDenied(fmt::format("the node there is `{}`, not `{}`", peer.name(), expected));
  }
  if (verifier_->IsDenied(peer.spki_sha256)) return PermissionDenied("that node's key is revoked");
  return absl::OkStatus();
}

exchange::DialOptions MemberNode::DialTo(const std::string& address,
                                         const std::string& expected) const {
  const auto shown = tls();
  return {
      .address = address,
      .key_pem = shown->key.ToPem(),
      .certificate_pem = shown->certificate ? shown->certificate->ToPem() : "",
      .ca_pem = shown->ca_certificate ? shown->ca_certificate->ToPem() : "",
      .judge = [this, expected](const std::string& pem) { return JudgeDialled(pem, expected); }};
}

void MemberNode::Hear(const renkei::v1::SignedState& state) {
  const auto updated = verifier_->Update(state);
  if (updated.ok()) return;
  LogEvent(LogLevel::kWarn, "state.refused", {{"why", LogSafe(Message(updated.status()))}});
}

feed::Downlink::Listener MemberNode::HubListener() {
  return {.on_state =
              [this](const renkei::v1::SignedState& state) {
                {
                  // A state comes with every new stream: the hub is back.
                  MutexLock lock(mutex_);
                  if (wake_ != nullptr) wake_->RetryNow();
                }
                Hear(state);
              },
          .on_refresh =
              [this] {
                {
                  MutexLock lock(mutex_);
                  refresh_wanted_ = true;
                }
                WakeUpkeep();
              },
          .on_batch =
              [this](const feed::IntakeReport&) {
                // A batch may have left receipts in the outbox.
                MutexLock lock(mutex_);
                if (wake_ != nullptr) wake_->Wake();
              }};
}

void MemberNode::StartLinks() {
  MutexLock lock(links_mutex_);
  hub_ = exchange::PeerConnection::Dial(DialTo(joined_.hub_address(), "hub"));
  const std::string hub_link(feed::kHubLink);
  up_ = std::make_unique<feed::Uplink>(hub_link, *hub_, *store_, policies_, *community_, clock_);
  down_ = std::make_unique<feed::Downlink>(feed::Sender{.link = hub_link, .team = "hub"}, *hub_,
                                           *store_, *intake_, clock_, feed::FeedRequest{},
                                           HubListener());
  up_->Start();
  {
    MutexLock wake_lock(mutex_);
    wake_ = up_.get();
  }
  down_->Start();
  direct_->Set(config()->links);
}

void MemberNode::StopLinks() {
  {
    MutexLock lock(mutex_);
    wake_ = nullptr;
  }
  if (direct_ != nullptr) direct_->Stop();
  // Neither the threads of links nor the store's take links_mutex_, so holding it while they end is
  // safe.
  MutexLock lock(links_mutex_);
  if (up_ != nullptr) up_->Stop();
  if (down_ != nullptr) down_->Stop();
  up_.reset();
  down_.reset();
  hub_.reset();
}

void MemberNode::OnEntries() {
  // On the store thread, for which a stopping link may wait: never under links_mutex_.
  if (server_ != nullptr) server_->WakeAll();
  MutexLock lock(mutex_);
  if (wake_ != nullptr) wake_->Wake();
}

void MemberNode::OnNewState() {
  {
    // Who was suspended or lowered must not go on by what it showed before.
    MutexLock lock(mutex_);
    for (auto it = sessions_.begin(); it != sessions_.end();) {
      auto standing = verifier_->CheckSession(it->second.peer, it->second.shown, clock_.Now());
      if (!standing.ok()) {
        it = sessions_.erase(it);
        continue;
      }
      it->second.standing = *std::move(standing);
      ++it;
    }
  }
  direct_->Reconsider();
  if (server_ == nullptr) return;
  server_->CutOffDenied();
  server_->WakeAll();
}

absl::StatusOr<membership::PeerIdentity> MemberNode::Identify(BytesView pem) const {
  ASSIGN_OR_RETURN(membership::PeerIdentity peer,
                   membership::ParsePeerIdentity(pem, joined_.community(), clock_.Now()));
  if (verifier_->IsDenied(peer.spki_sha256)) return PermissionDenied("revoked");
  MutexLock lock(mutex_);
  const auto it = sessions_.find(peer.spki_sha256);
  if (it != sessions_.end() && (verifier_->IsDenied(it->second.standing.team_key) ||
                                verifier_->IsDenied(it->second.standing.record_key))) {
    return PermissionDenied("revoked");
  }
  return peer;
}

absl::StatusOr<feed::PeerContext> MemberNode::Admit(const membership::PeerIdentity& peer) const {
  // What the hub says may be out of date: better to wait for it than to serve who was removed.
  if (verifier_->freshness() != membership::Freshness::kFresh) {
    return Unavailable("the community state is too old");
  }
  MutexLock lock(mutex_);
  const auto it = sessions_.find(peer.spki_sha256);
  if (it == sessions_.end() || it->second.standing.valid_until <= clock_.Now()) {
    return Unauthenticated("no session attestations were presented");
  }
  return feed::PeerContext{.team = peer.slug,
                           .facts = it->second.standing.facts,
                           .team_key = it->second.standing.team_key};
}

absl::Status MemberNode::TakeSession(const membership::PeerIdentity& peer,
                                     const feed::Attestations& session,
                                     const std::optional<renkei::v1::SignedState>& state) {
  if (state) {
    // Only the hub's signature makes it count, whoever brings it.
    const auto updated = verifier_->Update(*state);
    if (!updated.ok()) LogEvent(LogLevel::kWarn, "state.refused", {{"peer", LogSafe(peer.name())}});
  }
  ASSIGN_OR_RETURN(const membership::SessionStanding standing,
                   verifier_->CheckSession(peer, session, clock_.Now()));
  community_->NoteTeam(peer.slug, standing.team_key);
  MutexLock lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) {
    // One a team: two keys that show different papers would change its access at every read.
    return entry.second.standing.valid_until <= clock_.Now() || entry.second.peer.slug == peer.slug;
  });
  if (sessions_.size() >= kSessionsMax) return ResourceExhausted("too many sessions");
  sessions_.insert_or_assign(peer.spki_sha256, Session{standing, peer, session});
  return absl::OkStatus();
}

absl::StatusOr<feed::Attestations> MemberNode::Present(
    const membership::PeerIdentity& peer, const feed::Attestations& session,
    const std::optional<renkei::v1::SignedState>& state) {
  RETURN_IF_ERROR(TakeSession(peer, session, state));
  return community_->OwnAttestations(membership::AttestationMode::kSession);
}

absl::StatusOr<membership::Refreshed> MemberNode::Refresh(const membership::PeerIdentity& /*peer*/,
                                                          BytesView /*csr*/) {
  return PermissionDenied("only a hub attests");
}

std::optional<renkei::v1::SignedState> MemberNode::State() const {
  return verifier_->signed_state();
}

std::uint64_t MemberNode::StateVersion() const { return verifier_->version().value_or(0); }

std::optional<feed::PeerContext> MemberNode::FindPeer(const std::string& slug) const {
  if (slug == "hub") {
    feed::PeerContext hub = community_->Hub();
    hub.facts.author_hub = true;
    return hub;
  }
  MutexLock lock(mutex_);
  for (const auto& [spki, session] : sessions_) {
    if (session.peer.slug != slug) continue;
    return feed::PeerContext{
        .team = slug, .facts = session.standing.facts, .team_key = session.standing.team_key};
  }
  return std::nullopt;
}

std::vector<PeerState> MemberNode::peers() const {
  std::vector<PeerState> all = RunningNode::peers();
  const auto add = [&](const std::string& team, const feed::LinkStatus& status) {
    all.push_back({.team = team,
                   .direction = "out",
                   .connected = status.connected,
                   .caught_up = status.caught_up,
                   .last_seen = status.last_event,
                   .last_error = status.connected ? "" : status.last_error});
  };
  MutexLock lock(links_mutex_);
  if (down_ != nullptr) add("hub", down_->status());
  for (const auto& [team, status] : direct_->All()) add(team, status);
  return all;
}

bool MemberNode::CertificateDue() const {
  const auto shown = tls();
  return !shown->certificate ||
         shown->certificate->not_after() - kMemberRenewsBefore <= clock_.Now();
}

bool MemberNode::CertificateExpired() const {
  const auto shown = tls();
  return shown->certificate && shown->certificate->not_after() <= clock_.Now();
}

bool MemberNode::RefreshDue() const {
  const auto until = community_->OwnAttestationsUntil();
  return !until || *until - kRefreshBefore <= clock_.Now();
}

void MemberNode::Tend() {
  bool wanted = false;
  {
    MutexLock lock(mutex_);
    wanted = refresh_wanted_;
  }
  if (CertificateExpired()) {
    if (absl::Status renewed = RenewByTeamKey(); !renewed.ok()) {
      LogEvent(LogLevel::kError, "certificate.expired", {{"why", LogSafe(Message(renewed))}});
      return;
    }
    StopLinks();
    StartLinks();
  }
  if (!wanted && !RefreshDue() && !CertificateDue()) return;
  if (absl::Status refreshed = RefreshFromHub(); !refreshed.ok()) {
    LogEvent(LogLevel::kWarn, "refresh.failed", {{"why", LogSafe(Message(refreshed))}});
    return;
  }
  MutexLock lock(mutex_);
  refresh_wanted_ = false;
}

absl::Status MemberNode::TakeRefreshed(const membership::Refreshed& fresh,
                                       const crypto::Digest& spki) {
  renkei::v1::StoredMembership membership = community_->membership();
  RETURN_IF_ERROR(membership::CheckOwnAttestations(membership, keys_, spki, fresh.attestations));
  RETURN_IF_ERROR(verifier_->Update(fresh.state).status());
  membership.clear_attestations();
  for (const auto& attestation : fresh.attestations) *membership.add_attestations() = attestation;
  RETURN_IF_ERROR(membership::StoreMembership(*store_, membership));
  community_->SetMembership(std::move(membership));
  return absl::OkStatus();
}

// On the upkeep thread, which alone changes certificate and links.
absl::Status MemberNode::RefreshFromHub() {
  if (CertificateDue()) {
    const membership::TlsKey fresh_key = membership::TlsKey::Generate();
    ASSIGN_OR_RETURN(const membership::Refreshed fresh, hub_->Refresh(fresh_key.MakeCsr()));
    const auto shown = tls();
    if (!shown->ca_certificate) return DataLoss("the community's certificate is missing");
    ASSIGN_OR_RETURN(const membership::Certificate certificate,
                     membership::AcceptCertificate(joined_, *shown->ca_certificate, fresh_key,
                                                   fresh.certificate, clock_.Now()));
    RETURN_IF_ERROR(
        membership::SaveCertificate(KeysFolder(), fresh_key, certificate, std::nullopt));
    // Before the links: whoever begins one meanwhile shows the new one.
    tls_.Set({fresh_key, certificate, shown->ca_certificate});
    StopLinks();
    StartLinks();
    LogEvent(LogLevel::kInfo, "certificate.renewed", {});
  }
  ASSIGN_OR_RETURN(const membership::Refreshed fresh, hub_->Refresh(""));
  return TakeRefreshed(fresh, tls()->key.spki_sha256());
}

absl::Status MemberNode::RenewByTeamKey() {
  const auto pin = crypto::Digest::From(joined_.enrol_key_hash());
  if (!pin || joined_.enrol_address().empty()) {
    return FailedPrecondition("no enrolment address is known: join again");
  }
  const auto client = exchange::EnrolmentClient::Dial(joined_.enrol_address(), *pin);
  ASSIGN_OR_RETURN(const Bytes nonce, client->Challenge());
  const membership::TlsKey fresh = membership::TlsKey::Generate();
  ASSIGN_OR_RETURN(
      const renkei::v1::EnrolReply reply,
      client->Renew(membership::MakeRenewRequest(keys_, *tls()->certificate, fresh, nonce)));
  ASSIGN_OR_RETURN(const membership::Joined renewed,
                   membership::AcceptRenewReply(joined_, keys_, fresh, reply, clock_.Now()));
  RETURN_IF_ERROR(membership::SaveCertificate(KeysFolder(), fresh, renewed.certificate,
                                              renewed.ca_certificate));
  tls_.Set({fresh, renewed.certificate, renewed.ca_certificate});
  renkei::v1::StoredMembership membership = renewed.membership;
  membership.set_enrol_address(joined_.enrol_address());
  membership.set_enrol_key_hash(joined_.enrol_key_hash());
  RETURN_IF_ERROR(membership::StoreMembership(*store_, membership));
  community_->SetMembership(std::move(membership));
  LogEvent(LogLevel::kInfo, "certificate.renewed", {});
  return absl::OkStatus();
}

absl::StatusOr<RunningNode::Dialled> MemberNode::FindDialled(const std::string& peer) {
  MutexLock lock(links_mutex_);
  if (peer == "hub") {
    return Dialled{.address = joined_.hub_address(),
                   .connect = [hub = hub_] { return hub->Connect(); },
                   .talk = [hub = hub_] { return hub->Refresh("").status(); }};
  }
  auto direct = direct_->Find(peer);
  if (!direct) {
    return NotFound(fmt::format(
        "`{}` is not a peer that this node dials: there is `hub`, and each [[link]] of node.toml",
        peer));
  }
  return Dialled{.address = std::move(direct->address),
                 .connect = std::move(direct->connect),
                 .talk = std::move(direct->talk)};
}

}  // namespace renkei::app
