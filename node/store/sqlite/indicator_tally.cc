// What all records together say of an indicator, and who disputes it.
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

// Adds up rows of (says, author, own).
class Teams {
 public:
  void Add(std::uint8_t says, const std::string& author, bool own) {
    if ((says & kSaysFalsePositive) != 0 && !author.empty()) {
      disputed_.insert(author);
      disputed_here_ = disputed_here_ || own;
    }
    if ((says & (kSaysListed | kSaysSeen)) == 0) return;
    if (author.empty()) {
      ++unnamed_;
    } else {
      told_.insert(author);
    }
  }
  void MoveTo(IndicatorTally& tally) const {
    tally.told_by.assign(told_.begin(), told_.end());
    tally.disputed_by.assign(disputed_.begin(), disputed_.end());
    tally.disputed_here = disputed_here_;
    tally.unnamed = unnamed_;
  }

 private:
  std::set<std::string> told_;
  std::set<std::string> disputed_;
  bool disputed_here_ = false;
  int unnamed_ = 0;
};

// Verdicts on a whole record count for each indicator that it lists.
absl::Status AddJudged(Connection& connection, std::int64_t record, std::int64_t now, Teams& teams,
                       IndicatorTally& tally) {
  Statement select(connection,
                   "SELECT j.says, v.author, v.own, v.issued FROM record r"
                   " CROSS JOIN judged j ON j.community = r.community AND j.about = r.id"
                   " AND (j.leaf = r.leaf OR j.leaf = x'')"
                   " CROSS JOIN record v ON v.number = j.record WHERE r.number = ?1"
                   " AND v.state = 0 AND v.expires > ?2 AND v.author <> ''"
                   " ORDER BY j.record DESC LIMIT ?3");
  select.Bind(1, record).Bind(2, now).Bind(3, kTellersMax);
  while (select.Step()) {
    const auto says = select.Number<std::uint8_t>(0);
    teams.Add(says, select.Text(1), select.Flag(2));
    if ((says & kSaysSeen) != 0) KeepLast(tally.last_seen, select.Time(3));
  }
  return select.status();
}

absl::StatusOr<std::int64_t> NumberOfKey(Connection& connection, std::int64_t community,
                                         const IndicatorKey& key) {
  Statement find(connection, "SELECT number FROM indicator WHERE community = ?1 AND key = ?2");
  find.Bind(1, community).BindBlob(2, key.view());
  const std::int64_t number = find.Step() ? find.Int64(0) : 0;
  RETURN_IF_ERROR(find.status());
  return number;
}

// By name, whoever else floods: these decide.
absl::Status AddDisputes(Connection& connection, std::int64_t indicator, std::int64_t now,
                         Teams& teams) {
  Statement select(connection,
                   "SELECT r.author, r.own FROM told t INDEXED BY told_disputed"
                   " CROSS JOIN record r ON r.number = t.record WHERE t.indicator = ?1"
                   " AND t.says & 4 AND r.state = 0 AND r.expires > ?2 AND r.author <> ''"
                   " ORDER BY t.record DESC LIMIT ?3");
  select.Bind(1, indicator).Bind(2, now).Bind(3, kTellersMax);
  while (select.Step()) teams.Add(kSaysFalsePositive, select.Text(0), select.Flag(1));
  return select.status();
}

// Verdicts of other teams, by name, on record ?1 as a whole; ?2 now, ?3 limit.
constexpr char kJudgedSql[] =
    "SELECT v.id, v.author, 0, '', v.issued, v.issued < r.issued FROM record r"
    " CROSS JOIN judged j ON j.community = r.community AND j.about = r.id AND j.says & 4"
    " AND (j.leaf = r.leaf OR j.leaf = x'')"
    " CROSS JOIN record v ON v.number = j.record WHERE r.number = ?1 AND v.state = 0"
    " AND v.expires > ?2 AND v.author <> '' AND v.author <> r.author LIMIT ?3";
