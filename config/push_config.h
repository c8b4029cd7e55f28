// [[push]] of node.toml: where this node sends what comes to it (docs/push.md).  Value types.
//
// Files are relative to the node's folder.  Words of kinds, circles, severities and TLP are checked
// for their form here; what they mean is the policy's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/load_result.h"

namespace renkei::config {

inline constexpr std::size_t kPushTargetsMax = 16;
inline constexpr std::size_t kPushNameBytesMax = 32;
inline constexpr std::size_t kPushRulesMax = 32;
inline constexpr std::size_t kPushMailboxesMax = 64;  // of one rule
inline constexpr std::size_t kPushFactsBytesMax = 2048;

enum class PushKind { kJsonl, kSyslog, kWebhook, kMisp, kMail };
std::string_view ToWord(PushKind kind);

// Which records a target, or a rule of one, is for.
struct PushFilter {
  std::vector<std::string> kinds{};    // words of record kinds; empty: all
  std::vector<std::string> circles{};  // names; empty: all
  std::string severity{};              // this or worse; empty: all, and those without one

  bool operator==(const PushFilter&) const = default;
};

// How a target is reached over TLS; each may be empty.
struct PushTls {
  std::string ca{};           // PEM file of authorities; empty: those of the system
  std::string certificate{};  // PEM file, our own chain; with `key`, and only then
  std::string key{};          // PEM file

  bool operator==(const PushTls&) const = default;
};

// Who is told by mail of what.
struct PushRule {
  std::vector<std::string> to{};  // mailboxes: local@domain
  PushFilter filter{};
  bool digest = false;  // once a day, in one mail

  bool operator==(const PushRule&) const = default;
};

struct PushTarget {
  std::string name{};  // a label; unique
  PushKind kind = PushKind::kJsonl;
  std::string see{};  // facts of a reader, as of a token; empty: our own team
  PushFilter filter{};
  std::string tlp = "amber+strict";  // a record's, at most
  bool exercise = false;             // drills too
  bool own = true;                   // what this node published too; mail: false
  bool history = false;              // a new target begins with the oldest record held
  bool paused = false;               // keeps its place and sends nothing

  // jsonl
  std::string file{};
  std::int64_t rotate_bytes = 0;  // 0: never by us; else 64 KiB..1 TiB
  int keep = 5;                   // rotated files, 1..1000

  // syslog, mail
  std::string address{};       // host:port
  std::int64_t max_bytes = 0;  // syslog: of one message, 2048..1 MiB

  // webhook, misp
  std::string url{};       // https; http for loopback addresses only
  std::string secret{};    // file that signs (webhook)
  std::string key_file{};  // file of the key of the API (misp)

  // mail
  bool tls_first = false;  // smtps: TLS before the first word; else STARTTLS
  std::string from{};
  std::string user{};           // empty: no authentication
  std::string password_file{};  // with `user`
  std::string link{};           // `{id}` stands for the record's id; empty: no link
  bool full = false;            // texts too, of records up to TLP:GREEN
  int digest_hour = 7;          // UTC, 0..23
  int per_hour = 20;            // mails to one mailbox, 1..1000
  std::vector<PushRule> rules{};

  PushTls tls{};

  bool operator==(const PushTarget&) const = default;
};

// Reads the [[push]] tables of a node.toml, which may have none; the rest is LoadNodeConfig's.
LoadResult<std::vector<PushTarget>> LoadPushConfig(std::string_view text, const std::string& file);

}  // namespace renkei::config
