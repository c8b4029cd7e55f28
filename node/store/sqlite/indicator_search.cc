// Searching the index: by indicator where a value or a place is asked for, else along the records
// of the rarest mark, newest first.
#include "node/store/sqlite/indicator_search.h"

#include <algorithm>
#include <limits>

#include "node/store/sqlite/index_content.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

// So many postings tell whether a mark is rare.
constexpr int kRareMax = 2000;
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

// Where a page ends.  By record: issued, number of the record, and how many of its indicators are
// done.  By indicator: place or key in `at`, number of the indicator, and of the last record.
struct Reached {
  std::int64_t a = kLast;
  std::int64_t b = kLast;
  std::int64_t c = 0;
  Bytes at{};

  Bytes ToBytes() const { return ByteWriter().I64(a).I64(b).I64(c).Raw(at).Take(); }
};

absl::StatusOr<Reached> ReachedFrom(const Bytes& bytes) {
  Reached reached;
  if (bytes.empty()) return reached;
  constexpr std::size_t kNumbers = 3 * 8;
  if (bytes.size() < kNumbers) return InvalidArgument("this is no place to go on from");
  ByteReader in(BytesView(bytes).substr(0, kNumbers));
  reached.a = in.I64();
  reached.b = in.I64();
  reached.c = in.I64();
  reached.at = bytes.substr(kNumbers);
  return reached;
}

struct IndicatorRow {
  std::int64_t number = 0;
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
  std::string value{};
  IndicatorKey key{};
};

class IndexWalk {
 public:
  IndexWalk(Connection& connection, std::int64_t community, const IndicatorQuery& query,
            Timestamp now)
      : connection_(connection), community_(community), query_(query), now_(UnixSeconds(now)) {}

  absl::StatusOr<IndicatorPage> Run();

 private:
  // The numbers of the marks that a record must have.  False: there is none of that name.
  absl::StatusOr<bool> FindTerms();
  absl::Status AddTerm(const Term& term, bool& known);
  absl::Status ChooseRarest();
  bool Full() const {
    return scanned_ >= kIndexScanMax || static_cast<int>(page_.hits.size()) >= limit_;
  }
  absl::Status ByRecord(const Reached& from);
  absl::Status OneRecord(std::int64_t issued, std::int64_t record, std::int64_t done);
  absl::Status ByKeys(const Reached& from);
  absl::Status ByPlace(const Reached& from);
  // The records that tell an indicator, newest first, before record `before`.
  absl::Status OneIndicator(const IndicatorRow& indicator, std::int64_t before, const Bytes& at);
  absl::StatusOr<bool> HasAllTerms(std::int64_t issued, std::int64_t record, std::int64_t but);
  absl::StatusOr<std::optional<IndicatorHit>> HitOf(std::int64_t record);
  absl::StatusOr<IndicatorRow> RowOf(std::int64_t number);
  std::int64_t Since() const {
    return query_.since ? UnixSeconds(*query_.since) : std::numeric_limits<std::int64_t>::min();
  }
  std::int64_t Until() const { return query_.until ? UnixSeconds(*query_.until) : kLast; }
  void Stop(const Reached& reached) { page_.next = reached.ToBytes(); }

  Connection& connection_;
  const std::int64_t community_;
  const IndicatorQuery& query_;
  const std::int64_t now_;
  const int limit_ = std::clamp(query_.limit, 1, kSearchHitsMax);
  std::vector<std::int64_t> terms_;  // the rarest first
  int scanned_ = 0;
  IndicatorPage page_;
};

absl::Status IndexWalk::AddTerm(const Term& term, bool& known) {
  Statement find(connection_,
                 "SELECT number FROM term WHERE community = ?1 AND kind = ?2 AND word = ?3");
  find.Bind(1, community_).Bind(2, static_cast<std::int64_t>(term.kind)).BindText(3, term.word);
  const bool found = find.Step();
  if (found) terms_.push_back(find.Int64(0));
  known = known && found;
  return find.status();
}

absl::StatusOr<bool> IndexWalk::FindTerms() {
  bool known = true;
  if (query_.kind) RETURN_IF_ERROR(AddTerm(KindTerm(*query_.kind), known));
  if (query_.circle) RETURN_IF_ERROR(AddTerm(CircleTerm(*query_.circle), known));
  if (query_.type) RETURN_IF_ERROR(AddTerm(TypeTerm(*query_.type), known));
  const std::pair<TermKind, const std::string*> words[] = {
      {TermKind::kTeam, &query_.team},
      {TermKind::kTag, &query_.tag},
      {TermKind::kTechnique, &query_.technique}};
  for (const auto& [kind, word] : words) {
    if (!word->empty()) RETURN_IF_ERROR(AddTerm(MakeTerm(kind, *word), known));
  }
  if (terms_.empty()) RETURN_IF_ERROR(AddTerm(MakeTerm(TermKind::kAll, ""), known));
  return known;
}