// ... and on its indicator ?4.
constexpr char kDisputedSql[] =
    "SELECT v.id, v.author, i.type, i.value, v.issued, v.issued < r.issued FROM record r"
    " CROSS JOIN told t INDEXED BY told_disputed ON t.indicator = ?4"
    " CROSS JOIN indicator i ON i.number = t.indicator"
    " CROSS JOIN record v ON v.number = t.record WHERE r.number = ?1 AND t.says & 4"
    " AND v.state = 0 AND v.expires > ?2 AND v.author <> '' AND v.author <> r.author LIMIT ?3";

struct DisputedRecord {
  const RecordId& record;
  std::int64_t number = 0;
  Timestamp now{};
  int limit = 0;
};

absl::Status AddVerdicts(Connection& connection, const char* sql, const DisputedRecord& of,
                         std::optional<std::int64_t> indicator, std::vector<Dispute>& disputes) {
  Statement select(connection, sql);
  select.Bind(1, of.number).BindTime(2, of.now);
  select.Bind(3, of.limit - static_cast<int>(disputes.size()));
  if (indicator) select.Bind(4, *indicator);
  while (select.Step()) {
    disputes.push_back({.record = of.record,
                        .verdict = select.Id<RecordId>(0),
                        .team = select.Text(1),
                        .type = static_cast<v1::IndicatorType>(select.Number<int>(2)),
                        .value = select.Text(3),
                        .issued = select.Time(4),
                        .answered = select.Flag(5)});
  }
  return select.status();
}

}  // namespace

absl::StatusOr<IndicatorTally> SqliteIndicators::Tally(const IndicatorKey& key,
                                                       Timestamp now) const {
  IndicatorTally tally;
  ASSIGN_OR_RETURN(const std::int64_t number, NumberOfKey(connection_, community_, key));
  if (number == 0) return tally;
  Teams teams;
  RETURN_IF_ERROR(AddDisputes(connection_, number, UnixSeconds(now), teams));
  Statement select(
      connection_,
      "SELECT t.says, t.confidence, t.first_seen, t.last_seen, r.author, r.own, t.record"
      " FROM told t CROSS JOIN record r ON r.number = t.record WHERE t.indicator = ?1"
      " AND r.state = 0 AND r.expires > ?2 ORDER BY t.record DESC LIMIT ?3");
  select.Bind(1, number).BindTime(2, now).Bind(3, kTellersMax);
  while (select.Step()) {
    const auto says = select.Number<std::uint8_t>(0);
    teams.Add(says, select.Text(4), select.Flag(5));
    if ((says & (kSaysListed | kSaysSeen)) == 0) continue;
    KeepFirst(tally.first_seen, select.Time(2));
    KeepLast(tally.last_seen, select.Time(3));
    if ((says & kSaysListed) == 0) continue;
    ++tally.listed;
    if (!select.IsNull(1)) {
      tally.confidence = std::max(tally.confidence.value_or(0), select.Number<int>(1, 100));
    }
    RETURN_IF_ERROR(AddJudged(connection_, select.Int64(6), UnixSeconds(now), teams, tally));
  }
  RETURN_IF_ERROR(select.status());
  teams.MoveTo(tally);
  return tally;
}

