// ShownWriter over one connection, within a transaction of its owner.
#pragma once

#include "node/store/shown.h"
#include "node/store/sqlite/connection.h"

namespace renkei::store {

// Confined to the thread of its connection.
class SqliteShown : public ShownWriter {
 public:
  // `community` is the number of its row.  `connection` outlives this.
  SqliteShown(Connection& connection, std::int64_t community, Timestamp now)
      : connection_(connection), community_(community), now_(now) {}

  absl::StatusOr<std::optional<ShownView>> FindView(BytesView key) const override;
  absl::StatusOr<std::vector<Bytes>> Views() const override;
  absl::StatusOr<std::vector<ShownRow>> After(std::int64_t view, std::int64_t place, Timestamp now,
                                              int limit) const override;
  absl::StatusOr<std::optional<ShownRow>> Find(std::int64_t view, std::string_view id,
                                               std::int64_t place, Timestamp now) const override;
  absl::StatusOr<std::vector<SecondLook>> SecondLooks(std::int64_t number,
                                                      int limit) const override;
  absl::StatusOr<std::int64_t> NewestSecondLook() const override;
  absl::StatusOr<std::vector<record::IndicatorKey>> TakenOut() const override;
  absl::StatusOr<bool> IsTakenOut(const record::IndicatorKey& key) const override;
  absl::StatusOr<std::int64_t> PutView(BytesView key, const ShownPlace& place) override;
  absl::Status Put(std::int64_t view, const RecordId& record,
                   const std::vector<ShownObject>& objects) override;
  absl::Status DropRows(std::int64_t view, const std::vector<std::int64_t>& places) override;
  absl::StatusOr<int> DropExpired(Timestamp from, Timestamp until, int rows) override;
  absl::StatusOr<bool> DropView(BytesView key, int rows) override;
  absl::StatusOr<bool> SetTakenOut(const std::vector<record::IndicatorKey>& keys,
                                   int changes) override;

 private:
  Connection& connection_;
  const std::int64_t community_;
  const Timestamp now_;
};

}  // namespace renkei::store
