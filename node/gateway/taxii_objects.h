// The STIX objects of a collection, in the order in which they came, page by page.
//
// Which objects a collection holds for a kind of reader, and when each came, is kept by the store
// (store/shown.h) and brought up to date when somebody asks: what was published, gained by another
// policy, or changed since is added at the end, so a client that reads on from where it was loses
// nothing and gets nothing twice.  Content is made from the record when it is asked for, through
// the mask in force then (showing.h), so an object that the reader may not see any more, or an
// indicator that verdicts took out, is gone at once.
//
// Who passes a place was told its object, or the place is gone: a row that shows a reader nothing
// is forgotten before the page that passes it is answered.  So whatever hides an object, and
// however late its view hears of it, once it is shown again it comes at the end, to all.
// Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "node/base/json.h"
#include "node/gateway/lists.h"
#include "node/gateway/search_terms.h"
#include "node/gateway/taken_out.h"
#include "node/gateway/taxii_query.h"

namespace renkei::gateway {

// Which records a collection is made of.
struct Collection {
  std::string alias{};  // `all`, `circle-energy`, `kind-incident`, `search-c2`
  std::string id{};     // a UUID of version 4 that stays the same
  std::string title{};
  std::optional<policy::Kind> kind{};
  std::string circle{};
  std::optional<SearchTerms> search{};
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving a Json throws nothing
struct TaxiiObject {
  Json json{};
  std::int64_t added = 0;    // microseconds since 1970
  std::int64_t version = 0;  // the same; what has no version is known by when it was added
};

struct TaxiiPage {
  std::vector<TaxiiObject> objects{};
  bool more = false;
  std::string next{};        // for `more`
  std::int64_t reached = 0;  // up to when was looked, whether anything was found or not
};

class TaxiiObjects {
 public:
  explicit TaxiiObjects(const Parts& parts) : parts_(parts), taken_out_(parts) {}

  // By which the store knows the view of a collection for readers of these facts.
  static Bytes ViewKey(std::string_view alias, std::string_view see);

  // INVALID_ARGUMENT: `next` is not of this query.
  absl::StatusOr<TaxiiPage> Page(const Collection& collection, const std::string& see,
                                 const TaxiiQuery& query);
  // UNAVAILABLE: not found in what one request may look at; the next one goes on from there.
  // Nothing: the collection holds no object of that name, or not for this reader.
  absl::StatusOr<std::optional<TaxiiObject>> Find(const Collection& collection,
                                                  const std::string& see, const std::string& id);

 private:
  struct Asked;  // one collection, by one kind of reader
  struct Step;
  struct Rows;

  // Looks at up to kCatchUpEntries entries and records; false: there are more.
  absl::StatusOr<bool> CatchUp(const Asked& asked) const;
  absl::StatusOr<Step> LookAhead(const Asked& asked) const;
  // False: another request was quicker, and what was read must be looked at again.
  absl::StatusOr<bool> Keep(const Asked& asked, const Step& step) const;
  absl::StatusOr<TaxiiPage> ReadPage(const Asked& asked, const TaxiiQuery& query,
                                     std::int64_t after) const;
  absl::StatusOr<Rows> ReadRows(const Asked& asked, const TaxiiQuery& query,
                                std::int64_t after) const;
  // Unless the view was brought on meanwhile: then they may be shown again, at their places.
  absl::Status Forget(const Asked& asked, const Rows& rows) const;
  Bytes ProgressOf(const Asked& asked, const Rows& rows) const;
  Showing ShowingNow(const Asked& asked) const;

  const Parts parts_;
  TakenOutKeeper taken_out_;
};

}  // namespace renkei::gateway
