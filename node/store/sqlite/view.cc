// A store looked into by a command.
#include <utility>

#include "node/store/sqlite/migrate.h"
#include "node/store/sqlite/open.h"
#include "node/store/sqlite/reads.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

constexpr int kViewBusyMilliseconds = 5000;

class SqliteView : public StoreView {
 public:
  SqliteView(std::unique_ptr<Connection> connection, std::int64_t number, std::string community)
      : connection_(std::move(connection)), number_(number), community_(std::move(community)) {}

  const std::string& community() const override { return community_; }
  absl::Status Read(const Store::Query& query) const override {
    RETURN_IF_ERROR(connection_->Execute("BEGIN"));
    absl::Status status = query(SqliteReader(*connection_, number_));
    const absl::Status ended = connection_->Execute("COMMIT");
    return status.ok() ? ended : status;
  }

 private:
  std::unique_ptr<Connection> connection_;
  std::int64_t number_;
  std::string community_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<StoreView>> ViewSqlite(const std::string& path) {
  const std::string doing = fmt::format("view store `{}`", path);
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Annotate(Connection::Open(path, OpenMode::kReadOnly), doing));
  connection->SetBusyTimeout(kViewBusyMilliseconds);
  ASSIGN_OR_RETURN(const int version, Annotate(CheckSchema(*connection, path), doing));
  if (version < SchemaVersion()) {
    return Annotate(FailedPrecondition(fmt::format(
                        "it is of schema {}, this version reads {}: start its node once", version,
                        SchemaVersion())),
                    doing);
  }
  // A store is that of one community; should there be more, the one it was opened for last.
  std::int64_t number = 0;
  std::string name;
  {
    Statement select(*connection,
                     "SELECT number, name FROM community ORDER BY number DESC LIMIT 1");
    if (select.Step()) {
      number = select.Int64(0);
      name = select.Text(1);
    }
    RETURN_IF_ERROR(Annotate(select.status(), doing));
  }
  return std::make_unique<SqliteView>(std::move(connection), number, std::move(name));
}

}  // namespace renkei::store
