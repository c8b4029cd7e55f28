// The queries of Reader over one connection, for both Reader and Writer.
//
// Base is Reader or Writer; reader.cc and reader_feed.cc hold the bodies for both.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "node/store/sqlite/connection.h"
#include "node/store/store.h"

namespace renkei::store {

template <class Base>
class Reads : public Base {
 public:
  // `community` is the number of its row.  `connection` outlives this.
  Reads(Connection& connection, std::int64_t community)
      : connection_(connection), community_(community) {}

  absl::StatusOr<std::optional<RecordRow>> FindRecord(const RecordId& id) const override;
  absl::StatusOr<std::vector<RecordId>> FindByPrefix(std::string_view hex,
                                                     int limit) const override;
  absl::StatusOr<std::vector<RecordRow>> ListRecords(const RecordQuery& query) const override;
  absl::StatusOr<std::vector<RevisionRow>> Revisions(const RecordId& id) const override;
  absl::StatusOr<std::vector<HeldRow>> Held(const RecordId& id) const override;
  absl::StatusOr<std::vector<EntryRow>> Entries(Offset after, Offset upto,
                                                int limit) const override;
  absl::StatusOr<EntryPage> WantedEntries(Offset after, Offset upto, int limit, int scan_max,
                                          const EntryFilter& wanted) const override;
  absl::StatusOr<std::optional<TupleRow>> FindTuple(TupleNumber number) const override;
  absl::StatusOr<std::vector<TupleRow>> Tuples(Timestamp now) const override;
  absl::StatusOr<std::map<TupleNumber, std::vector<RecordId>>> TupleExamples(
      const std::vector<TupleNumber>& tuples, std::size_t each) const override;
  absl::StatusOr<Offset> Newest() const override;
  absl::StatusOr<std::vector<OutboxRow>> Outbox(std::string_view link, std::int64_t after,
                                                int limit) const override;
  absl::StatusOr<std::vector<OutboxRow>> UrgentOutbox(std::string_view link,
                                                      int limit) const override;
  absl::StatusOr<std::vector<OutboxRow>> OutboxOf(std::string_view link,
                                                  const RecordId& id) const override;
  absl::StatusOr<std::int64_t> OutboxCount(std::string_view link) const override;
  absl::StatusOr<std::optional<CursorRow>> FindCursor(std::string_view link) const override;
  absl::StatusOr<std::vector<AccessRow>> Access(std::string_view peer) const override;
  absl::StatusOr<std::vector<AccessRow>> NewestAccess() const override;
  absl::StatusOr<std::optional<PolicyRow>> FindPolicy(BytesView digest) const override;
  absl::StatusOr<std::vector<PolicyRow>> Policies() const override;
  absl::StatusOr<std::vector<ReceiptRow>> Receipts(const RecordId& id) const override;
  absl::StatusOr<std::optional<SourceRow>> FindSource(std::string_view format,
                                                      std::string_view source_id,
                                                      int part) const override;
  absl::StatusOr<std::vector<RecordId>> EmbargoesEnded(Timestamp now, int limit) const override;
  absl::StatusOr<Counts> Count() const override;
  absl::StatusOr<std::int64_t> ReceivedSince(std::string_view link, Timestamp since) const override;
  absl::StatusOr<std::int64_t> Tombstones(std::string_view link) const override;
  absl::StatusOr<std::optional<UnnamedRow>> FindUnnamed(const RecordId& id) const override;
  absl::StatusOr<std::optional<UnreleasedRow>> FindUnreleased(const RecordId& id) const override;
  absl::StatusOr<std::vector<RecordId>> UnreleasedBefore(std::int64_t period,
                                                         int limit) const override;
  absl::StatusOr<std::optional<PseudonymRow>> FindPseudonym(
      const crypto::PublicKey& key) const override;
  absl::StatusOr<std::optional<Bytes>> FindObject(std::string_view kind,
                                                  BytesView key) const override;
  absl::StatusOr<std::vector<std::pair<Bytes, Bytes>>> ListObjects(
      std::string_view kind) const override;

 protected:
  Connection& connection() const { return connection_; }
  std::int64_t community() const { return community_; }

 private:
  Connection& connection_;
  std::int64_t community_;
};

extern template class Reads<Reader>;
extern template class Reads<Writer>;

using SqliteReader = Reads<Reader>;

}  // namespace renkei::store
