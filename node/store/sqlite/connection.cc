#include "node/store/sqlite/connection.h"

#include <sqlite3.h>
#include <sys/stat.h>

namespace renkei::store {
namespace {

absl::Status StatusOf(int code, const char* text) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return ResourceExhausted("disk is full");
    case SQLITE_NOMEM:
      return ResourceExhausted("out of memory");
    case SQLITE_TOOBIG:
      return InvalidArgument("row is too large for the store");
    case SQLITE_IOERR:
      return Unavailable(fmt::format("{} (code {})", text, code));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Unavailable("another program holds a lock on the store");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return DataLoss(fmt::format("store is damaged: {}", text));
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return FailedPrecondition(text);
    default:
      return Internal(fmt::format("{} (code {})", text, code));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path,
                                                             OpenMode mode) {
  const int flags = mode == OpenMode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      /*zVfs=*/nullptr);
  if (handle == nullptr) return ResourceExhausted("out of memory");
  std::unique_ptr<Connection> connection(new Connection(handle));
  RETURN_IF_ERROR(connection->ToStatus(code));
  // The file is trusted no further than its bytes: no functions, triggers or schema edits from it.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

absl::Status Connection::Execute(const char* sql) {
  return ToStatus(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
}

absl::StatusOr<std::int64_t> Connection::QueryInteger(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr);
  std::int64_t value = 0;
  if (code == SQLITE_OK) code = sqlite3_step(statement);
  if (code == SQLITE_ROW) value = sqlite3_column_int64(statement, 0);
  const absl::Status status = ToStatus(code);
  sqlite3_finalize(statement);
  if (!status.ok()) return status;
  return value;
}

bool Connection::InTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }
std::int64_t Connection::LastInsertedRow() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Connection::ChangedRows() const { return sqlite3_changes64(handle_); }
std::int64_t Connection::FileBytes() const {
  const std::string path = sqlite3_db_filename(handle_, "main");
  std::int64_t bytes = 0;
  for (const std::string& name : {path, path + "-wal"}) {
    struct stat file {};
    if (stat(name.c_str(), &file) == 0) bytes += file.st_size;
  }
  return bytes;
}
void Connection::SetBusyTimeout(int milliseconds) { sqlite3_busy_timeout(handle_, milliseconds); }
void Connection::CheckpointOnClose(bool enabled) {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, enabled ? 0 : 1, nullptr);
}

absl::Status Connection::ToStatus(int code) const {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return absl::OkStatus();
  return StatusOf(code, sqlite3_errmsg(handle_));
}

sqlite3_stmt* Connection::Take(const char* sql, int& error) {
  const auto idle = idle_.find(sql);
  if (idle != idle_.end()) {
    sqlite3_stmt* statement = idle->second;
    idle_.erase(idle);
    return statement;
  }
  sqlite3_stmt* statement = nullptr;
  error = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  return statement;
}

void Connection::GiveBack(const char* sql, sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  // Two at once means one query inside the other; one is enough to keep.
  if (!idle_.emplace(sql, statement).second) sqlite3_finalize(statement);
}

}  // namespace renkei::store
