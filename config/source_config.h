// [[source]] of node.toml: where this node fetches what others publish (docs/sources.md).  Value
// types.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load_result.h"
#include "config/push_config.h"

namespace renkei::config {

inline constexpr std::size_t kSourcesMax = 32;
inline constexpr std::size_t kSourceNameBytesMax = 32;
inline constexpr std::size_t kSourceTagsMax = 16;
inline constexpr std::chrono::seconds kSourceEveryMin{10};
inline constexpr std::chrono::seconds kSourceEveryMax = std::chrono::hours(24 * 30);

enum class SourceKind { kMispFeed, kMisp, kTaxii, kFile, kImap };
std::string_view ToWord(SourceKind kind);

enum class SourceAuth { kNone, kBasic, kBearer, kKey };

// Files are relative to the node's folder.
struct SourceConfig {
  std::string name{};  // [a-z0-9-]
  SourceKind kind = SourceKind::kFile;
  std::string url{};   // http(s), imap: imap(s)://host/MAILBOX; this or `path`
  std::string path{};  // a file, or the folder of a MISP feed
  SourceAuth auth = SourceAuth::kNone;
  std::string secret{};       // file: a key, or `user:password`
  std::string ca{};           // PEM file; empty: the system's authorities
  std::string certificate{};  // PEM files, ours; both or neither
  std::string key{};
  std::string proxy{};  // http://host:port; empty: none
  bool allow_http = false;
  std::string api_root{};    // taxii: a URL or path; empty: the default one
  std::string collection{};  // taxii: id, alias or title
  std::string mapping{};     // file: a table's `[import.csv.NAME]`; empty: as `renkei import`
  std::chrono::seconds every = std::chrono::minutes(15);
  bool automatic = false;  // publish = "auto"; else what comes waits as drafts
  int events_max = 100;    // 1..10000; taken in one run
  // Marking.
  std::vector<std::string> circles{};
  std::string tlp_least{};    // a TLP word; empty: what the file says
  std::string source_mode{};  // a source mode's word; empty: the node's own
  std::vector<std::string> tags{};
  bool exercise = false;
  // imap: the [[push]] of kind mail whose server and sender tell who wrote that it has come; empty:
  // nobody is told.  LoadSourceConfigs reads the name, ResolveReceipts finds the target.
  std::string receipt{};
  PushTarget receipt_by{};

  bool operator==(const SourceConfig&) const = default;
};

// Reads the [[source]] tables of a node.toml, which may have none; the rest is LoadNodeConfig's.
LoadResult<std::vector<SourceConfig>> LoadSourceConfigs(std::string_view text,
                                                        const std::string& file);

// Fills `receipt_by`; a name that is no mail target is a problem of `file`.
void ResolveReceipts(std::vector<SourceConfig>& sources, const std::vector<PushTarget>& push,
                     const std::string& file, Problems& problems);

// `90s`, `15m`, `6h`, `2d`; nothing for any other text.
std::optional<std::chrono::seconds> DurationFromText(std::string_view text);

}  // namespace renkei::config