absl::Status IndexWalk::ChooseRarest() {
  std::int64_t fewest = kLast;
  std::size_t rarest = 0;
  for (std::size_t i = 0; terms_.size() > 1 && i < terms_.size(); ++i) {
    Statement count(connection_,
                    "SELECT count(*) FROM (SELECT 1 FROM posting WHERE term = ?1 AND issued >= ?2"
                    " AND issued < ?3 LIMIT ?4)");
    count.Bind(1, terms_[i]).Bind(2, Since()).Bind(3, Until()).Bind(4, kRareMax);
    const std::int64_t postings = count.Step() ? count.Int64(0) : 0;
    RETURN_IF_ERROR(count.status());
    if (postings < fewest) {
      fewest = postings;
      rarest = i;
    }
  }
  std::swap(terms_[0], terms_[rarest]);
  return absl::OkStatus();
}

absl::StatusOr<IndicatorPage> IndexWalk::Run() {
  ASSIGN_OR_RETURN(const Reached from, ReachedFrom(query_.after));
  ASSIGN_OR_RETURN(const bool known, FindTerms());
  if (!known) return std::move(page_);
  RETURN_IF_ERROR(ChooseRarest());
  if (!query_.keys.empty()) {
    RETURN_IF_ERROR(ByKeys(from));
  } else if (query_.under) {
    RETURN_IF_ERROR(ByPlace(from));
  } else {
    RETURN_IF_ERROR(ByRecord(from));
  }
  return std::move(page_);
}

absl::StatusOr<bool> IndexWalk::HasAllTerms(std::int64_t issued, std::int64_t record,
                                            std::int64_t but) {
  for (const std::int64_t term : terms_) {
    if (term == but) continue;
    Statement has(connection_,
                  "SELECT 1 FROM posting WHERE term = ?1 AND issued = ?2 AND record = ?3");
    has.Bind(1, term).Bind(2, issued).Bind(3, record);
    const bool found = has.Step();
    RETURN_IF_ERROR(has.status());
    if (!found) return false;
  }
  return true;
}

absl::StatusOr<std::optional<IndicatorHit>> IndexWalk::HitOf(std::int64_t record) {
  Statement select(connection_,
                   "SELECT id, kind, tlp, author, own, issued FROM record WHERE number = ?1"
                   " AND community = ?2 AND state = 0 AND expires > ?3");
  select.Bind(1, record).Bind(2, community_).Bind(3, now_);
  std::optional<IndicatorHit> hit;
  if (select.Step()) {
    hit.emplace();
    hit->record = select.Id<RecordId>(0);
    hit->kind = static_cast<policy::Kind>(select.Number<std::uint8_t>(1));
    hit->tlp = static_cast<policy::Tlp>(select.Number<std::uint8_t>(2));
    hit->author = select.Text(3);
    hit->own = select.Flag(4);
    hit->issued = select.Time(5);
  }
  RETURN_IF_ERROR(select.status());
  return hit;
}

absl::StatusOr<IndicatorRow> IndexWalk::RowOf(std::int64_t number) {
  Statement select(connection_, "SELECT type, value, key FROM indicator WHERE number = ?1");
  select.Bind(1, number);
  IndicatorRow row{.number = number};
  if (select.Step()) {
    row.type = static_cast<v1::IndicatorType>(select.Number<int>(0));
    row.value = select.Text(1);
    row.key = select.Id<IndicatorKey>(2);
  }
  RETURN_IF_ERROR(select.status());
  return row;
}

absl::Status IndexWalk::ByRecord(const Reached& from) {
  Statement walk(connection_,
                 "SELECT issued, record FROM posting WHERE term = ?1 AND issued >= ?2"
                 " AND issued < ?3 AND (issued, record) <= (?4, ?5)"
                 " ORDER BY issued DESC, record DESC");
  walk.Bind(1, terms_[0]).Bind(2, Since()).Bind(3, Until()).Bind(4, from.a).Bind(5, from.b);
  while (walk.Step()) {
    const std::int64_t issued = walk.Int64(0);
    const std::int64_t record = walk.Int64(1);
    const bool same = issued == from.a && record == from.b;
    if (Full()) {
      Stop({.a = issued, .b = record});
      return absl::OkStatus();
    }
    ++scanned_;
    ASSIGN_OR_RETURN(const bool wanted, HasAllTerms(issued, record, terms_[0]));
    if (wanted) RETURN_IF_ERROR(OneRecord(issued, record, same ? from.c : 0));
    if (!page_.next.empty()) return absl::OkStatus();
  }
  return walk.status();
}

