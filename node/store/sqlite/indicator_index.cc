#include "node/store/sqlite/indicator_index.h"

#include <string>

#include "node/store/sqlite/index_content.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

std::string_view ShownPart(std::string_view value) {
  if (value.size() <= kShownValueMax) return value;
  std::size_t end = kShownValueMax;  // no character of UTF-8 is cut
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80) --end;
  return value.substr(0, end);
}

absl::StatusOr<std::int64_t> TermNumber(Connection& connection, std::int64_t community,
                                        const Term& term) {
  Statement find(connection,
                 "SELECT number FROM term WHERE community = ?1 AND kind = ?2 AND word = ?3");
  find.Bind(1, community).Bind(2, static_cast<std::int64_t>(term.kind)).BindText(3, term.word);
  if (find.Step()) return find.Int64(0);
  RETURN_IF_ERROR(find.status());
  Statement add(connection, "INSERT INTO term (community, kind, word) VALUES (?1, ?2, ?3)");
  add.Bind(1, community).Bind(2, static_cast<std::int64_t>(term.kind)).BindText(3, term.word);
  RETURN_IF_ERROR(add.Run());
  return connection.LastInsertedRow();
}

absl::StatusOr<std::int64_t> IndicatorNumber(Connection& connection, std::int64_t community,
                                             const record::KeyedIndicator& indicator) {
  Statement find(connection, "SELECT number FROM indicator WHERE community = ?1 AND key = ?2");
  find.Bind(1, community).BindBlob(2, indicator.key.view());
  if (find.Step()) return find.Int64(0);
  RETURN_IF_ERROR(find.status());
  Statement add(connection,
                "INSERT INTO indicator (community, key, type, place, value)"
                " VALUES (?1, ?2, ?3, ?4, ?5)");
  add.Bind(1, community).BindBlob(2, indicator.key.view());
  add.Bind(3, static_cast<std::int64_t>(indicator.type));
  if (!indicator.place.empty()) add.BindBlob(4, indicator.place);
  RETURN_IF_ERROR(add.BindText(5, ShownPart(indicator.value)).Run());
  return connection.LastInsertedRow();
}

absl::StatusOr<Bytes> AddTerms(Connection& connection, std::int64_t community, std::int64_t record,
                               const IndexContent& content) {
  ByteWriter numbers;
  for (const Term& term : content.terms) {
    ASSIGN_OR_RETURN(const std::int64_t number, TermNumber(connection, community, term));
    Statement add(connection, "INSERT INTO posting (term, issued, record) VALUES (?1, ?2, ?3)");
    RETURN_IF_ERROR(add.Bind(1, number).Bind(2, content.issued).Bind(3, record).Run());
    numbers.I64(number);
  }
  return numbers.Take();
}

absl::StatusOr<bool> FindsRow(Statement& select) {
  const bool found = select.Step();
  RETURN_IF_ERROR(select.status());
  return found;
}

absl::StatusOr<bool> IsDisputed(Connection& connection, std::int64_t indicator) {
  Statement select(connection,
                   "SELECT 1 FROM told INDEXED BY told_disputed WHERE says & 4"
                   " AND indicator = ?1 LIMIT 1");
  return FindsRow(select.Bind(1, indicator));
}

// It judges another record as a whole, or another judges it.
absl::StatusOr<bool> IsJudgedOrJudges(Connection& connection, std::int64_t record) {
  Statement select(connection,
                   "SELECT EXISTS (SELECT 1 FROM judged WHERE record = ?1)"
                   " OR EXISTS (SELECT 1 FROM record r CROSS JOIN judged j INDEXED BY judged_about"
                   " ON j.community = r.community AND j.about = r.id WHERE r.number = ?1)");
  select.Bind(1, record);
  const bool found = select.Step() && select.Flag(0);
  RETURN_IF_ERROR(select.status());
  return found;
}

// Of any of the indicators, numbers of 8 bytes.
absl::StatusOr<bool> AnyIsDisputed(Connection& connection, BytesView numbers) {
  ByteReader in(numbers);
  while (in.ok() && !in.AtEnd()) {
    ASSIGN_OR_RETURN(const bool disputed, IsDisputed(connection, in.I64()));
    if (disputed) return true;
  }
  return false;
}

