#include "node/store/sqlite/sqlite_store.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <pthread.h>
#include <sys/statvfs.h>

#include "node/base/fault.h"
#include "node/store/sqlite/indicator_index.h"
#include "node/store/sqlite/indicator_search.h"
#include "node/store/sqlite/migrate.h"
#include "node/store/sqlite/shown.h"
#include "node/store/sqlite/statement.h"

namespace renkei::store {
namespace {

// Before the first table is made: the page size can't change later.
constexpr const char* kWriterPragmas =
    "PRAGMA page_size = 16384;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -65536;"        // 64 MiB
    "PRAGMA wal_autocheckpoint = 4000;"  // pages: 64 MiB
    "PRAGMA journal_size_limit = 67108864";

absl::StatusOr<std::int64_t> CommunityNumber(Connection& connection, const std::string& name) {
  Statement insert(connection, "INSERT INTO community (name) VALUES (?1) ON CONFLICT DO NOTHING");
  RETURN_IF_ERROR(insert.BindText(1, name).Run());
  Statement select(connection, "SELECT number FROM community WHERE name = ?1");
  select.BindText(1, name);
  const std::int64_t number = select.Step() ? select.Int64(0) : 0;
  RETURN_IF_ERROR(select.status());
  return number;
}

absl::StatusOr<Bytes> ReadEpoch(Connection& connection) {
  using Epoch = FixedBytes<16, struct EpochTag>;
  Statement select(connection, "SELECT value FROM meta WHERE key = 'epoch'");
  if (!select.Step()) {
    RETURN_IF_ERROR(select.status());
    return DataLoss("store is damaged: it has no epoch");
  }
  const Bytes epoch = select.Id<Epoch>(0).str();
  RETURN_IF_ERROR(select.status());
  return epoch;
}

absl::StatusOr<SqliteStore::Parts> OpenParts(const SqliteOptions& options) {
  SqliteStore::Parts parts;
  ASSIGN_OR_RETURN(parts.lock, FileLock::Try(options.path + ".lock"));
  if (parts.lock == nullptr) {
    return FailedPrecondition(fmt::format("store `{}` is in use by another process", options.path));
  }
  RETURN_IF_ERROR(CheckFile(options.path));
  const std::string doing = fmt::format("open store `{}`", options.path);
  ASSIGN_OR_RETURN(parts.connection,
                   Annotate(Connection::Open(options.path, OpenMode::kReadWrite), doing));
  Connection& connection = *parts.connection;
  connection.CheckpointOnClose(false);
  ASSIGN_OR_RETURN(const int version, Annotate(CheckSchema(connection, options.path), doing));
  connection.CheckpointOnClose(true);
  connection.SetBusyTimeout(kBusyMilliseconds);
  RETURN_IF_ERROR(Annotate(connection.Execute(kWriterPragmas), doing));
  RETURN_IF_ERROR(Annotate(Migrate(connection, version), doing));
  // What a step took away is not to stay in the log.
  if (version != 0 && version != SchemaVersion()) {
    RETURN_IF_ERROR(
        Annotate(connection.QueryInteger("PRAGMA wal_checkpoint(TRUNCATE)").status(), doing));
  }
  ASSIGN_OR_RETURN(parts.community,
                   Annotate(CommunityNumber(connection, options.community), doing));
  ASSIGN_OR_RETURN(parts.epoch, Annotate(ReadEpoch(connection), doing));
  ASSIGN_OR_RETURN(
      const std::int64_t left,
      Annotate(connection.QueryInteger("SELECT coalesce(max(upto), 0) FROM index_left"), doing));
  parts.index_due = left > 0;
  return parts;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqlite(const SqliteOptions& options) {
  ASSIGN_OR_RETURN(SqliteStore::Parts parts, OpenParts(options));
  return std::make_unique<SqliteStore>(options, std::move(parts));
}

SqliteStore::SqliteStore(const SqliteOptions& options, Parts parts)
    : options_(options),
      clock_(options.clock == nullptr ? system_clock_ : *options.clock),
      parts_(std::move(parts)),
      readers_(options.path),
      index_due_(parts_.index_due),
      jobs_(options.queue_max),
      thread_([this] { Run(); }) {
  IndexMore();
}

SqliteStore::~SqliteStore() {
  closing_ = true;
  jobs_.Close();
  thread_.join();
}

void SqliteStore::CommitAsync(Work work, Done done) {
  auto job = std::make_unique<Job>(Job{.work = std::move(work), .done = std::move(done)});
  if (jobs_.TryPush(job.get())) {
    (void)job.release();  // the queue's, and perhaps already carried out
    return;
  }
  job->done(closing_ ? Unavailable("store is closed")
                     : ResourceExhausted(fmt::format(
                           "{} works wait for the store already: try again", options_.queue_max)));
}

absl::Status SqliteStore::Commit(Work work) {
  // Waiting for itself, the store thread would wait for ever.
  RENKEI_CHECK(std::this_thread::get_id() != thread_.get_id());
  Mutex mutex;
  CondVar changed;
  std::optional<absl::Status> result;
  CommitAsync(std::move(work), [&](absl::Status status) {
    MutexLock lock(mutex);
    result = std::move(status);
    changed.NotifyOne();
  });
  MutexLock lock(mutex);
  while (!result) changed.Wait(mutex);
  return *std::move(result);
}

absl::Status SqliteStore::ReadOn(const std::function<absl::Status(Connection&)>& query) const {
  ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                   Annotate(readers_.Borrow(), "read store"));
  absl::Status status = connection->Execute("BEGIN");
  if (status.ok()) status = query(*connection);
  const absl::Status ended =
      connection->InTransaction() ? connection->Execute("COMMIT") : absl::OkStatus();
  if (!ended.ok()) connection.reset();
  readers_.Return(std::move(connection));
  return status;
}

absl::Status SqliteStore::Read(const Query& query) const {
  return ReadOn(
      [&](Connection& connection) { return query(SqliteReader(connection, parts_.community)); });
}

absl::Status SqliteStore::ReadShown(
    const std::function<absl::Status(const Reader&, const ShownReader&)>& query) const {
  return ReadOn([&](Connection& connection) {
    return query(SqliteReader(connection, parts_.community),
                 SqliteShown(connection, parts_.community, clock_.Now()));
  });
}

absl::Status SqliteStore::CommitShown(std::function<absl::Status(Writer&, ShownWriter&)> work) {
  return Commit([this, work = std::move(work)](Writer& writer) {
    SqliteShown shown(*parts_.connection, parts_.community, clock_.Now());
    return work(writer, shown);
  });
}

ShownStore* FindShownStore(Store& store) { return dynamic_cast<ShownStore*>(&store); }

absl::Status SqliteStore::ReadIndicators(
    const std::function<absl::Status(const Reader&, const IndicatorReader&)>& query) const {
  return ReadOn([&](Connection& connection) {
    return query(SqliteReader(connection, parts_.community),
                 SqliteIndicators(connection, parts_.community));
  });
}

IndicatorStore* FindIndicatorStore(Store& store) { return dynamic_cast<IndicatorStore*>(&store); }

void SqliteStore::IndexMore() {
  if (!index_due_ || index_stuck_ || closing_ || index_queued_.exchange(true)) return;
  CommitAsync(
      [this](Writer&) -> absl::Status {
        ASSIGN_OR_RETURN(const bool more, IndexEarlier(*parts_.connection));
        index_due_ = more;
        return absl::OkStatus();
      },
      [this](const absl::Status& status) {
        index_stuck_ = !status.ok();
        ++verdict_changes_;
        index_queued_ = false;
      });
}

void SqliteStore::OnNewEntries(std::function<void(Offset)> listener) {
  auto shared = std::make_shared<const std::function<void(Offset)>>(std::move(listener));
  MutexLock lock(listener_mutex_);
  listener_ = std::move(shared);
}

void SqliteStore::TellOf(Offset newest) {
  std::shared_ptr<const std::function<void(Offset)>> listener;
  {
    MutexLock lock(listener_mutex_);
    listener = listener_;
  }
  if (listener && *listener) (*listener)(newest);
}

void SqliteStore::Run() {
  pthread_setname_np(pthread_self(), "store");
  while (true) {
    Group group;
    for (Job* job : jobs_.PopSome(kGroupMax)) group.emplace_back(job);
    if (group.empty()) return;

    const Effects effects = CommitGroup(group);
    // Before those who wait are told: what they read next is not what was.
    if (effects.newest > 0 || effects.erased) ++changes_;
    if (effects.judged) ++verdict_changes_;
    for (const auto& job : group) job->done(std::move(job->status));
    if (effects.newest > 0) TellOf(effects.newest);
    scrub_due_ = scrub_due_ || effects.erased;
    Scrub();
    // A disk that was full takes entries again.
    if (effects.newest > 0) index_stuck_ = false;
    IndexMore();
  }
}

absl::Status SqliteStore::CheckReserve() const {
  struct statvfs disk {};
  if (statvfs(options_.path.c_str(), &disk) != 0) {
    return Unavailable(
        fmt::format("ask for free disk space: {}", std::generic_category().message(errno)));
  }
  const auto free_bytes = static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize);
  if (free_bytes >= options_.free_bytes_min) return absl::OkStatus();
  return ResourceExhausted(
      fmt::format("disk is below its reserve of {} bytes", options_.free_bytes_min));
}

Effects SqliteStore::CommitGroup(Group& group) {
  Connection& connection = *parts_.connection;
  Effects effects;
  absl::Status status = CheckReserve();
  if (status.ok()) status = Annotate(connection.Execute("BEGIN IMMEDIATE"), "begin transaction");
  for (const auto& job : group) {
    if (status.ok()) status = group.size() == 1 ? RunAlone(*job, effects) : RunJob(*job, effects);
  }
  if (status.ok()) status = EndTransaction();
  if (status.ok()) {
    // The commit stands: an error here is that of callers who are told too late, or wrongly.
    TellFailure(group, FaultPoint("store.after_commit"));
    return effects;
  }
  if (connection.InTransaction()) {
    // What a failed ROLLBACK leaves behind ends with the next BEGIN, whose error is then told.
    connection.Execute("ROLLBACK").IgnoreError();
  }
  TellFailure(group, status);
  return Effects{};
}

void SqliteStore::TellFailure(Group& group, const absl::Status& status) {
  for (const auto& job : group) {
    if (job->status.ok()) job->status = status;
  }
}

absl::Status SqliteStore::RunAlone(Job& job, Effects& effects) {
  SqliteWriter writer(*parts_.connection, parts_.community, clock_.Now());
  job.status = job.work(writer);
  job.work = nullptr;  // what it captured goes before its caller is told
  effects = writer.effects();
  return job.status;
}

absl::Status SqliteStore::RunJob(Job& job, Effects& effects) {
  Connection& connection = *parts_.connection;
  RETURN_IF_ERROR(Statement(connection, "SAVEPOINT work").Run());
  Effects made;
  RunAlone(job, made).IgnoreError();  // it is in `job.status`
  // A full disk may have ended the transaction, and with it the works before this one.
  if (!connection.InTransaction()) {
    return job.status.ok() ? Unavailable("store lost its transaction") : job.status;
  }
  if (!job.status.ok()) RETURN_IF_ERROR(Statement(connection, "ROLLBACK TO work").Run());
  RETURN_IF_ERROR(Statement(connection, "RELEASE work").Run());
  if (job.status.ok()) {
    effects.newest = std::max(effects.newest, made.newest);
    effects.erased = effects.erased || made.erased;
    effects.judged = effects.judged || made.judged;
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::EndTransaction() {
  RETURN_IF_ERROR(Annotate(FaultPoint("store.before_commit"), "commit"));
  return Annotate(parts_.connection->Execute("COMMIT"), "commit");
}

void SqliteStore::Scrub() {
  if (!scrub_due_ || clock_.Now() - scrubbed_ < kScrubEvery) return;
  Connection& connection = *parts_.connection;
  connection.SetBusyTimeout(0);  // a reader of an old snapshot: next time, then
  const absl::StatusOr<std::int64_t> busy =
      connection.QueryInteger("PRAGMA wal_checkpoint(TRUNCATE)");
  connection.SetBusyTimeout(kBusyMilliseconds);
  if (!busy.ok() || *busy != 0) return;
  scrub_due_ = false;
  scrubbed_ = clock_.Now();
}

}  // namespace renkei::store