absl::StatusOr<std::vector<IndicatorKey>> SqliteIndicators::Disputed(Timestamp now,
                                                                     int limit) const {
  Statement select(connection_,
                   "SELECT DISTINCT i.key FROM told t INDEXED BY told_disputed"
                   " CROSS JOIN record r ON r.number = t.record"
                   " CROSS JOIN indicator i ON i.number = t.indicator"
                   " WHERE t.says & 4 AND r.community = ?1 AND r.state = 0 AND r.expires > ?2"
                   " AND r.author <> '' LIMIT ?3");
  select.Bind(1, community_).BindTime(2, now).Bind(3, limit);
  std::set<IndicatorKey> keys;
  while (select.Step()) keys.insert(select.Id<IndicatorKey>(0));
  RETURN_IF_ERROR(select.status());
  // Each record once: who judges one a thousand times makes nobody read it a thousand times.
  Statement judged(connection_,
                   "SELECT x.indicators FROM judged j CROSS JOIN record v ON v.number = j.record"
                   " CROSS JOIN record r ON r.community = j.community AND r.id = j.about"
                   " AND (j.leaf = r.leaf OR j.leaf = x'')"
                   " CROSS JOIN indexed x ON x.record = r.number WHERE j.community = ?1"
                   " AND j.says & 4 AND v.state = 0 AND v.expires > ?2 AND v.author <> ''"
                   " GROUP BY x.record");
  judged.Bind(1, community_).BindTime(2, now);
  while (static_cast<int>(keys.size()) < limit && judged.Step()) {
    const Bytes numbers = judged.BlobCopy(0);
    ByteReader in(numbers);
    while (in.ok() && !in.AtEnd()) {
      Statement key(connection_, "SELECT key FROM indicator WHERE number = ?1");
      key.Bind(1, in.I64());
      if (key.Step()) keys.insert(key.Id<IndicatorKey>(0));
      RETURN_IF_ERROR(key.status());
    }
  }
  RETURN_IF_ERROR(judged.status());
  return std::vector<IndicatorKey>(keys.begin(), keys.end());
}

absl::StatusOr<std::vector<Dispute>> SqliteIndicators::DisputesOf(const RecordId& record,
                                                                  Timestamp now, int limit) const {
  std::vector<Dispute> disputes;
  Statement find(connection_,
                 "SELECT r.number, x.indicators FROM record r CROSS JOIN indexed x"
                 " ON x.record = r.number WHERE r.community = ?1 AND r.id = ?2");
  find.Bind(1, community_).BindBlob(2, record.view());
  if (!find.Step()) {
    RETURN_IF_ERROR(find.status());
    return disputes;
  }
  const DisputedRecord of{.record = record, .number = find.Int64(0), .now = now, .limit = limit};
  const Bytes numbers = find.BlobCopy(1);
  RETURN_IF_ERROR(find.status());
  RETURN_IF_ERROR(AddVerdicts(connection_, kJudgedSql, of, std::nullopt, disputes));
  ByteReader in(numbers);
  while (in.ok() && !in.AtEnd() && static_cast<int>(disputes.size()) < limit) {
    RETURN_IF_ERROR(AddVerdicts(connection_, kDisputedSql, of, in.I64(), disputes));
  }
  return disputes;
}

absl::StatusOr<std::vector<RecordId>> SqliteIndicators::OwnDisputed(Timestamp now,
                                                                    int limit) const {
  Statement select(connection_,
                   "SELECT o.id FROM told t INDEXED BY told_disputed"
                   " CROSS JOIN record v ON v.number = t.record"
                   " CROSS JOIN told l ON l.indicator = t.indicator AND l.says & 1"
                   " CROSS JOIN record o ON o.number = l.record AND o.own = 1 AND o.state = 0"
                   " AND o.expires > ?2 WHERE t.says & 4 AND v.community = ?1 AND v.state = 0"
                   " AND v.expires > ?2 AND v.own = 0 AND v.author <> '' AND v.issued >= o.issued"
                   " UNION SELECT o.id FROM judged j CROSS JOIN record v ON v.number = j.record"
                   " CROSS JOIN record o ON o.community = j.community AND o.id = j.about"
                   " AND o.own = 1 AND o.state = 0 AND o.expires > ?2"
                   " AND (j.leaf = o.leaf OR j.leaf = x'') WHERE j.says & 4"
                   " AND j.community = ?1 AND v.state = 0 AND v.expires > ?2 AND v.own = 0"
                   " AND v.author <> '' AND v.issued >= o.issued ORDER BY 1 LIMIT ?3");
  select.Bind(1, community_).BindTime(2, now).Bind(3, limit);
  std::vector<RecordId> records;
  while (select.Step()) records.push_back(select.Id<RecordId>(0));
  RETURN_IF_ERROR(select.status());
  return records;
}

}  // namespace renkei::store
