// The TAXII 2.1 server: discovery, one API root, and collections that are read and never written.
//
// Source: OASIS TAXII 2.1 (10 June 2021).  Collections: all that the reader may see, each circle,
// each kind, each saved search.  Thread-safe.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "node/gateway/http.h"
#include "node/gateway/taxii_objects.h"
#include "node/gateway/tokens.h"

namespace renkei::gateway {

inline constexpr std::string_view kTaxiiRoot = "taxii2";  // first segment of all its paths
inline constexpr std::string_view kApiRoot = "renkei";    // of the one API root

// An error resource.
Response TaxiiError(int status, std::string_view code);

class Taxii {
 public:
  explicit Taxii(const Parts& parts) : parts_(parts), objects_(parts) {}

  // Whatever is below /taxii2/.
  Response Answer(const Request& request, const Target& target, const Token& token);

  // Forgets views that readers of none of these facts can ask for, at most kViewDropsMax times
  // kViewRowsDropped rows of them; true: there may be more.
  absl::StatusOr<bool> DropOldViews(const std::set<std::string>& sees) const;

  // Forgets what views hold of records that have expired, in pieces of as much; true: there may be
  // more.  What lives again comes with an entry of its own.
  absl::StatusOr<bool> DropExpired();

  // Those that a reader of these facts may ask for, in a fixed order.
  absl::StatusOr<std::vector<Collection>> CollectionsFor(const std::string& see) const;

 private:
  struct Call;

  Response Discovery() const;
  Response ApiRoot() const;
  Response Collections(const Call& call) const;
  Response OneCollection(const Call& call, const std::string& id);
  Response Objects(const Call& call, const Collection& collection, bool manifest);
  Response Object(const Call& call, const Collection& collection);

  const Parts parts_;
  TaxiiObjects objects_;
  Mutex mutex_;
  Timestamp expired_ RENKEI_GUARDED_BY(mutex_){};  // nothing is left of records until then
};

}  // namespace renkei::gateway
