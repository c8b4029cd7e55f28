#include "node/app/node.h"

#include <algorithm>
#include <optional>

#include <pthread.h>

#include "node/app/hub_node.h"
#include "node/app/member_node.h"
#include "node/app/running_node.h"
#include "node/base/log.h"
#include "node/feed/upkeep.h"
#include "node/push/make_channel.h"
#include "node/store/sqlite/open.h"

namespace renkei::app {
namespace {

// Of a member: what its store says it joined.
absl::StatusOr<std::optional<renkei::v1::StoredMembership>> FindMembership(
    const std::string& folder, const config::NodeConfig& config, const Clock& clock) {
  ASSIGN_OR_RETURN(const auto store, OpenNodeStore(folder, config, "", clock));
  return membership::LoadMembership(*store);
}

exchange::ExchangeSettings SettingsOf(const config::NodeConfig& config) {
  return {.heartbeat = std::chrono::seconds(config.heartbeat_seconds),
          .streams_per_peer = config.limits.streams_per_peer,
          .bytes_in_flight_per_stream = config.limits.bytes_in_flight_per_stream};
}

GateInForce GateOf(const OwnFiles& files) {
  for (const std::string& note : files.warning_lists->notes()) {
    LogEvent(LogLevel::kWarn, "warning-list.unread", {{"what", LogSafe(note)}});
  }
  return {.gate = std::make_shared<const anonymize::Gate>(files.assets,
                                                          KnownGoodOf(files.warning_lists)),
          .assets = crypto::Sha256(
              {DigestOf(files.assets).view(), files.warning_lists->digest().view()})};
}

absl::StatusOr<crypto::AeadKey> CursorKey(store::Store& store) {
  std::optional<Bytes> kept;
  const absl::Status read = store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(kept, reader.FindObject("cursor-key", ""));
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read);
  if (!kept) {
    const auto fresh = crypto::Random<crypto::AeadKey>();
    const absl::Status made = store.Commit(
        [&](store::Writer& writer) { return writer.PutObject("cursor-key", "", fresh.view()); });
    RETURN_IF_ERROR(made);
    return fresh;
  }
  const auto key = crypto::AeadKey::From(*kept);
  if (!key) return DataLoss("the key of cursors is damaged");
  return *key;
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::Store>> OpenNodeStore(const std::string& folder,
                                                            const config::NodeConfig& config,
                                                            const std::string& community,
                                                            const Clock& clock) {
  return store::OpenSqlite({.path = InFolder(folder, kStoreFile),
                            .community = community,
                            .free_bytes_min = config.limits.store_free_bytes_min,
                            .clock = &clock});
}

Node::StartResult Node::Start(const std::string& folder, const Clock& clock) {
  OwnFilesResult own = ReadOwnFiles(folder);
  if (!own.files) return {.status = own.status, .problems = std::move(own.problems)};
  const config::NodeConfig& config = own.files->config;
  auto keys = membership::LoadNodeKeys(InFolder(folder, kKeysFolder));
  if (!keys.ok()) return {.status = keys.status()};
  std::string community = config.community;
  std::optional<renkei::v1::StoredMembership> membership;
  if (!config.hub) {
    auto found = FindMembership(folder, config, clock);
    if (!found.ok()) return {.status = found.status()};
    membership = *std::move(found);
    if (!membership) {
      return {.status = FailedPrecondition(
                  "this node has not joined a community: run `renkei join` with the token that "
                  "your hub gave you")};
    }
    community = membership->community();
  }
  auto store = OpenNodeStore(folder, config, community, clock);
  if (!store.ok()) return {.status = store.status()};
  const bool hub = config.hub;
  const std::string policy_text = own.files->policy_text;
  Foundation foundation{.folder = folder,
                        .files = *std::move(own.files),
                        .keys = *std::move(keys),
                        .store = *std::move(store),
                        .community = std::move(community)};
  std::unique_ptr<RunningNode> node;
  if (hub) {
    node = std::make_unique<HubNode>(std::move(foundation), clock);
  } else {
    node = std::make_unique<MemberNode>(std::move(foundation), clock, *std::move(membership));
  }
  if (Problems problems = node->ApplyPolicy(policy_text, feed::PolicyHow::kStart, "");
      !problems.empty()) {
    return {.problems = std::move(problems)};
  }
  if (absl::Status begun = node->Begin(); !begun.ok()) return {.status = std::move(begun)};
  return {.node = std::move(node)};
}

RunningNode::RunningNode(Foundation foundation, const Clock& clock)
    : folder_(std::move(foundation.folder)),
      config_(std::move(foundation.files.config)),
      gateway_config_(std::move(foundation.files.gateway)),
      source_configs_(std::move(foundation.files.sources)),
      clock_(clock),
      community_name_(std::move(foundation.community)),
      keys_(std::move(foundation.keys)),
      tls_(keys_),
      store_(std::move(foundation.store)),
      policies_(*store_),
      book_(clock),
      gate_(GateOf(foundation.files)),
      settings_(std::make_shared<const config::NodeConfig>(config_)),
      push_targets_(std::move(foundation.files.push)) {}

RunningNode::~RunningNode() { StopTending(); }

void RunningNode::StopTending() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  // Followers of the local plane wait inside the commands: those are told first.
  if (commands_ != nullptr) commands_->Stop();
  if (sources_ != nullptr) sources_->Stop();
  if (gateway_ != nullptr) gateway_->Stop();
  if (pusher_ != nullptr) pusher_->Stop();
  local_.reset();
  if (upkeep_.joinable()) upkeep_.join();
}

absl::Status RunningNode::BuildFeed(const feed::Community& community) {
  ASSIGN_OR_RETURN(const crypto::AeadKey key, CursorKey(*store_));
  egress_ = std::make_unique<feed::Egress>(*store_, policies_, community, clock_,
                                           feed::CursorCodec(key, store_->epoch()));
  intake_ = std::make_unique<feed::Intake>(*store_, policies_, community, clock_, config_.limits);
  const auto gate = [this] {
    MutexLock lock(files_mutex_);
    return gate_.gate;
  };
  publisher_ = std::make_unique<feed::Publisher>(*store_, policies_, community, clock_, gate,
                                                 keys_.record, keys_.anon, config_);
  return absl::OkStatus();
}

absl::Status RunningNode::StartExchange() {
  RETURN_IF_ERROR(server_->Listen());
  addresses_.exchange = server_->address();
  return absl::OkStatus();
}

absl::Status RunningNode::BeginGateway() {
  store::ShownStore* shown = store::FindShownStore(*store_);
  if (shown == nullptr) return FailedPrecondition("this store has no room for the gateway");
  gateway_ = std::make_unique<gateway::Gateway>(gateway::Parts{
      .store = *store_,
      .shown = *shown,
      .policies = policies_,
      .community = community(),
      .clock = clock_,
      .assets =
          [this] {
            const GateInForce in_force = gate();
            return gateway::OwnAssets{.gate = in_force.gate, .digest = in_force.assets};
          },
      .indicators = [this] { return config()->indicators; }});
  RETURN_IF_ERROR(gateway_->Start(gateway_config_, folder_));
  addresses_.gateway = gateway_->address();
  if (addresses_.gateway.empty()) return absl::OkStatus();
  LogEvent(LogLevel::kInfo, "gateway.opened", {{"address", LogSafe(addresses_.gateway)}});
  return absl::OkStatus();
}

void RunningNode::BeginPush() {
  const push::Parts parts{
      .store = *store_, .policies = policies_, .community = community(), .clock = clock_};
  const auto make = [this, parts](const config::PushTarget& target, const push::StopSignal& stop) {
    return push::MakeChannel(parts, folder_, target, stop);
  };
  pusher_ = std::make_unique<push::Pusher>(parts, config_.org, make);
  pusher_->Apply(push_targets_);
  pushing_ = true;
  pusher_->Notify();
}

absl::Status RunningNode::Begin() {
  if (!config_.listen.empty()) {
    const std::string keys = KeysFolder();
    server_ = exchange::ExchangeServer::Make({.listen = config_.listen,
                                              .key_file = keys + "/tls.key",
                                              .certificate_file = keys + "/tls.crt",
                                              .ca_file = keys + "/ca.crt"},
                                             SettingsOf(config_), *this);
  }
  // Set before anything can commit an entry: the planes that do so start next.
  commands_ = std::make_unique<NodeCommands>(*this);
  store_->OnNewEntries([this](store::Offset newest) {
    commands_->NotifyNewEntries(newest);
    OnEntries();
    if (pushing_) pusher_->Notify();
    MutexLock lock(mutex_);
    new_entries_ = true;
    changed_.NotifyAll();
  });
  RETURN_IF_ERROR(BeginPlanes());
  verifier().LimitAge(std::chrono::hours(config_.state_max_age_hours));
  RETURN_IF_ERROR(BeginGateway());
  sources_ = std::make_unique<sources::Sources>(folder_, clock_, *commands_);
  sources_->Set(source_configs_);
  BeginPush();
  ASSIGN_OR_RETURN(local_, exchange::LocalServer::Start(folder_, *commands_));
  upkeep_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), "upkeep");
    RunUpkeep();
  });
  return absl::OkStatus();
}