absl::Status IndexWalk::OneRecord(std::int64_t issued, std::int64_t record, std::int64_t done) {
  ASSIGN_OR_RETURN(const auto base, HitOf(record));
  if (!base) return absl::OkStatus();
  Statement list(connection_, "SELECT indicators FROM indexed WHERE record = ?1");
  list.Bind(1, record);
  const Bytes numbers = list.Step() ? list.BlobCopy(0) : Bytes();
  RETURN_IF_ERROR(list.status());
  if (numbers.empty() && !query_.type) page_.hits.push_back(*base);
  ByteReader in(numbers);
  for (std::int64_t at = 0; in.ok() && !in.AtEnd(); ++at) {
    const std::int64_t number = in.I64();
    if (at < done) continue;
    if (Full()) {
      Stop({.a = issued, .b = record, .c = at});
      return absl::OkStatus();
    }
    ++scanned_;
    ASSIGN_OR_RETURN(const IndicatorRow row, RowOf(number));
    if (query_.type && row.type != *query_.type) continue;
    Statement told(connection_, "SELECT says FROM told WHERE indicator = ?1 AND record = ?2");
    told.Bind(1, number).Bind(2, record);
    IndicatorHit hit = *base;
    if (told.Step()) hit.says = told.Number<std::uint8_t>(0);
    RETURN_IF_ERROR(told.status());
    hit.type = row.type;
    hit.value = row.value;
    hit.key = row.key;
    page_.hits.push_back(std::move(hit));
  }
  return absl::OkStatus();
}

absl::Status IndexWalk::ByKeys(const Reached& from) {
  std::vector<IndicatorKey> keys = query_.keys;
  std::sort(keys.begin(), keys.end());
  for (const IndicatorKey& key : keys) {
    if (key.view() < BytesView(from.at)) continue;
    Statement find(connection_,
                   "SELECT number, type, value FROM indicator WHERE community = ?1 AND key = ?2");
    find.Bind(1, community_).BindBlob(2, key.view());
    IndicatorRow row{.key = key};
    if (find.Step()) {
      row.number = find.Int64(0);
      row.type = static_cast<v1::IndicatorType>(find.Number<int>(1));
      row.value = find.Text(2);
    }
    RETURN_IF_ERROR(find.status());
    const bool same = key.view() == BytesView(from.at);
    if (row.number != 0) RETURN_IF_ERROR(OneIndicator(row, same ? from.b : kLast, key.str()));
    if (!page_.next.empty()) return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status IndexWalk::ByPlace(const Reached& from) {
  const Bytes first = std::max(query_.under->from, from.at);
  Statement walk(connection_,
                 "SELECT number, type, value, key, place FROM indicator WHERE community = ?1"
                 " AND place >= ?2 AND place < ?3 ORDER BY place, number");
  walk.Bind(1, community_).BindBlob(2, first).BindBlob(3, query_.under->to);
  while (walk.Step()) {
    IndicatorRow row{.number = walk.Int64(0),
                     .type = static_cast<v1::IndicatorType>(walk.Number<int>(1)),
                     .value = walk.Text(2),
                     .key = walk.Id<IndicatorKey>(3)};
    const Bytes place = walk.BlobCopy(4);
    const bool at_first = !from.at.empty() && place == from.at;
    if (at_first && row.number < from.a) continue;
    if (Full()) {
      Stop({.a = row.number, .at = place});
      return absl::OkStatus();
    }
    ++scanned_;
    const bool same = at_first && row.number == from.a;
    RETURN_IF_ERROR(OneIndicator(row, same ? from.b : kLast, place));
    if (!page_.next.empty()) return absl::OkStatus();
  }
  return walk.status();
}

absl::Status IndexWalk::OneIndicator(const IndicatorRow& indicator, std::int64_t before,
                                     const Bytes& at) {
  if (query_.type && indicator.type != *query_.type) return absl::OkStatus();
  Statement walk(connection_,
                 "SELECT t.record, t.says, i.issued FROM told t CROSS JOIN indexed i"
                 " ON i.record = t.record WHERE t.indicator = ?1 AND t.record <= ?2"
                 " ORDER BY t.record DESC");
  walk.Bind(1, indicator.number).Bind(2, before);
  while (walk.Step()) {
    const std::int64_t record = walk.Int64(0);
    if (Full()) {
      Stop({.a = indicator.number, .b = record, .at = at});
      return absl::OkStatus();
    }
    ++scanned_;
    const std::int64_t issued = walk.Int64(2);
    if (issued < Since() || issued >= Until()) continue;
    ASSIGN_OR_RETURN(const bool wanted, HasAllTerms(issued, record, 0));
    if (!wanted) continue;
    ASSIGN_OR_RETURN(auto hit, HitOf(record));
    if (!hit) continue;
    hit->says = walk.Number<std::uint8_t>(1);
    hit->type = indicator.type;
    hit->value = indicator.value;
    hit->key = indicator.key;
    page_.hits.push_back(*std::move(hit));
  }
  return walk.status();
}

}  // namespace

absl::StatusOr<IndicatorPage> SqliteIndicators::Search(const IndicatorQuery& query,
                                                       Timestamp now) const {
  return IndexWalk(connection_, community_, query, now).Run();
}

absl::StatusOr<std::int64_t> SqliteIndicators::Left() const {
  return connection_.QueryInteger(
      "SELECT count(*) FROM record WHERE state = 0 AND number <="
      " (SELECT coalesce(max(upto), 0) FROM index_left)");
}

}  // namespace renkei::store
