// What all records together say of an indicator.
//
// Walked team by team and saying by saying, along an index that has them in this order: whoever
// says a thing a thousand times is passed over in one step, and hides nobody.
#include <algorithm>
#include <set>

#include "node/store/sqlite/indicator_search.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

void KeepFirst(std::optional<Timestamp>& first, Timestamp time) {
  if (!first || time < *first) first = time;
}

void KeepLast(std::optional<Timestamp>& last, Timestamp time) {
  if (!last || time > *last) last = time;
}

// All that one author says in the same words; before the first: `says` is -1.
struct Saying {
  std::string author{};
  std::int64_t says = -1;

  bool Has(int bits) const { return (says & bits) != 0; }
};

// No saying of those who are not named comes after this one.
constexpr std::int64_t kAfterUnnamed = 255;

// A record that lists the indicator.
struct ListingRecord {
  Bytes id{};
  Bytes leaf{};
};

class TallyWalk {
 public:
  TallyWalk(Connection& connection, std::int64_t community, Timestamp now)
      : connection_(connection), community_(community), now_(UnixSeconds(now)) {}

  absl::StatusOr<IndicatorTally> Run(std::int64_t indicator) {
    Saying saying;
    std::string team;
    int teams = 0;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, NextTold(indicator, saying));
      if (!more) break;
      if (saying.author != team && ++teams > kTellersMax) break;
      team = saying.author;
      RETURN_IF_ERROR(AddTold(indicator, saying));
    }
    tally_.told_by.assign(told_.begin(), told_.end());
    tally_.disputed_by.assign(disputed_.begin(), disputed_.end());
    return std::move(tally_);
  }

 private:
  // Two questions, each one step of an index: SQLite would walk through all that an author says
  // for one about (author, says).
  absl::StatusOr<bool> NextTold(std::int64_t indicator, Saying& saying) {
    Statement same(connection_,
                   "SELECT author, says FROM told INDEXED BY told_by WHERE indicator = ?1"
                   " AND author = ?2 AND says > ?3 ORDER BY says LIMIT 1");
    Statement next(connection_,
                   "SELECT author, says FROM told INDEXED BY told_by WHERE indicator = ?1"
                   " AND author > ?2 ORDER BY author, says LIMIT 1");
    const std::string author = saying.author;
    same.Bind(1, indicator).BindText(2, author).Bind(3, saying.says);
    next.Bind(1, indicator).BindText(2, author);
    return TakeFirst(same, next, saying);
  }

  absl::StatusOr<bool> NextJudged(const ListingRecord& record, Saying& saying) {
    Statement same(connection_,
                   "SELECT author, says FROM judged INDEXED BY judged_about WHERE community = ?1"
                   " AND about = ?2 AND author = ?3 AND says > ?4 ORDER BY says LIMIT 1");
    Statement next(connection_,
                   "SELECT author, says FROM judged INDEXED BY judged_about WHERE community = ?1"
                   " AND about = ?2 AND author > ?3 ORDER BY author, says LIMIT 1");
    const std::string author = saying.author;
    same.Bind(1, community_).BindBlob(2, record.id).BindText(3, author).Bind(4, saying.says);
    next.Bind(1, community_).BindBlob(2, record.id).BindText(3, author);
    return TakeFirst(same, next, saying);
  }

  static absl::StatusOr<bool> TakeFirst(Statement& same, Statement& next, Saying& saying) {
    Statement* found = same.Step() ? &same : next.Step() ? &next : nullptr;
    if (found != nullptr) saying = {.author = found->Text(0), .says = found->Int64(1)};
    RETURN_IF_ERROR(same.status());
    RETURN_IF_ERROR(next.status());
    return found != nullptr;
  }

  void AddSaying(const Saying& saying, bool own) {
    if (saying.Has(kSaysFalsePositive) && !saying.author.empty()) {
      disputed_.insert(saying.author);
      tally_.disputed_here = tally_.disputed_here || own;
    }
    if (!saying.Has(kSaysListed | kSaysSeen)) return;
    if (saying.author.empty()) {
      ++tally_.unnamed;
    } else {
      told_.insert(saying.author);
    }
  }

  absl::Status AddTold(std::int64_t indicator, const Saying& saying) {
    Statement select(connection_,
                     "SELECT t.confidence, t.first_seen, t.last_seen, r.own, r.id, r.leaf FROM"
                     " (SELECT record, confidence, first_seen, last_seen FROM told"
                     " INDEXED BY told_by WHERE indicator = ?1 AND author = ?2 AND says = ?3"
                     " ORDER BY record DESC LIMIT ?4) t CROSS JOIN record r ON r.number = t.record"
                     " WHERE r.state = 0 AND r.expires > ?5");
    select.Bind(1, indicator).BindText(2, saying.author).Bind(3, saying.says);
    select.Bind(4, saying.author.empty() ? kTellingsUnnamed : kTellingsOfTeam).Bind(5, now_);
    while (select.Step()) {
      AddSaying(saying, select.Flag(3));
      if (!saying.Has(kSaysListed | kSaysSeen)) continue;
      KeepFirst(tally_.first_seen, select.Time(1));
      KeepLast(tally_.last_seen, select.Time(2));
      if (!saying.Has(kSaysListed)) continue;
      ++tally_.listed;
      if (!select.IsNull(0)) {
        tally_.confidence = std::max(tally_.confidence.value_or(0), select.Number<int>(0, 100));
      }
      RETURN_IF_ERROR(AddVerdictsOn({.id = select.BlobCopy(4), .leaf = select.BlobCopy(5)}));
    }
    return select.status();
  }

  // Verdicts on a whole record count for each indicator that it lists.
  absl::Status AddVerdictsOn(const ListingRecord& record) {
    Saying saying{.author = "", .says = kAfterUnnamed};
    std::string team;
    int teams = 0;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, NextJudged(record, saying));
      if (!more) return absl::OkStatus();
      if (saying.author != team && ++teams > kTellersMax) return absl::OkStatus();
      team = saying.author;
      RETURN_IF_ERROR(AddJudged(record, saying));
    }
  }

  absl::Status AddJudged(const ListingRecord& record, const Saying& saying) {
    Statement select(connection_,
                     "SELECT v.own, v.issued FROM (SELECT record, leaf FROM judged"
                     " INDEXED BY judged_about WHERE community = ?1 AND about = ?2 AND author = ?3"
                     " AND says = ?4 ORDER BY record DESC LIMIT ?5) j"
                     " CROSS JOIN record v ON v.number = j.record"
                     " WHERE (j.leaf = ?6 OR j.leaf = x'') AND v.state = 0 AND v.expires > ?7");
    select.Bind(1, community_).BindBlob(2, record.id).BindText(3, saying.author);
    select.Bind(4, saying.says).Bind(5, kTellingsOfTeam).BindBlob(6, record.leaf).Bind(7, now_);
    while (select.Step()) {
      AddSaying(saying, select.Flag(0));
      if (saying.Has(kSaysSeen)) KeepLast(tally_.last_seen, select.Time(1));
    }
    return select.status();
  }

  Connection& connection_;
  const std::int64_t community_;
  const std::int64_t now_;
  std::set<std::string> told_;
  std::set<std::string> disputed_;
  IndicatorTally tally_;
};

}  // namespace

absl::StatusOr<IndicatorTally> SqliteIndicators::Tally(const IndicatorKey& key,
                                                       Timestamp now) const {
  std::int64_t number = 0;
  {
    Statement find(connection_, "SELECT number FROM indicator WHERE community = ?1 AND key = ?2");
    find.Bind(1, community_).BindBlob(2, key.view());
    if (find.Step()) number = find.Int64(0);
    RETURN_IF_ERROR(find.status());
  }
  if (number == 0) return IndicatorTally{};
  return TallyWalk(connection_, community_, now).Run(number);
}

}  // namespace renkei::store