void RunningNode::WakeUpkeep() {
  MutexLock lock(mutex_);
  woken_ = true;
  changed_.NotifyAll();
}

std::chrono::seconds RunningNode::UntilTend() const { return feed::kUpkeepEvery; }

void RunningNode::RunUpkeep() {
  const auto failed = [](const absl::Status& status) {
    LogEvent(LogLevel::kError, "upkeep.failed", {{"why", LogSafe(Message(status))}});
  };
  while (true) {
    std::optional<Timestamp> next;
    if (auto kept = feed::Upkeep(*store_, clock_.Now()); kept.ok()) {
      next = *kept;
    } else {
      failed(kept.status());
    }
    if (const absl::Status tidied = gateway_->Tidy(); !tidied.ok()) failed(tidied);
    Tend();
    if (!AwaitUpkeep(next)) return;
  }
}

bool RunningNode::AwaitUpkeep(std::optional<Timestamp> next) {
  const auto latest = std::chrono::steady_clock::now() + UntilTend();
  while (true) {
    const auto due =
        std::min(latest, std::chrono::steady_clock::now() + feed::UpkeepPause(clock_.Now(), next));
    {
      MutexLock lock(mutex_);
      while (!stopping_ && !woken_ && !new_entries_) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            due - std::chrono::steady_clock::now());
        if (left.count() <= 0) break;
        changed_.WaitFor(mutex_, left);
      }
      if (stopping_) return false;
      if (woken_ || !new_entries_) {
        woken_ = false;
        return true;
      }
      new_entries_ = false;
    }
    // Only the time is planned anew: entries are many.
    if (const auto planned = feed::NextEmbargoEnd(*store_); planned.ok()) next = *planned;
  }
}

