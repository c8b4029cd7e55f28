#include "node/store/sqlite/migrate.h"

#include <cerrno>
#include <cstring>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/bytes.h"
#include "node/store/sqlite/schema.h"
#include "node/store/sqlite/statement.h"
#include "node/store/sqlite/tuples.h"

namespace renkei::store {
namespace {

// https://www.sqlite.org/fileformat.html, section 1.3.
constexpr std::size_t kHeaderBytes = 100;
constexpr BytesView kMagic("SQLite format 3\0", 16);
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;

constexpr int kTuplesSince = 3;      // the step after which entries have tuples
constexpr int kPseudonymsSince = 5;  // the step after which pseudonyms have a table

std::int64_t U32At(BytesView header, std::size_t at) {
  return ByteReader(header.substr(at, 4)).U32();
}

absl::Status CheckVersion(std::int64_t version, std::int64_t application, const std::string& path) {
  if (application != kApplicationId) {
    return FailedPrecondition(
        fmt::format("`{}` is an SQLite file but no store of this program", path));
  }
  if (version <= SchemaVersion()) return absl::OkStatus();
  return FailedPrecondition(
      fmt::format("store `{}` was made by a newer version (schema {}, this one knows {})", path,
                  version, SchemaVersion()));
}

absl::Status CheckHeader(int fd, const std::string& path) {
  Bytes header(kHeaderBytes, '\0');
  const ssize_t got = pread(fd, header.data(), header.size(), 0);
  if (got < 0)
    return Unavailable(fmt::format("read `{}`: {}", path, std::generic_category().message(errno)));
  if (got == 0) return absl::OkStatus();  // made just now, or a start cut short before the schema
  if (static_cast<std::size_t>(got) < kHeaderBytes || !header.starts_with(kMagic)) {
    return DataLoss(fmt::format("store `{}` is damaged: it has no SQLite header", path));
  }
  // Both are zero in a file whose first transaction is still in the write-ahead log.
  const std::int64_t version = U32At(header, kUserVersionAt);
  const std::int64_t application = U32At(header, kApplicationIdAt);
  if (version == 0 && application == 0) return absl::OkStatus();
  return CheckVersion(version, application, path);
}

// From rows of `object`: u32 epoch || i64 until || sealed.  What is not of that form could never be
// opened, and stays behind.
absl::Status MovePseudonyms(Connection& connection) {
  Statement rows(connection,
                 "SELECT key, value FROM object_before WHERE kind = 'pseudonym' ORDER BY key");
  while (rows.Step()) {
    ByteReader in(rows.Blob(1));
    const std::uint32_t epoch = in.U32();
    const std::int64_t until = in.I64();
    if (!in.ok()) continue;
    Statement put(connection,
                  "INSERT INTO pseudonym (key, epoch, until, sealed)"
                  " VALUES (?1, ?2, ?3, ?4)");
    put.BindBlob(1, rows.Blob(0)).Bind(2, epoch).Bind(3, until);
    RETURN_IF_ERROR(put.BindBlob(4, rows.Blob(1).substr(4 + 8)).Run());
  }
  return rows.status();
}

}  // namespace

int SchemaVersion() { return std::prev(std::end(kMigrations))->version; }

absl::Status CheckFile(const std::string& path) {
  // The -wal and -shm files take their mode from this one.
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return FailedPrecondition(
        fmt::format("open store `{}`: {}", path, std::generic_category().message(errno)));
  }
  absl::Status status = CheckHeader(fd, path);
  close(fd);
  return status;
}

absl::StatusOr<int> CheckSchema(Connection& connection, const std::string& path) {
  ASSIGN_OR_RETURN(const std::int64_t version, connection.QueryInteger("PRAGMA user_version"));
  ASSIGN_OR_RETURN(const std::int64_t application,
                   connection.QueryInteger("PRAGMA application_id"));
  ASSIGN_OR_RETURN(const std::int64_t tables,
                   connection.QueryInteger("SELECT count(*) FROM sqlite_schema"));
  const bool is_new = version == 0 && application == 0 && tables == 0;
  if (!is_new) RETURN_IF_ERROR(CheckVersion(version, application, path));
  return static_cast<int>(version);
}

absl::Status Migrate(Connection& connection, int version) {
  for (const Migration& step : kMigrations) {
    if (step.version <= version) continue;
    const std::string marks = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                          kApplicationId, step.version);
    const absl::Status status = RunInTransaction(connection, [&] {
      RETURN_IF_ERROR(connection.Execute(step.sql));
      if (step.version == kTuplesSince) RETURN_IF_ERROR(FillTuples(connection));
      if (step.version == kPseudonymsSince) {
        RETURN_IF_ERROR(MovePseudonyms(connection));
        RETURN_IF_ERROR(connection.Execute("DROP TABLE object_before"));
      }
      return connection.Execute(marks.c_str());
    });
    RETURN_IF_ERROR(Annotate(status, fmt::format("migrate to schema {}", step.version)));
  }
  return absl::OkStatus();
}

}  // namespace renkei::store
