// Who disputes what: verdicts of teams by name, of each team its newest, so that no team's flood
// leaves out what others say.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "node/store/sqlite/indicator_search.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

// One or several verdicts of a team on the same thing.
struct Verdict {
  std::int64_t about = 0;  // number of an indicator, or of a record
  std::int64_t team = 0;
  std::int64_t issued = 0;  // the newest
  bool own = false;
};

// Verdicts by team.  Confined to a snapshot.
class VerdictWalk {
 public:
  VerdictWalk(Connection& connection, std::int64_t community, Timestamp now)
      : connection_(connection), community_(community), now_(UnixSeconds(now)) {}

  // At most `limit` of all other teams together, and `own_limit` of ours.
  absl::Status Run(int limit, int own_limit) {
    RETURN_IF_ERROR(FindTeams());
    if (teams_.empty()) return absl::OkStatus();
    const int each = std::clamp(limit / static_cast<int>(teams_.size()), 1, kVerdictsOfTeam);
    std::int64_t number = 0;
    for (const std::string& team : teams_) {
      // Ours decide alone: however many others judge, they leave none of ours out.
      ASSIGN_OR_RETURN(const bool own, IsOwn(team));
      const int most = own ? own_limit : each;
      shares[++number] = most;
      RETURN_IF_ERROR(AddOnIndicators(team, number, most));
      RETURN_IF_ERROR(AddOnRecords(team, number, most));
    }
    return absl::OkStatus();
  }

  std::vector<Verdict> on_indicators{};
  std::vector<Verdict> on_records{};
  std::map<std::int64_t, int> shares{};  // of each team

 private:
  // By its newest verdicts.
  absl::StatusOr<bool> IsOwn(const std::string& team) {
    Statement select(connection_,
                     "SELECT (SELECT v.own FROM told t INDEXED BY told_disputed_by"
                     " CROSS JOIN record v ON v.number = t.record WHERE t.says & 4"
                     " AND t.author = ?1 ORDER BY t.record DESC LIMIT 1),"
                     " (SELECT v.own FROM judged j INDEXED BY judged_disputed_by"
                     " CROSS JOIN record v ON v.number = j.record WHERE j.says & 4"
                     " AND j.community = ?2 AND j.author = ?1 ORDER BY j.record DESC LIMIT 1)");
    select.BindText(1, team).Bind(2, community_);
    bool own = false;
    if (select.Step()) {
      own = (!select.IsNull(0) && select.Flag(0)) || (!select.IsNull(1) && select.Flag(1));
    }
    RETURN_IF_ERROR(select.status());
    return own;
  }

  absl::Status FindTeams() {
    for (std::string team; teams_.size() < static_cast<std::size_t>(kTellersMax);) {
      Statement next(connection_,
                     "SELECT author FROM told INDEXED BY told_disputed_by WHERE says & 4"
                     " AND author > ?1 ORDER BY author LIMIT 1");
      const std::string before = team;
      next.BindText(1, before);
      const bool found = next.Step();
      if (found) team = next.Text(0);
      RETURN_IF_ERROR(next.status());
      if (!found) break;
      teams_.insert(team);
    }
    for (std::string team; teams_.size() < 2 * static_cast<std::size_t>(kTellersMax);) {
      Statement next(connection_,
                     "SELECT author FROM judged INDEXED BY judged_disputed_by WHERE says & 4"
                     " AND community = ?1 AND author > ?2 ORDER BY author LIMIT 1");
      const std::string before = team;
      next.Bind(1, community_).BindText(2, before);
      const bool found = next.Step();
      if (found) team = next.Text(0);
      RETURN_IF_ERROR(next.status());
      if (!found) break;
      teams_.insert(team);
    }
    return absl::OkStatus();
  }

  absl::Status AddOnIndicators(const std::string& team, std::int64_t number, int limit) {
    Statement select(connection_,
                     "SELECT t.indicator, v.issued, v.own FROM (SELECT indicator, record FROM told"
                     " INDEXED BY told_disputed_by WHERE says & 4 AND author = ?1"
                     " ORDER BY record DESC LIMIT ?2) t"
                     " CROSS JOIN record v ON v.number = t.record"
                     " WHERE v.community = ?3 AND v.state = 0 AND v.expires > ?4");
    select.BindText(1, team).Bind(2, limit).Bind(3, community_).Bind(4, now_);
    return Collect(select, number, on_indicators);
  }