GateInForce RunningNode::gate() const {
  MutexLock lock(files_mutex_);
  return gate_;
}

void RunningNode::WhileUnchanged(const std::function<void()>& what) {
  MutexLock lock(reload_mutex_);
  what();
}

BoundAddresses RunningNode::addresses() const { return addresses_; }

std::shared_ptr<const config::NodeConfig> RunningNode::config() const {
  MutexLock lock(files_mutex_);
  return settings_;
}

// All files are read and judged before anything of them takes effect.
Node::ReloadResult RunningNode::Reload(const std::string& author) {
  MutexLock reloading(reload_mutex_);
  if (const absl::Status checked = feed::CheckPolicyAuthor(author); !checked.ok()) {
    return {.problems = {{.file = folder_, .message = Message(checked)}}};
  }
  OwnFilesResult own = ReadOwnFiles(folder_);
  if (!own.status.ok()) {
    return {.problems = {{.file = folder_, .message = Message(own.status)}}};
  }
  if (!own.files) return {.problems = std::move(own.problems)};
  Problems problems = ApplyPolicy(own.files->policy_text, feed::PolicyHow::kReload, author);
  if (!problems.empty()) return {.problems = std::move(problems)};
  config::Reloaded reloaded = config::ReloadNodeConfig(config_, own.files->config);
  if (own.files->gateway != gateway_config_) reloaded.restart.emplace_back("gateway");
  {
    GateInForce gate = GateOf(*own.files);
    auto settings = std::make_shared<const config::NodeConfig>(reloaded.config);
    MutexLock lock(files_mutex_);
    gate_ = std::move(gate);
    settings_ = std::move(settings);
  }
  ApplySettings(reloaded.config);
  sources_->Set(own.files->sources);
  pusher_->Apply(own.files->push);
  pusher_->Notify();
  if (const absl::Status ended = EndAccessPeriods(); !ended.ok()) {
    return {.problems = {{.file = folder_, .message = Message(ended)}}};
  }
  for (const std::string& key : reloaded.restart) {
    LogEvent(LogLevel::kWarn, "setting.waiting", {{"key", LogSafe(key)}});
  }
  LogEvent(LogLevel::kInfo, "node.reloaded", {});
  return {.restart = std::move(reloaded.restart)};
}

void RunningNode::ApplySettings(const config::NodeConfig& config) {
  SetLogLevel(config.log);
  publisher_->SetConfig(config);
  intake_->SetLimits(config.limits);
  verifier().LimitAge(std::chrono::hours(config.state_max_age_hours));
  if (server_ != nullptr) server_->Set(SettingsOf(config));
  if (const absl::Status renewed = gateway_->ReloadCertificate(); !renewed.ok()) {
    LogEvent(LogLevel::kError, "certificate.refused", {{"why", LogSafe(Message(renewed))}});
  }
  OnConfig();
}

}  // namespace renkei::app
