// The STIX objects of a collection, in the order in which they came, page by page.
//
// Which objects a collection holds for a kind of reader, and when each came, is kept by the store
// (store/shown.h) and brought up to date when somebody asks: what was published, gained by another
// policy, or changed since is added at the end, so a client that reads on from where it was loses
// nothing and gets nothing twice.  Content is made from the record when it is asked for, through
// the mask in force then (showing.h); an object that the reader may not see any more is passed
// over.  So is an indicator that verdicts took out: it is gone at once, and added again at the end
// when they are taken back.  No page is read while a view has not caught up with what it already
// showed: what is passed over now and shown later has then lost its place, and comes at the end.
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

struct TaxiiObject {
  Json json{};
  std::int64_t added = 0;    // microseconds since 1970
  std::int64_t version = 0;  // the same; what has no version is known by when it was added
};

struct TaxiiPage {
  std::vector<TaxiiObject> objects{};
  bool more = false;
  std::string next{};        // with `more`
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
  struct Place;  // where one collection stands for one kind of reader
  struct Step;

  absl::StatusOr<Place> PlaceOf(const Collection& collection, const std::string& see);
  // Looks at up to kCatchUpEntries entries and records; false: there are more.
  absl::StatusOr<bool> CatchUp(const Place& place) const;
  absl::StatusOr<Step> LookAhead(const Place& place) const;
  // False: another request was quicker, and what was read must be looked at again.
  absl::StatusOr<bool> Keep(const Place& place, const Step& step) const;
  // Forgets some rows of a view that has to be made anew.
  absl::Status DropRows(const Place& place) const;
  absl::StatusOr<TaxiiPage> ReadPage(const Place& place, const TaxiiQuery& query,
                                     std::int64_t after) const;

  const Parts parts_;
  TakenOutKeeper taken_out_;
};

}  // namespace renkei::gateway
