// What readers of HTTP are shown (node/gateway), beside the store's records: STIX objects by name,
// in the order in which they came into a view, which is a collection as one kind of reader sees it.
//
// Only names are kept; content is always made from the record, and rows go with it.  Errors as in
// store.h.  Thread-safe as Store is.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/record/indicator_key.h"
#include "node/store/store.h"

namespace renkei::store {

// How far a view is.
struct ShownPlace {
  Offset reached = 0;       // all entries up to here were looked at
  std::int64_t looked = 0;  // all second looks up to here were taken
  Bytes basis{};            // opaque: by what it was decided

  bool operator==(const ShownPlace&) const = default;
};

struct ShownView {
  std::int64_t number = 0;
  ShownPlace place{};
};

// A record that may tell more than when its entry came, because what is held of it changed since,
// or an indicator of it is no longer taken out.
struct SecondLook {
  std::int64_t number = 0;  // rising
  RecordId record{};
};

struct ShownObject {
  std::string id{};          // `type--uuid`
  std::int64_t version = 0;  // microseconds since 1970; 0: it has none

  auto operator<=>(const ShownObject&) const = default;
};

struct ShownRow {
  // When it was added, in microseconds since 1970: rising, unique, never used twice, and not before
  // it could be read: who asks by a clock of their own loses nothing.
  std::int64_t place = 0;
  ShownObject object{};
  RecordId record{};  // that tells it
  bool live = false;  // the record is neither withdrawn nor expired
};

// Confined to the call that got it, as Reader is.
class ShownReader {
 public:
  virtual ~ShownReader() = default;

  virtual absl::StatusOr<std::optional<ShownView>> FindView(BytesView key) const = 0;
  virtual absl::StatusOr<std::vector<Bytes>> Views() const = 0;  // keys, in order
  // Of a view, in order; an object that several tell once, at the first place that is live at
  // `now`. One range of an index, whatever the size of the view.
  virtual absl::StatusOr<std::vector<ShownRow>> After(std::int64_t view, std::int64_t place,
                                                      Timestamp now, int limit) const = 0;
  // The first live row of an object behind `place`.
  virtual absl::StatusOr<std::optional<ShownRow>> Find(std::int64_t view, std::string_view id,
                                                       std::int64_t place, Timestamp now) const = 0;
  // In order, from behind `number`.  A record stands there once, at its last time.
  virtual absl::StatusOr<std::vector<SecondLook>> SecondLooks(std::int64_t number,
                                                              int limit) const = 0;
  virtual absl::StatusOr<std::int64_t> NewestSecondLook() const = 0;  // 0: there is none
  // Indicators that SetTakenOut named, sorted.
  virtual absl::StatusOr<std::vector<record::IndicatorKey>> TakenOut() const = 0;
  virtual absl::StatusOr<bool> IsTakenOut(const record::IndicatorKey& key) const = 0;
};

class ShownWriter : public ShownReader {
 public:
  // Makes or changes a view; answers its number.
  virtual absl::StatusOr<std::int64_t> PutView(BytesView key, const ShownPlace& place) = 0;
  // From now on this record tells exactly `objects` in the view: what it tells already keeps its
  // place, the rest is added in the order given.  OK if there is no such record.
  virtual absl::Status Put(std::int64_t view, const RecordId& record,
                           const std::vector<ShownObject>& objects) = 0;
  // Forgets rows: what they tell has no place until it is put again.
  virtual absl::Status DropRows(std::int64_t view, const std::vector<std::int64_t>& places) = 0;
  // Forgets rows of records that expired after `from` and not after `until`, at most `rows`;
  // answers how many.
  virtual absl::StatusOr<int> DropExpired(Timestamp from, Timestamp until, int rows) = 0;
  // Forgets a view, at most `rows` of its rows at once; true: nothing is left of it, or was there.
  // Until then it stands as one that has looked at nothing: its basis is empty, `reached` 0.
  virtual absl::StatusOr<bool> DropView(BytesView key, int rows) = 0;
  // Exactly these are taken out from now on, as far as that takes at most `changes` of them; true:
  // all of it is done.  Records that list one that is no longer taken out wait for a second look.
  virtual absl::StatusOr<bool> SetTakenOut(const std::vector<record::IndicatorKey>& keys,
                                           int changes) = 0;
};

class ShownStore {
 public:
  virtual ~ShownStore() = default;

  // As Store::Read and Store::Commit, over the same snapshot or in the same transaction.
  virtual absl::Status ReadShown(
      const std::function<absl::Status(const Reader&, const ShownReader&)>& query) const = 0;
  virtual absl::Status CommitShown(std::function<absl::Status(Writer&, ShownWriter&)> work) = 0;
  // Rises with each commit that added, changed or removed records; from 0 at each start.
  virtual std::uint64_t changes() const = 0;
};

// The same store; null: this backend keeps nothing of the kind.
ShownStore* FindShownStore(Store& store);

}  // namespace renkei::store