absl::StatusOr<Bytes> AddTold(Connection& connection, std::int64_t community, std::int64_t record,
                              const IndexContent& content, std::string_view author) {
  ByteWriter numbers;
  for (const ToldIndicator& told : content.told) {
    ASSIGN_OR_RETURN(const std::int64_t number,
                     IndicatorNumber(connection, community, told.indicator));
    Statement add(connection,
                  "INSERT INTO told (indicator, record, says, confidence, first_seen, last_seen,"
                  " author) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    add.Bind(1, number).Bind(2, record).Bind(3, told.says).Bind(4, told.confidence);
    add.Bind(5, told.first_seen).Bind(6, told.last_seen).BindText(7, author);
    RETURN_IF_ERROR(add.Run());
    numbers.I64(number);
  }
  return numbers.Take();
}

absl::Status RunOn(Connection& connection, const char* sql, std::int64_t number) {
  Statement statement(connection, sql);
  return statement.Bind(1, number).Run();
}

absl::Status DropTerms(Connection& connection, std::int64_t record, std::int64_t issued,
                       BytesView numbers) {
  ByteReader in(numbers);
  while (in.ok() && !in.AtEnd()) {
    const std::int64_t term = in.I64();
    Statement drop(connection,
                   "DELETE FROM posting WHERE term = ?1 AND issued = ?2 AND record = ?3");
    RETURN_IF_ERROR(drop.Bind(1, term).Bind(2, issued).Bind(3, record).Run());
    RETURN_IF_ERROR(RunOn(connection,
                          "DELETE FROM term WHERE number = ?1 AND NOT EXISTS"
                          " (SELECT 1 FROM posting WHERE term = ?1)",
                          term));
  }
  return absl::OkStatus();
}

absl::Status DropTold(Connection& connection, std::int64_t record, BytesView numbers) {
  ByteReader in(numbers);
  while (in.ok() && !in.AtEnd()) {
    const std::int64_t indicator = in.I64();
    Statement drop(connection, "DELETE FROM told WHERE indicator = ?1 AND record = ?2");
    RETURN_IF_ERROR(drop.Bind(1, indicator).Bind(2, record).Run());
    RETURN_IF_ERROR(RunOn(connection,
                          "DELETE FROM indicator WHERE number = ?1 AND NOT EXISTS"
                          " (SELECT 1 FROM told WHERE indicator = ?1)",
                          indicator));
  }
  return absl::OkStatus();
}

// What the verdicts say may be other with than without what the index holds of the record.
absl::StatusOr<bool> TouchesVerdicts(Connection& connection, std::int64_t record,
                                     BytesView indicators) {
  ASSIGN_OR_RETURN(const bool judged, IsJudgedOrJudges(connection, record));
  return judged ? judged : AnyIsDisputed(connection, indicators);
}

absl::StatusOr<bool> AddContent(Connection& connection, std::int64_t community, std::int64_t record,
                                const IndexContent& content, std::string_view author) {
  ASSIGN_OR_RETURN(const Bytes terms, AddTerms(connection, community, record, content));
  ASSIGN_OR_RETURN(const Bytes indicators, AddTold(connection, community, record, content, author));
  if (content.about) {
    Statement judge(connection,
                    "INSERT INTO judged (community, about, record, says, leaf, author)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    judge.Bind(1, community).BindBlob(2, content.about->record_id.view()).Bind(3, record);
    judge.Bind(4, content.about_says).BindBlob(5, content.about->leaf).BindText(6, author);
    RETURN_IF_ERROR(judge.Run());
  }
  Statement put(connection,
                "INSERT INTO indexed (record, issued, terms, indicators) VALUES (?1, ?2, ?3, ?4)");
  put.Bind(1, record).Bind(2, content.issued).BindBlob(3, terms).BindBlob(4, indicators);
  RETURN_IF_ERROR(put.Run());
  return TouchesVerdicts(connection, record, indicators);
}

}  // namespace

absl::StatusOr<bool> UnindexRecord(Connection& connection, std::int64_t number) {
  Bytes terms;
  Bytes indicators;
  std::int64_t issued = 0;
  {
    Statement find(connection, "SELECT issued, terms, indicators FROM indexed WHERE record = ?1");
    find.Bind(1, number);
    ASSIGN_OR_RETURN(const bool found, FindsRow(find));
    if (!found) return false;
    issued = find.Int64(0);
    terms = find.BlobCopy(1);
    indicators = find.BlobCopy(2);
    RETURN_IF_ERROR(find.status());
  }
  ASSIGN_OR_RETURN(const bool touches, TouchesVerdicts(connection, number, indicators));
  RETURN_IF_ERROR(DropTerms(connection, number, issued, terms));
  RETURN_IF_ERROR(DropTold(connection, number, indicators));
  RETURN_IF_ERROR(RunOn(connection, "DELETE FROM judged WHERE record = ?1", number));
  RETURN_IF_ERROR(RunOn(connection, "DELETE FROM indexed WHERE record = ?1", number));
  return touches;
}

absl::StatusOr<bool> IndexRecord(Connection& connection, std::int64_t community,
                                 std::int64_t number, BytesView stored, RecordState state,
                                 std::string_view author) {
  ASSIGN_OR_RETURN(const bool touched, UnindexRecord(connection, number));
  const auto content = ContentOf(stored, state, author);
  if (!content) return touched;
  ASSIGN_OR_RETURN(const bool touches, AddContent(connection, community, number, *content, author));
  return touched || touches;
}

absl::StatusOr<bool> IndexEarlier(Connection& connection) {
  ASSIGN_OR_RETURN(const std::int64_t upto,
                   connection.QueryInteger("SELECT coalesce(max(upto), 0) FROM index_left"));
  if (upto == 0) return false;
  std::int64_t reached = 0;
  int records = 0;
  std::size_t indicators = 0;
  Statement rows(connection,
                 "SELECT number, community, stored, author FROM record r WHERE number <= ?1"
                 " AND state = 0 AND NOT EXISTS (SELECT 1 FROM indexed WHERE record = r.number)"
                 " ORDER BY number DESC");
  rows.Bind(1, upto);
  while (records < kIndexStepRecords && indicators < kIndexStepIndicators && rows.Step()) {
    reached = rows.Int64(0);
    ++records;
    const std::string author = rows.Text(3);
    const auto content = ContentOf(rows.Blob(2), RecordState::kLive, author);
    if (!content) continue;
    indicators += content->told.size();
    RETURN_IF_ERROR(AddContent(connection, rows.Int64(1), reached, *content, author).status());
  }
  RETURN_IF_ERROR(rows.status());
  const bool more = records == kIndexStepRecords || indicators >= kIndexStepIndicators;
  Statement left(connection, "UPDATE index_left SET upto = ?1");
  RETURN_IF_ERROR(left.Bind(1, more ? reached - 1 : 0).Run());
  return more && reached > 1;
}

}  // namespace renkei::store
