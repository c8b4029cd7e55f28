// IndicatorReader over one connection, within a snapshot of its owner.
#pragma once

#include "node/store/indicators.h"
#include "node/store/sqlite/connection.h"

namespace renkei::store {

// Confined to the thread of its connection.
class SqliteIndicators : public IndicatorReader {
 public:
  // `community` is the number of its row.  `connection` outlives this.
  SqliteIndicators(Connection& connection, std::int64_t community)
      : connection_(connection), community_(community) {}

  absl::StatusOr<IndicatorPage> Search(const IndicatorQuery& query, Timestamp now) const override;
  absl::StatusOr<IndicatorTally> Tally(const IndicatorKey& key, Timestamp now) const override;
  absl::StatusOr<std::vector<IndicatorKey>> Disputed(Timestamp now, int teams,
                                                     int limit) const override;
  absl::StatusOr<std::vector<Dispute>> DisputesOf(const RecordId& record, Timestamp now,
                                                  int limit) const override;
  absl::StatusOr<std::vector<RecordId>> OwnDisputed(Timestamp now, int limit) const override;
  absl::StatusOr<std::int64_t> Left() const override;

 private:
  Connection& connection_;
  const std::int64_t community_;
};

}  // namespace renkei::store
