// What a TAXII client asks for: media types, filters, and where it is in a collection (TAXII 2.1,
// 1.6.8 and 3.4 to 3.5).  Pure; thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/status.h"
#include "node/crypto/digest.h"

namespace renkei::gateway {

inline constexpr std::string_view kTaxiiType = "application/taxii+json;version=2.1";
inline constexpr std::string_view kStixType = "application/stix+json;version=2.1";

// Whether an Accept header takes what we send: no header does; so do our type with or without its
// version, and wildcards.  `stix`: the manifest's readers may say that they mean STIX.
bool AcceptsTaxii(std::string_view accept, bool stix);

struct TaxiiQuery {
  std::int64_t added_after = 0;    // microseconds since 1970
  int limit = 0;                   // 1 to kPageObjectsMax
  std::optional<Bytes> next{};     // as given; OpenNext reads it
  std::vector<std::string> ids{};  // each sorted; empty: all
  std::vector<std::string> types{};
  std::vector<std::int64_t>
      versions{};        // exact ones; empty: first, last or all, of which we have one
  bool spec_2_1 = true;  // false: the client wants other versions of STIX only

  bool WantsId(std::string_view id) const;  // by id and type
  bool WantsVersion(std::int64_t version) const;
};

// INVALID_ARGUMENT: malformed.  Parameters that nobody defined are ignored.
absl::StatusOr<TaxiiQuery> ReadTaxiiQuery(const std::map<std::string, std::string>& query);

inline constexpr std::size_t kProgressBytes = 8;

// A place as `next` carries it: of this view (`key`) and these filters only.  `progress`, of
// kProgressBytes: two pages end at one place only if they have the same, so that a client who asks
// until `next` stays as it was does not give up.
std::string SealNext(std::int64_t place, BytesView progress, BytesView key,
                     const TaxiiQuery& query);
// INVALID_ARGUMENT: not made for this.
absl::StatusOr<std::int64_t> OpenNext(BytesView next, BytesView key, const TaxiiQuery& query);

}  // namespace renkei::gateway
