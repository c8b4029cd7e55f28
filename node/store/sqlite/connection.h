// One SQLite connection and its prepared statements.
//
// Errors, by result code: RESOURCE_EXHAUSTED (disk full), UNAVAILABLE (I/O error, locked by another
// program), DATA_LOSS (damaged), FAILED_PRECONDITION (can't be opened), INTERNAL (our bug).
// Confined to one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "node/base/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace renkei::store {

inline constexpr int kBusyMilliseconds = 5000;  // for another program's lock, say a backup's

enum class OpenMode : std::uint8_t { kReadOnly, kReadWrite };

class Connection {
 public:
  // The file must exist.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, OpenMode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs statements without parameters or results.
  absl::Status Execute(const char* sql);
  // Answers of a pragma or query with one integer.
  absl::StatusOr<std::int64_t> QueryInteger(const char* sql);

  // False within BEGIN ... COMMIT.  A full disk or an I/O error may end a transaction by itself.
  bool InTransaction() const;
  std::int64_t LastInsertedRow() const;
  std::int64_t ChangedRows() const;  // by the last statement
  // The file and its write-ahead log.
  std::int64_t FileBytes() const;
  // How long to wait for another program's lock; 0: not at all.
  void SetBusyTimeout(int milliseconds);
  // With false, closing leaves the file as it is: used until its version is known.
  void CheckpointOnClose(bool enabled);

  // What went wrong last, if `code` says that something did.
  absl::Status ToStatus(int code) const;

 private:
  friend class Statement;
  explicit Connection(sqlite3* handle) : handle_(handle) {}

  // A statement that no one uses, prepared now or earlier.  `sql` is a literal: the cache knows it
  // by its address.  Null, with the code in `error`, if it can't be prepared.
  sqlite3_stmt* Take(const char* sql, int& error);
  void GiveBack(const char* sql, sqlite3_stmt* statement);

  sqlite3* handle_;
  std::unordered_map<const char*, sqlite3_stmt*> idle_;
};

// Runs `step` in a transaction of its own; undone if it fails.
template <class Step>
absl::Status RunInTransaction(Connection& connection, Step step) {
  RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  absl::Status status = step();
  if (status.ok()) status = connection.Execute("COMMIT");
  if (!status.ok() && connection.InTransaction()) {
    // The first error is the one to tell; SQLite undoes what a failed ROLLBACK leaves behind.
    connection.Execute("ROLLBACK").IgnoreError();
  }
  return status;
}

}  // namespace renkei::store