  absl::Status AddOnRecords(const std::string& team, std::int64_t number, int limit) {
    Statement select(connection_,
                     "SELECT r.number, v.issued, v.own FROM (SELECT record, about, leaf FROM"
                     " judged INDEXED BY judged_disputed_by WHERE says & 4 AND community = ?3"
                     " AND author = ?1 ORDER BY record DESC LIMIT ?2) j"
                     " CROSS JOIN record v ON v.number = j.record"
                     " CROSS JOIN record r ON r.community = ?3 AND r.id = j.about"
                     " AND (j.leaf = r.leaf OR j.leaf = x'')"
                     " WHERE v.state = 0 AND v.expires > ?4");
    select.BindText(1, team).Bind(2, limit).Bind(3, community_).Bind(4, now_);
    return Collect(select, number, on_records);
  }

  // Rows of what it is about, when it was issued, whether it is ours.
  static absl::Status Collect(Statement& select, std::int64_t team, std::vector<Verdict>& into) {
    while (select.Step()) {
      into.push_back({.about = select.Int64(0),
                      .team = team,
                      .issued = select.Int64(1),
                      .own = select.Flag(2)});
    }
    return select.status();
  }

  Connection& connection_;
  const std::int64_t community_;
  const std::int64_t now_;
  std::set<std::string> teams_;
};

// Each team's verdict on a thing once, its newest; things together.
void KeepNewest(std::vector<Verdict>& verdicts) {
  const auto order = [](const Verdict& a, const Verdict& b) {
    return std::tuple(a.about, a.team, -a.issued) < std::tuple(b.about, b.team, -b.issued);
  };
  std::sort(verdicts.begin(), verdicts.end(), order);
  const auto same = [](const Verdict& a, const Verdict& b) {
    return a.about == b.about && a.team == b.team;
  };
  verdicts.erase(std::unique(verdicts.begin(), verdicts.end(), same), verdicts.end());
}

// A verdict on a record counts for its indicators: of each team within its share.
absl::Status Expand(Connection& connection, VerdictWalk& walk) {
  KeepNewest(walk.on_records);
  std::map<std::int64_t, int> left = walk.shares;
  for (const Verdict& verdict : walk.on_records) {
    int& of_team = left[verdict.team];
    if (of_team <= 0) continue;
    Statement list(connection, "SELECT indicators FROM indexed WHERE record = ?1");
    list.Bind(1, verdict.about);
    const Bytes numbers = list.Step() ? list.BlobCopy(0) : Bytes();
    RETURN_IF_ERROR(list.status());
    ByteReader in(numbers);
    while (in.ok() && !in.AtEnd() && of_team-- > 0) {
      Verdict one = verdict;
      one.about = in.I64();
      walk.on_indicators.push_back(one);
    }
  }
  return absl::OkStatus();
}

// A record whose disputes are asked for.
struct DisputedRecord {
  const RecordId& id;
  std::int64_t community = 0;
  std::string author{};
  Bytes leaf{};
  Timestamp issued{};
  std::int64_t now = 0;
  int limit = 0;
};

// Adds a team's newest verdict, which `select` found.
absl::Status AddNewest(Statement& select, const DisputedRecord& of,
                       std::vector<Dispute>& disputes) {
  if (!select.Step()) return select.status();
  disputes.push_back({.record = of.id,
                      .verdict = select.Id<RecordId>(0),
                      .team = select.Text(1),
                      .type = static_cast<v1::IndicatorType>(select.Number<int>(2)),
                      .value = select.Text(3),
                      .issued = select.Time(4),
                      .answered = select.Time(4) < of.issued});
  return select.status();
}

