// What hub and member have in common: files, store, policy, publishing, serving, upkeep.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "node/app/local_commands.h"
#include "node/app/node.h"
#include "node/app/own_files.h"
#include "node/app/peer_book.h"
#include "node/exchange/exchange_server.h"
#include "node/exchange/local_server.h"
#include "node/feed/intake.h"
#include "node/gateway/gateway.h"
#include "node/push/pusher.h"
#include "node/sources/sources.h"

namespace renkei::app {

// What was read and opened before hub or member begins.
struct Foundation {
  std::string folder{};
  OwnFiles files{};
  membership::NodeKeys keys;
  std::unique_ptr<store::Store> store{};
  std::string community{};
};

class RunningNode : public Node, public exchange::PeerPlane {
 public:
  RunningNode(Foundation foundation, const Clock& clock);
  ~RunningNode() override;
  RunningNode(const RunningNode&) = delete;
  RunningNode& operator=(const RunningNode&) = delete;

  // Checks the policy in the node's file and puts it in force; problems leave the old one.
  Problems ApplyPolicy(const std::string& text, feed::PolicyHow how, const std::string& author);
  // Starts everything, or says why not.
  absl::Status Begin();

  ReloadResult Reload(const std::string& author) override;
  PolicyOutcome ChangePolicy(const PolicyRequest& request) override;
  const std::string& folder() const override { return folder_; }
  std::shared_ptr<const config::NodeConfig> config() const override;
  const Clock& clock() const override { return clock_; }
  store::Store& store() override { return *store_; }
  feed::PolicyHolder& policies() override { return policies_; }
  feed::Publisher& publisher() override { return *publisher_; }
  GateInForce gate() const override;
  void WhileUnchanged(const std::function<void()>& what) override;
  feed::Egress& egress() override { return *egress_; }
  gateway::Gateway& gateway() override { return *gateway_; }
  sources::Sources& standing_sources() override { return *sources_; }
  push::Pusher& pusher() override { return *pusher_; }
  const crypto::PublicKey& team_key() const override { return keys_.team.public_key(); }
  std::shared_ptr<const TlsIdentity> tls() const override { return tls_.Get(); }
  BoundAddresses addresses() const override;
  std::vector<PeerState> peers() const override { return book_.All(); }
  std::vector<DoctorStep> Doctor(const std::string& peer) override;

  feed::Intake& intake() override { return *intake_; }
  void Note(const exchange::StreamNews& news) override { book_.Note(news); }

 protected:
  // Opens the planes of a hub or a member; community() works from then on.
  virtual absl::Status BeginPlanes() = 0;
  // At least each time UntilTend is over, and when woken; on the upkeep thread.
  virtual void Tend() = 0;
  // How long the upkeep thread may rest: a minute.
  virtual std::chrono::seconds UntilTend() const;
  // New entries were committed; on the store thread.
  virtual void OnEntries() = 0;
  // config() has changed.
  virtual void OnConfig() {}
  // Steps of `doctor` to a peer that we dial; `address` empty if we don't.
  struct Dialled {
    std::string address{};
    std::function<absl::Status()> connect{};
    std::function<absl::Status()> talk{};
  };
  virtual absl::StatusOr<Dialled> FindDialled(const std::string& peer) = 0;

  absl::Status BuildFeed(const feed::Community& community);
  absl::Status StartExchange();
  void WakeUpkeep();
  // Ends upkeep and the local plane: the first step of every stop.
  void StopTending();
  // The last step of a derived class: carries out what is queued, while all that it calls still
  // lives.
  void CloseStore() { store_.reset(); }
  // Before the peer plane ends: what waits for the lint would hold it up.
  void StopIntake() {
    if (intake_ != nullptr) intake_->Stop();
  }
  std::string KeysFolder() const { return InFolder(folder_, kKeysFolder); }

  const std::string folder_;
  const config::NodeConfig config_;  // as of the start: for what can't change; else config()
  const config::GatewayConfig gateway_config_;              // can't change either
  const std::vector<config::SourceConfig> source_configs_;  // as of the start
  const Clock& clock_;
  const std::string community_name_;
  const membership::NodeKeys keys_;  // of TLS as of the start: else tls_
  TlsHolder tls_;
  std::unique_ptr<store::Store> store_;
  feed::PolicyHolder policies_;
  PeerBook book_;
  std::unique_ptr<feed::Publisher> publisher_;
  std::unique_ptr<feed::Egress> egress_;
  std::unique_ptr<feed::Intake> intake_;
  std::unique_ptr<exchange::ExchangeServer> server_;  // from Begin on; null if we don't listen
  BoundAddresses addresses_;
  std::unique_ptr<gateway::Gateway> gateway_;  // from Begin on, whether it listens or not

 private:
  void RunUpkeep();
  // Until something is due, or somebody wakes us; false: the node stops.
  bool AwaitUpkeep(std::optional<Timestamp> next);
  absl::Status BeginGateway();
  void BeginPush();
  std::vector<DoctorStep> DoctorGateway();
  void ApplySettings(const config::NodeConfig& config);
  feed::CheckedPolicy CheckPolicyText(const std::string& text, const std::string& file) const;
  absl::Status PrepareChange(const PolicyRequest& request, PolicyOutcome& outcome);
  absl::Status CarryOut(const PolicyOutcome& outcome, const feed::PolicyChange& change);
  absl::StatusOr<policy::PolicyDiff> DiffWithStored(const feed::ActivePolicy& before,
                                                    const feed::ActivePolicy& after) const;
  absl::Status EndAccessPeriods();

  // What reload replaces.
  mutable Mutex files_mutex_;
  GateInForce gate_ RENKEI_GUARDED_BY(files_mutex_);
  std::shared_ptr<const config::NodeConfig> settings_ RENKEI_GUARDED_BY(files_mutex_);
  Mutex reload_mutex_;  // one reload or change of the policy at a time; held throughout

  const std::vector<config::PushTarget> push_targets_;  // as of the start
  std::unique_ptr<push::Pusher> pusher_;                // from Begin on
  std::atomic<bool> pushing_ = false;                   // pusher_ may be told of entries
  std::unique_ptr<NodeCommands> commands_;
  std::unique_ptr<sources::Sources> sources_;  // hands on to the commands
  std::unique_ptr<exchange::LocalServer> local_;

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ RENKEI_GUARDED_BY(mutex_) = false;
  bool woken_ RENKEI_GUARDED_BY(mutex_) = false;
  bool new_entries_ RENKEI_GUARDED_BY(mutex_) = false;  // an embargo may end before all others
  std::jthread upkeep_;
};

// Loads what a node is; shared with Join, which must not run beside it.
absl::StatusOr<std::unique_ptr<store::Store>> OpenNodeStore(const std::string& folder,
                                                            const config::NodeConfig& config,
                                                            const std::string& community,
                                                            const Clock& clock);

}  // namespace renkei::app
