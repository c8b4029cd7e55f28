// A node: builds every part, owns them, starts them in order and stops them in reverse.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/assets.h"
#include "config/node_config.h"
#include "node/anonymize/gate.h"
#include "node/app/policy_change.h"
#include "node/app/tls_holder.h"
#include "node/base/clock.h"
#include "node/feed/community.h"
#include "node/feed/egress.h"
#include "node/feed/link.h"
#include "node/feed/policy_holder.h"
#include "node/feed/publisher.h"
#include "node/membership/hub_roster.h"
#include "node/membership/verifier.h"
#include "node/store/store.h"

namespace renkei::gateway {
class Gateway;
}
namespace renkei::push {
class Pusher;
}
namespace renkei::sources {
class Sources;
}

namespace renkei::app {

// Names of files in a node's folder.
inline constexpr std::string_view kConfigFile = "node.toml";
inline constexpr std::string_view kAssetsFile = "assets.toml";
inline constexpr std::string_view kWarningListsFolder = "warninglists";
inline constexpr std::string_view kPolicyFile = "trust.policy";
inline constexpr std::string_view kStoreFile = "store.db";
inline constexpr std::string_view kKeysFolder = "keys";

// A peer that is, or was, connected to us, or that we dial.
struct PeerState {
  std::string team{};
  std::string direction{};  // in: it dials us; out: we dial it
  bool connected = false;
  bool caught_up = false;      // out: all that waited for us when it was connected has come
  int streams = 0;             // subscriptions open now
  store::Offset position = 0;  // newest entry of ours it was served up to
  std::optional<Timestamp> last_seen{};
  std::string last_error{};
};

// Addresses really bound; empty where this node does not listen.
struct BoundAddresses {
  std::string exchange{};
  std::string enrolment{};
  std::string gateway{};
};

// The gate in force, and which assets.toml and warning lists it knows.
struct GateInForce {
  std::shared_ptr<const anonymize::Gate> gate{};
  crypto::Digest assets{};
};

// Thread-safe once started.
class Node {
 public:
  // Loads config, assets, policy, keys and store from `folder` and starts all planes.  Problems of
  // operator files are answered all at once.
  struct StartResult {
    std::unique_ptr<Node> node{};
    absl::Status status = absl::OkStatus();  // why it did not start, if not by problems
    Problems problems{};
  };
  static StartResult Start(const std::string& folder, const Clock& clock);

  virtual ~Node() = default;  // drains and stops

  // SIGHUP: reads the operator's files again; problems leave all that was in force.  The keys of
  // node.toml that changed and wait for a restart are named.  `author`: who asked, for the policy's
  // history; may be empty.
  struct ReloadResult {
    Problems problems{};
    std::vector<std::string> restart{};
  };
  virtual ReloadResult Reload(const std::string& author) = 0;
  // Puts another policy in force and into the node's file, both or neither.
  virtual PolicyOutcome ChangePolicy(const PolicyRequest& request) = 0;

  virtual const std::string& folder() const = 0;
  // node.toml as it is in force.
  virtual std::shared_ptr<const config::NodeConfig> config() const = 0;
  virtual const Clock& clock() const = 0;
  virtual store::Store& store() = 0;
  virtual feed::PolicyHolder& policies() = 0;
  virtual const feed::Community& community() const = 0;
  virtual feed::Publisher& publisher() = 0;
  virtual GateInForce gate() const = 0;
  // Runs `what` while neither a reload nor a change of the policy can happen.  `what` asks for
  // neither.
  virtual void WhileUnchanged(const std::function<void()>& what) = 0;
  virtual feed::Egress& egress() = 0;
  virtual gateway::Gateway& gateway() = 0;
  virtual sources::Sources& standing_sources() = 0;
  virtual push::Pusher& pusher() = 0;
  virtual const crypto::PublicKey& team_key() const = 0;
  virtual std::shared_ptr<const TlsIdentity> tls() const = 0;
  virtual membership::Verifier& verifier() = 0;
  virtual membership::HubRoster* roster() = 0;  // null on a member
  virtual BoundAddresses addresses() const = 0;
  virtual std::vector<PeerState> peers() const = 0;
  // Facts of a peer by slug, as this node's policy knows it now; nothing if unknown.
  virtual std::optional<feed::PeerContext> FindPeer(const std::string& slug) const = 0;
  // Checks each step to `peer` (a slug, `hub`, or `gateway` for our own): name, TCP, TLS,
  // certificate, clock, membership, policy.  One line per step.
  struct DoctorStep {
    std::string step{};
    bool ok = false;
    std::string text{};  // what was seen; on failure what to do
  };
  virtual std::vector<DoctorStep> Doctor(const std::string& peer) = 0;
};

}  // namespace renkei::app
