// What a team owns, read from files that it has anyway: proposals for assets.toml, which a person
// accepts or not.
//
// Each reader is linear in its input, takes any bytes, and leaves out what it can't read.  Nothing
// is proposed that is not the team's: loopback, link-local, public resolvers, mail providers, and
// words that everybody uses.  Stateless.  Reference: docs/anonymity.md, "Learning them".
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/assets.h"
#include "node/base/status.h"

namespace renkei::config {

inline constexpr std::size_t kLearnBytesMax = 32 * 1024 * 1024;  // of one source
inline constexpr std::size_t kLearnLineBytesMax = 64 * 1024;     // longer lines are left out
inline constexpr std::size_t kLearnEntriesMax = 200'000;         // read of one source; then it ends
inline constexpr std::size_t kLearnColumnsMax = 256;

// The lists of assets.toml that can be learned, in the order of the file.
enum class AssetList {
  kNetworks,
  kDomains,
  kMailDomains,
  kPeople,
  kHosts,
  kUsers,
  kOrganizations,
  kSites
};
inline constexpr std::size_t kAssetListCount = 8;
std::string_view ToWord(AssetList list);  // `networks`, `names.organization`, ...
std::vector<std::string>& ListOf(Assets& assets, AssetList list);
const std::vector<std::string>& ListOf(const Assets& assets, AssetList list);

// One thing that a source says is the team's, before anything is left out.
struct Found {
  AssetList list = AssetList::kNetworks;
  std::string entry{};
  std::string from{};  // `zone:alpha.zone:12`

  bool operator==(const Found&) const = default;
};
using Findings = std::vector<Found>;

// `source` names the text in `from`.
Findings LearnResolver(std::string_view text, std::string_view source);   // resolv.conf
Findings LearnZone(std::string_view text, std::string_view source);       // RFC 1035, section 5
Findings LearnInventory(std::string_view text, std::string_view source);  // CSV with a header
Findings LearnLdif(std::string_view text, std::string_view source);       // RFC 2849
// Addresses of this machine's interfaces, as CIDRs.
Findings LearnInterfaces();

struct Proposed {
  std::string entry{};
  std::vector<std::string> from{};  // at most kFromMax
  std::size_t count = 0;            // how many it stands for

  bool operator==(const Proposed&) const = default;
};
inline constexpr std::size_t kFromMax = 3;

struct Proposal {
  std::array<std::vector<Proposed>, kAssetListCount> lists{};  // by AssetList
  std::size_t known = 0;     // in assets.toml already, or covered by it
  std::size_t left_out = 0;  // not the team's, or too common a word
  std::size_t too_many = 0;  // over the limits of assets.toml

  std::vector<Proposed>& of(AssetList list) { return lists[static_cast<std::size_t>(list)]; }
  const std::vector<Proposed>& of(AssetList list) const {
    return lists[static_cast<std::size_t>(list)];
  }
};

// Generalises (`srv-001` ... `srv-240` to `srv-*`, addresses to their interface's network), leaves
// out what must not be listed and what `present` covers.  What it proposes, LoadAssets takes.
Proposal Propose(const Findings& found, const Assets& present);

// `text` with the entries appended to their lists; comments and order stay.  INVALID_ARGUMENT if
// `text` is no assets.toml, RESOURCE_EXHAUSTED if it would not be one any more.
absl::StatusOr<std::string> AddToAssets(
    std::string_view text, const std::map<AssetList, std::vector<std::string>>& entries);

// What is dangerous in a list of own assets, though it is valid: one line each.
std::vector<std::string> AssetDangers(const Assets& assets);

}  // namespace renkei::config
