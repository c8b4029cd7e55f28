// node.toml: what an operator says of one node.
//
// Everything here is a checked value with a default; paths are relative to the node's folder and
// are not named here.  Value types.  Reference of all keys: the text of NodeConfigText.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/indicators_config.h"
#include "config/load_result.h"
#include "node/base/log.h"

namespace renkei::config {

inline constexpr std::size_t kNodeConfigBytesMax = 256 * 1024;
inline constexpr std::size_t kOrgBytesMax = 128;
inline constexpr std::size_t kCommunityBytesMax = 64;
inline constexpr std::size_t kLinksMax = 32;
inline constexpr std::size_t kDefaultCirclesMax = 16;
inline constexpr std::size_t kEscrowOfficers = 3;
inline constexpr std::size_t kEscrowKeyDigits = 64;

// Where a hub listens if `init` was told nothing.
inline constexpr std::string_view kDefaultHubListen = "0.0.0.0:7440";
inline constexpr std::string_view kDefaultHubEnrolListen = "0.0.0.0:7441";

// The two words of [publish.section_levels] that are no level.
inline constexpr std::string_view kAnyone = "anyone";          // nibble 0
inline constexpr std::string_view kRecipients = "recipients";  // nibble 15

// All 16 sections with the level each needs by default: victim, contact, log-excerpts and
// attachments `accredited`, sealed `recipients`, the others `anyone`.
std::map<std::string, std::string> DefaultSectionLevels();

struct PublishConfig {
  std::string default_tlp = "amber";           // a TLP word
  std::vector<std::string> default_circles{};  // names; empty: the community's own
  std::string default_source = "attributed";   // a source mode's word
  int expiry_days = 180;                       // 1..730
  bool two_persons = false;                    // approval = "two-person": nobody publishes alone
  bool generalise = false;                     // of a victim, what too few teams share
  std::string correlate = "none";              // a word of record::Correlation
  // Every section's word -> level word (or kAnyone, kRecipients); always all 16.  A level word is
  // a label: whether a circle's charter knows it is found out when a record is sealed.
  std::map<std::string, std::string> section_levels = DefaultSectionLevels();

  bool operator==(const PublishConfig&) const = default;
};

struct LimitsConfig {
  int streams_per_peer = 4;                               // 1..64
  std::int64_t bytes_in_flight_per_stream = 1024 * 1024;  // 64 KiB..64 MiB
  std::int64_t records_per_peer_per_day = 20'000;         // 1..10,000,000
  std::int64_t tombstones_per_peer = 10'000;              // 1..10,000,000
  std::int64_t store_free_bytes_min =
      64LL * 1024 * 1024;                       // 1 MiB..1 TiB; less: nothing is accepted
  std::int64_t outbox_records_max = 1'000'000;  // 1..100,000,000

  bool operator==(const LimitsConfig&) const = default;
};

// A direct link to another member.
struct LinkConfig {
  std::string address{};  // host:port
  std::string team{};     // slug of the team that must answer there

  bool operator==(const LinkConfig&) const = default;
};

// Who may name a pseudonym's team, two of the three together.  Hubs only.
struct EscrowConfig {
  std::vector<std::string> officers{};  // public keys, 64 hex digits; three that differ, or none

  bool operator==(const EscrowConfig&) const = default;
};

struct NodeConfig {
  std::string org{};        // 1..128 bytes, UTF-8
  std::string community{};  // labels with dots; empty: not joined yet.  A hub always has one
  bool hub = false;
  std::string listen{};        // host:port of the peer plane; empty: members only dial out
  std::string enrol_listen{};  // host:port of the enrolment plane; hubs only; empty: no enrolment
  std::string address{};       // host:port by which others reach this node; empty: not said
  LogLevel log = LogLevel::kInfo;
  PublishConfig publish{};
  LimitsConfig limits{};
  int heartbeat_seconds = 30;    // 1..3600
  int state_max_age_hours = 24;  // 1..720; by an older state no other member is served
  std::vector<LinkConfig> links{};
  EscrowConfig escrow{};
  IndicatorsConfig indicators{};

  bool operator==(const NodeConfig&) const = default;
};

// Reads the text of node.toml.  Every problem of the schema is answered at once, with
// `file:line:column`; a text that is no TOML has the one problem where the parser stopped.
LoadResult<NodeConfig> LoadNodeConfig(std::string_view text, const std::string& file);

// What a running node makes of a node.toml that was read again.
struct Reloaded {
  NodeConfig config{};                 // the file's, but for what can't change while it runs
  std::vector<std::string> restart{};  // of those, each key that the file changed: `node.listen`
};
Reloaded ReloadNodeConfig(const NodeConfig& running, const NodeConfig& file);

// What `init` knows.
struct NodeConfigSeed {
  std::string org{};
  std::string community{};  // hubs; a member's is written when it joins
  bool hub = false;
  std::string listen{};        // a hub without one gets kDefaultHubListen
  std::string enrol_listen{};  // a hub without one gets kDefaultHubEnrolListen
  std::string address{};
};

// The commented node.toml that `init` writes; loads back to the same values.
std::string NodeConfigText(const NodeConfigSeed& seed);

// A host and a port, as listen and address keys hold them: `192.0.2.1:7440`, `[2001:db8::1]:7440`,
// `node.example.com:7440`.
struct HostPort {
  std::string host{};  // without brackets
  int port = 0;        // 0..65535

  bool operator==(const HostPort&) const = default;
};
std::optional<HostPort> ParseHostPort(std::string_view text);

}  // namespace renkei::config