absl::Status AddOnWhole(Connection& connection, const DisputedRecord& of,
                        std::vector<Dispute>& disputes) {
  std::string team;
  while (static_cast<int>(disputes.size()) < of.limit) {
    {
      Statement next(connection,
                     "SELECT author FROM judged INDEXED BY judged_about WHERE community = ?1"
                     " AND about = ?2 AND author > ?3 ORDER BY author LIMIT 1");
      const std::string before = team;
      next.Bind(1, of.community).BindBlob(2, of.id.view()).BindText(3, before);
      const bool found = next.Step();
      if (found) team = next.Text(0);
      RETURN_IF_ERROR(next.status());
      if (!found) return absl::OkStatus();
    }
    if (team == of.author) continue;
    Statement newest(connection,
                     "SELECT v.id, v.author, 0, '', v.issued FROM judged j"
                     " INDEXED BY judged_about CROSS JOIN record v ON v.number = j.record"
                     " WHERE j.community = ?1 AND j.about = ?2 AND j.author = ?3 AND j.says & 4"
                     " AND (j.leaf = ?4 OR j.leaf = x'') AND v.state = 0 AND v.expires > ?5"
                     " ORDER BY j.says DESC, j.record DESC LIMIT 1");
    newest.Bind(1, of.community).BindBlob(2, of.id.view()).BindText(3, team);
    newest.BindBlob(4, of.leaf).Bind(5, of.now);
    RETURN_IF_ERROR(AddNewest(newest, of, disputes));
  }
  return absl::OkStatus();
}

absl::Status AddOnIndicator(Connection& connection, const DisputedRecord& of,
                            std::int64_t indicator, std::vector<Dispute>& disputes) {
  std::string team;
  while (static_cast<int>(disputes.size()) < of.limit) {
    {
      Statement next(connection,
                     "SELECT author FROM told INDEXED BY told_disputed WHERE says & 4"
                     " AND indicator = ?1 AND author > ?2 ORDER BY author LIMIT 1");
      const std::string before = team;
      next.Bind(1, indicator).BindText(2, before);
      const bool found = next.Step();
      if (found) team = next.Text(0);
      RETURN_IF_ERROR(next.status());
      if (!found) return absl::OkStatus();
    }
    if (team == of.author) continue;
    Statement newest(connection,
                     "SELECT v.id, v.author, i.type, i.value, v.issued FROM told t"
                     " INDEXED BY told_disputed CROSS JOIN indicator i ON i.number = t.indicator"
                     " CROSS JOIN record v ON v.number = t.record WHERE t.says & 4"
                     " AND t.indicator = ?1 AND t.author = ?2 AND v.state = 0 AND v.expires > ?3"
                     " ORDER BY t.record DESC LIMIT 1");
    newest.Bind(1, indicator).BindText(2, team).Bind(3, of.now);
    RETURN_IF_ERROR(AddNewest(newest, of, disputes));
  }
  return absl::OkStatus();
}

