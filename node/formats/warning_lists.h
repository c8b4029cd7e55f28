// Warning lists: values that reports often take for an attacker's and that are none (resolvers,
// CDNs, the thousand best-known sites), as a folder of files in MISP's format.
//
// Shape: `{"name", "type", "list": [...], "matching_attributes": [...]}`; type string, hostname,
// cidr, substring or regex.  Source: the misp-warninglists project's README and schema.json.
// Immutable, thread-safe.  A look-up costs some binary searches, and one search of each substring
// and expression.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/record/sections.h"

namespace renkei::formats {

namespace v1 = ::renkei::v1;

inline constexpr std::size_t kWarningListsMax = 500;
inline constexpr std::size_t kWarningBytesMax = 256 * 1024 * 1024;  // of all files
inline constexpr std::size_t kWarningEntriesMax = 5'000'000;        // of all lists
inline constexpr std::size_t kWarningEntryBytesMax = 2048;
inline constexpr std::size_t kWarningSubstringsMax = 10'000;  // these, and expressions, are tried
inline constexpr std::size_t kWarningExpressionsMax = 1'000;  // one by one

struct WarningListFile {
  std::string path{};
  std::string bytes{};
};

class WarningLists {
 public:
  // Covers nothing.
  WarningLists();
  ~WarningLists();
  WarningLists(const WarningLists&) = delete;
  WarningLists& operator=(const WarningLists&) = delete;
  WarningLists(WarningLists&&) noexcept;
  WarningLists& operator=(WarningLists&&) noexcept;

  // All `*.json` in `folder`, and `*/list.json` as the project publishes them.  No folder: no
  // lists. INVALID_ARGUMENT names the file and the place; RESOURCE_EXHAUSTED: more than the limits.
  static absl::StatusOr<WarningLists> Load(const std::string& folder);
  static absl::StatusOr<WarningLists> Make(const std::vector<WarningListFile>& files);

  // The name of a list that covers this value; `canonical` as record::CanonicalValue gives it.  A
  // network is covered if a listed address is in it: who blocks it blocks that too.
  std::optional<std::string_view> Find(v1::IndicatorType type, std::string_view canonical) const;

  // Of all that was read: other lists, another digest.
  const crypto::Digest& digest() const { return digest_; }
  std::size_t list_count() const;
  std::size_t entry_count() const;
  // What could not be read in lists that are used nevertheless: a line each, for the operator.
  const std::vector<std::string>& notes() const;

 private:
  class Content;
  std::unique_ptr<Content> content_;
  crypto::Digest digest_{};
};

}  // namespace renkei::formats
