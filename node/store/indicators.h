// What the records held say of indicators: found by value, by what lies under a name or network,
// and by the marks of the records that tell them.
//
// The store keeps the index itself, in the transaction in which a record comes, changes or goes: of
// live records that are no exercise, and of their sections only what is held.  Records of a store
// that was made before there was an index are added afterwards, newest first (`left`).
//
// Thread-safety as store.h.  Cost: a page looks at no more than kIndexScanMax rows, whatever the
// size of the store; a page that found nothing yet may still have a next one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "node/record/indicator_key.h"
#include "node/store/store.h"

namespace renkei::store {

namespace v1 = ::renkei::v1;
using record::IndicatorKey;

inline constexpr int kIndexScanMax = 10'000;
inline constexpr int kSearchHitsMax = 1000;  // of a page
// What a tally looks at: so many teams by name; of each the newest records for each thing that it
// says (listed, seen, a false positive ...), so that no team's flood hides what others say.
inline constexpr int kTellersMax = 1024;
inline constexpr int kTellingsOfTeam = 32;
inline constexpr int kTellingsUnnamed = 256;  // all records without a name together
// Verdicts of one team that Disputed looks at, newest first.
inline constexpr int kVerdictsOfTeam = 100'000;
inline constexpr int kOwnVerdictsMax = 20'000;       // ... and OwnDisputed, of all teams
inline constexpr std::size_t kTermsMax = 256;        // marks of one record
inline constexpr std::size_t kTermBytesMax = 128;    // of one mark; longer ones are not found
inline constexpr std::size_t kShownValueMax = 1024;  // bytes of a value that are kept to be shown

// What a record says of an indicator, as bits.
enum Says : std::uint8_t {
  kSaysListed = 1,
  kSaysSeen = 2,
  kSaysFalsePositive = 4,
  kSaysNotSeen = 8,
};

// All that is set must hold.  Without `keys` and `under` records without an indicator are found as
// well, unless `type` is asked for.
struct IndicatorQuery {
  std::vector<IndicatorKey> keys{};           // one of these
  std::optional<record::PlaceRange> under{};  // ... or one that stands here
  std::optional<v1::IndicatorType> type{};    // record::KeyType
  std::optional<policy::Kind> kind{};
  std::string team{};       // slug of the author
  std::string tag{};        // tag, or label of the record or its indicators; case makes none
  std::string technique{};  // `T1566` finds its sub-techniques
  std::optional<record::CircleId> circle{};
  std::optional<Timestamp> since{};  // issued then or later
  std::optional<Timestamp> until{};  // issued before
  Bytes after{};                     // `next` of the page before; INVALID_ARGUMENT if it is none
  int limit = 100;                   // 1..kSearchHitsMax
};

struct IndicatorHit {
  // Unspecified, without value and key: the record holds no indicator.
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
  std::string value{};  // canonical
  IndicatorKey key{};
  std::uint8_t says = 0;
  RecordId record{};
  policy::Kind kind = policy::Kind::kUnspecified;
  policy::Tlp tlp = policy::Tlp::kUnspecified;
  std::string author{};  // slug; empty: not named
  bool own = false;
  Timestamp issued{};
};

struct IndicatorPage {
  std::vector<IndicatorHit> hits{};  // newest record first; by value or place: per indicator
  Bytes next{};                      // empty: that was all
};

// What all live records together say of one indicator.  Teams are authors by name; who writes
// without one is counted and decides nothing.
struct IndicatorTally {
  std::vector<std::string> told_by{};      // sorted: teams that list it, or saw it
  std::vector<std::string> disputed_by{};  // sorted: teams that call it a false positive
  bool disputed_here = false;              // ... our own among them
  int listed = 0;                          // records looked at that list it
  int unnamed = 0;                         // of those that list or saw it, without a name
  std::optional<int> confidence{};         // the highest that one who lists it says
  std::optional<Timestamp> first_seen{};
  std::optional<Timestamp> last_seen{};
};

// A team calls an indicator of a record, or this revision of the record, a false positive.
struct Dispute {
  RecordId record{};   // that lists it
  RecordId verdict{};  // the sighting
  std::string team{};
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;  // the whole record
  std::string value{};
  Timestamp issued{};     // of the verdict
  bool answered = false;  // the author has written a revision since
};

// Confined to the call that got it, as Reader is.
class IndicatorReader {
 public:
  virtual ~IndicatorReader() = default;

  virtual absl::StatusOr<IndicatorPage> Search(const IndicatorQuery& query,
                                               Timestamp now) const = 0;
  // Of an indicator that no live record tells: nothing in it.
  virtual absl::StatusOr<IndicatorTally> Tally(const IndicatorKey& key, Timestamp now) const = 0;
  // Indicators that so many teams by name, or our own, call a false positive.  At most `limit`
  // verdicts of others are looked at, of each team an equal share, its newest; and ours.
  virtual absl::StatusOr<std::vector<IndicatorKey>> Disputed(Timestamp now, int teams,
                                                             int limit) const = 0;
  // What other teams by name dispute of a live record, each thing once per team, at most `limit`.
  virtual absl::StatusOr<std::vector<Dispute>> DisputesOf(const RecordId& record, Timestamp now,
                                                          int limit) const = 0;
  // Records of ours that others dispute, and that we have not revised since; at most `limit`.
  virtual absl::StatusOr<std::vector<RecordId>> OwnDisputed(Timestamp now, int limit) const = 0;
  // Records that are still to be added to the index.
  virtual absl::StatusOr<std::int64_t> Left() const = 0;
};

class IndicatorStore {
 public:
  virtual ~IndicatorStore() = default;

  // As Store::Read, over the same snapshot.
  virtual absl::Status ReadIndicators(
      const std::function<absl::Status(const Reader&, const IndicatorReader&)>& query) const = 0;
  // Rises with each commit after which other indicators may be disputed than before, or be listed
  // by others; time alone does not change it.  From 0 at each start.
  virtual std::uint64_t verdict_changes() const = 0;
};

// The same store; null: this backend keeps no index.
IndicatorStore* FindIndicatorStore(Store& store);

}  // namespace renkei::store