// Records of ours that list an indicator and were last written no later than `issued`.
absl::Status AddOwnListing(Connection& connection, const Verdict& verdict, std::int64_t now,
                           int limit, std::set<RecordId>& records) {
  std::string team;
  for (int teams = 0; teams < kTellersMax; ++teams) {
    {
      Statement next(connection,
                     "SELECT t.author, r.own FROM told t INDEXED BY told_by"
                     " CROSS JOIN record r ON r.number = t.record WHERE t.indicator = ?1"
                     " AND t.author > ?2 ORDER BY t.author LIMIT 1");
      const std::string before = team;
      next.Bind(1, verdict.about).BindText(2, before);
      const bool found = next.Step();
      const bool own = found && next.Flag(1);
      if (found) team = next.Text(0);
      RETURN_IF_ERROR(next.status());
      if (!found) return absl::OkStatus();
      if (!own) continue;
    }
    Statement select(connection,
                     "SELECT o.id FROM told t INDEXED BY told_by"
                     " CROSS JOIN record o ON o.number = t.record WHERE t.indicator = ?1"
                     " AND t.author = ?2 AND t.says & 1 AND o.own = 1 AND o.state = 0"
                     " AND o.expires > ?3 AND o.issued <= ?4 LIMIT ?5");
    select.Bind(1, verdict.about).BindText(2, team).Bind(3, now).Bind(4, verdict.issued);
    select.Bind(5, limit);
    while (select.Step()) records.insert(select.Id<RecordId>(0));
    return select.status();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<IndicatorKey>> SqliteIndicators::Disputed(Timestamp now, int teams,
                                                                     int limit) const {
  VerdictWalk walk(connection_, community_, now);
  RETURN_IF_ERROR(walk.Run(limit, kVerdictsOfTeam));
  RETURN_IF_ERROR(Expand(connection_, walk));
  auto& verdicts = walk.on_indicators;
  KeepNewest(verdicts);
  std::vector<IndicatorKey> keys;
  for (auto at = verdicts.begin(); at != verdicts.end();) {
    const auto end = std::find_if(at, verdicts.end(),
                                  [&](const Verdict& one) { return one.about != at->about; });
    const bool own = std::any_of(at, end, [](const Verdict& one) { return one.own; });
    if (own || end - at >= teams) {
      Statement key(connection_, "SELECT key FROM indicator WHERE number = ?1");
      key.Bind(1, at->about);
      if (key.Step()) keys.push_back(key.Id<IndicatorKey>(0));
      RETURN_IF_ERROR(key.status());
    }
    at = end;
  }
  return keys;
}

absl::StatusOr<std::vector<Dispute>> SqliteIndicators::DisputesOf(const RecordId& record,
                                                                  Timestamp now, int limit) const {
  std::vector<Dispute> disputes;
  DisputedRecord of{.id = record, .community = community_, .now = UnixSeconds(now), .limit = limit};
  Bytes numbers;
  {
    Statement find(connection_,
                   "SELECT r.author, r.leaf, r.issued, x.indicators FROM record r"
                   " CROSS JOIN indexed x ON x.record = r.number"
                   " WHERE r.community = ?1 AND r.id = ?2");
    find.Bind(1, community_).BindBlob(2, record.view());
    const bool found = find.Step();
    RETURN_IF_ERROR(find.status());
    if (!found) return disputes;
    of.author = find.Text(0);
    of.leaf = find.BlobCopy(1);
    of.issued = find.Time(2);
    numbers = find.BlobCopy(3);
  }
  RETURN_IF_ERROR(AddOnWhole(connection_, of, disputes));
  ByteReader in(numbers);
  while (in.ok() && !in.AtEnd() && static_cast<int>(disputes.size()) < limit) {
    RETURN_IF_ERROR(AddOnIndicator(connection_, of, in.I64(), disputes));
  }
  return disputes;
}

absl::StatusOr<std::vector<RecordId>> SqliteIndicators::OwnDisputed(Timestamp now,
                                                                    int limit) const {
  VerdictWalk walk(connection_, community_, now);
  RETURN_IF_ERROR(walk.Run(kOwnVerdictsMax, 0));
  std::set<RecordId> records;
  for (std::vector<Verdict>* verdicts : {&walk.on_indicators, &walk.on_records}) {
    std::erase_if(*verdicts, [](const Verdict& one) { return one.own; });
    // Of each thing the newest verdict: it disputes all that an earlier one does.
    for (Verdict& one : *verdicts) one.team = 0;
    KeepNewest(*verdicts);
  }
  for (const Verdict& verdict : walk.on_records) {
    Statement own(connection_,
                  "SELECT id FROM record WHERE number = ?1 AND own = 1 AND state = 0"
                  " AND expires > ?2 AND issued <= ?3");
    own.Bind(1, verdict.about).BindTime(2, now).Bind(3, verdict.issued);
    if (own.Step()) records.insert(own.Id<RecordId>(0));
    RETURN_IF_ERROR(own.status());
  }
  for (const Verdict& verdict : walk.on_indicators) {
    RETURN_IF_ERROR(AddOwnListing(connection_, verdict, UnixSeconds(now), limit, records));
  }
  std::vector<RecordId> first(records.begin(), records.end());
  if (first.size() > static_cast<std::size_t>(limit)) {
    first.resize(static_cast<std::size_t>(limit));
  }
  return first;
}

}  // namespace renkei::store
