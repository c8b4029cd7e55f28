// What is of SQLite alone: files, versions, damage, the disk's reserve, secure deletion.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/store/indicators.h"
#include "node/store/shown.h"
#include "tests/support/record_for_tests.h"
#include "tests/unit/store/store_suite.h"

namespace renkei::store {
namespace {

std::string FileBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void Overwrite(const std::string& path, std::size_t at, std::string_view bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(at));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Runs SQL behind the store's back.
void Sql(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

// What step 5 added, for tests that make an earlier schema of the newest.
constexpr const char* kUndoFifth =
    "DROP TABLE pseudonym; DROP INDEX outbox_urgent; DROP INDEX outbox_id;"
    " ALTER TABLE outbox DROP COLUMN urgent;";

// The same of step 6.
constexpr const char* kUndoSixth =
    "DROP TRIGGER shown_gone; DROP TABLE shown; DROP TABLE shown_view;";

constexpr const char* kUndoNinth =
    "DROP TRIGGER second_look_gone; DROP TABLE second_look; DROP TABLE taken_out;"
    " ALTER TABLE shown_view DROP COLUMN looked;";

// The same of step 7, and of step 8 that adds to its tables.
constexpr const char* kUndoSeventh =
    "DROP TABLE indicator; DROP TABLE told; DROP TABLE judged; DROP TABLE term;"
    " DROP TABLE posting; DROP TABLE indexed; DROP TABLE index_left;";

class SqliteStoreTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Store>> TryOpen() {
    return OpenSqlite({.path = path_, .community = "community.example", .clock = &clock_});
  }
  std::unique_ptr<Store> Open() {
    auto store = TryOpen();
    RENKEI_CHECK(store.ok());
    return *std::move(store);
  }
  static absl::Status Put(Store& store, const RecordRow& row) {
    return store.Commit([&](Writer& writer) { return writer.PutRecord(row).status(); });
  }
  static absl::Status Drop(Store& store, std::uint32_t n) {
    return store.Commit([&](Writer& writer) { return writer.DropRecord(IdOf(n)); });
  }
  // A store of one record, closed.
  void MakeClosed() { ASSERT_TRUE(Put(*Open(), RowOf(1)).ok()); }

  testing_support::TempFolder folder_;
  ManualClock clock_;
  const std::string path_ = folder_.path() + "/node.db";
};

TEST_F(SqliteStoreTest, SecondOpenIsRefusedWhileTheFirstLives) {
  auto first = Open();
  const auto second = TryOpen();
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Message(second.status()),
            fmt::format("store `{}` is in use by another process", path_));
  first.reset();
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(SqliteStoreTest, SecondProcessIsRefusedUntilTheFirstDies) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto store = TryOpen();
    const char answer = store.ok() ? '1' : '0';
    if (write(ready[1], &answer, 1) != 1) _exit(1);
    pause();  // killed below
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, '1');
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(TryOpen().ok());
  close(ready[0]);
  close(ready[1]);
}

TEST_F(SqliteStoreTest, AcknowledgedWorkSurvivesAKill) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto store = TryOpen();
    for (std::uint32_t n = 1; store.ok(); ++n) {
      if (!Put(**store, RowOf(n)).ok()) _exit(1);
      if (write(ready[1], &n, sizeof n) != sizeof n) _exit(1);
    }
    _exit(1);
  }
  std::uint32_t acknowledged = 0;
  while (acknowledged < 20) {
    ASSERT_EQ(read(ready[0], &acknowledged, sizeof acknowledged),
              static_cast<ssize_t>(sizeof acknowledged));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const auto store = Open();
  EXPECT_OK(store->Read([&](const Reader& reader) {
    for (std::uint32_t n = 1; n <= acknowledged; ++n) {
      EXPECT_TRUE((*reader.FindRecord(IdOf(n))).has_value()) << n;
    }
    return absl::OkStatus();
  }));
  close(ready[0]);
  close(ready[1]);
}

TEST_F(SqliteStoreTest, NewerVersionIsRefusedAndTheFileUnchanged) {
  MakeClosed();
  Sql(path_, "PRAGMA user_version = 11");
  const std::string before = FileBytes(path_);
  const auto opened = TryOpen();
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      Message(opened.status()),
      fmt::format("store `{}` was made by a newer version (schema 11, this one knows 10)", path_));
  EXPECT_EQ(FileBytes(path_), before);
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
}

TEST_F(SqliteStoreTest, EarlierSchemaIsBroughtUpToDate) {
  MakeClosed();
  Sql(path_, kUndoNinth);
  Sql(path_, kUndoSeventh);
  Sql(path_, kUndoSixth);
  Sql(path_, kUndoFifth);
  Sql(path_,
      "DROP TABLE unnamed; DROP TABLE unreleased; DROP TABLE taken_back; DROP TABLE tuple;"
      " ALTER TABLE entry DROP COLUMN tuple;"
      "ALTER TABLE entry DROP COLUMN fresh; PRAGMA user_version = 1");
  const auto store = Open();
  ASSERT_TRUE(Put(*store, RowOf(1)).ok());
  EXPECT_OK(store->Commit([](Writer& writer) { return writer.PutTakenBack(IdOf(1)).status(); }));
  EXPECT_OK(store->Commit([](Writer& writer) { return writer.PutUnnamed({.id = IdOf(2)}); }));
}

TEST_F(SqliteStoreTest, TheSchemaBeforeUnnamedRecordsIsBroughtUpToDate) {
  MakeClosed();
  Sql(path_, kUndoNinth);
  Sql(path_, kUndoSeventh);
  Sql(path_, kUndoSixth);
  Sql(path_, kUndoFifth);
  Sql(path_, "DROP TABLE unnamed; DROP TABLE unreleased; PRAGMA user_version = 3");
  const auto store = Open();
  ASSERT_TRUE(Put(*store, RowOf(1)).ok());
  EXPECT_OK(store->Commit([](Writer& writer) { return writer.PutUnnamed({.id = IdOf(2)}); }));
  EXPECT_OK(store->Commit([](Writer& writer) { return writer.PutUnreleased({.id = IdOf(3)}); }));
}

TEST_F(SqliteStoreTest, TheSchemaBeforeWhatHttpReadersAreShownIsBroughtUpToDate) {
  MakeClosed();
  Sql(path_, kUndoNinth);
  Sql(path_, kUndoSeventh);
  Sql(path_, kUndoSixth);
  Sql(path_, "PRAGMA user_version = 5");
  const auto store = Open();
  ASSERT_TRUE(Put(*store, RowOf(1)).ok());
  const auto show = [](Writer&, ShownWriter& shown) -> absl::Status {
    ASSIGN_OR_RETURN(const std::int64_t view, shown.PutView("key", {.basis = "basis"}));
    return shown.Put(view, IdOf(1), {{"report--1", 1}});
  };
  EXPECT_OK(FindShownStore(*store)->CommitShown(show));
}

// Enough for several steps.
TEST_F(SqliteStoreTest, RecordsOfTheSchemaBeforeTheIndexComeIntoIt) {
  constexpr std::uint32_t kRecords = 250;
  {
    const auto store = Open();
    const auto key = crypto::SigningKey::Generate();
    const record::Record record = testing_support::SampleRecord(key);
    for (std::uint32_t n = 1; n <= kRecords; ++n) {
      RecordRow row = RowOf(n);
      row.header = record.header_bytes();
      row.stored = record.ToStored();
      ASSERT_TRUE(Put(*store, row).ok());
    }
    ASSERT_TRUE(Put(*store, RowOf(kRecords + 1)).ok());  // that does not parse
  }
  Sql(path_, kUndoNinth);
  Sql(path_, kUndoSeventh);
  Sql(path_, "PRAGMA user_version = 6");
  const auto store = Open();
  const IndicatorQuery query{.keys = {record::KeyOf(v1::INDICATOR_TYPE_IPV4, "198.51.100.7").key},
                             .limit = 1000};
  std::size_t found = 0;
  std::int64_t left = 1;
  // Each of its steps is done before a work that was queued after it.
  for (int step = 0; step < 10 && left > 0; ++step) {
    EXPECT_OK(store->Commit([](Writer&) { return absl::OkStatus(); }));
    EXPECT_OK(FindIndicatorStore(*store)->ReadIndicators(
        [&](const Reader&, const IndicatorReader& reader) -> absl::Status {
          ASSIGN_OR_RETURN(const IndicatorPage page, reader.Search(query, clock_.Now()));
          found = page.hits.size();
          ASSIGN_OR_RETURN(left, reader.Left());
          return absl::OkStatus();
        }));
  }
  EXPECT_EQ(found, kRecords);
  EXPECT_EQ(left, 0);
}

TEST_F(SqliteStoreTest, TheSchemaBeforeTalliesByTeamIsBroughtUpToDate) {
  {
    const auto store = Open();
    RecordRow row = RowOf(1);
    const record::Record record = testing_support::SampleRecord(crypto::SigningKey::Generate());
    row.header = record.header_bytes();
    row.stored = record.ToStored();
    ASSERT_TRUE(Put(*store, row).ok());
  }
  Sql(path_, kUndoNinth);
  Sql(path_,
      "DROP INDEX told_by; DROP INDEX told_disputed; DROP INDEX told_disputed_by;"
      " DROP INDEX judged_about; DROP INDEX judged_disputed_by;"
      " ALTER TABLE told DROP COLUMN author; ALTER TABLE judged DROP COLUMN author;"
      " CREATE INDEX told_disputed ON told (indicator, record) WHERE says & 4;"
      " PRAGMA user_version = 7");
  const auto store = Open();
  EXPECT_OK(FindIndicatorStore(*store)->ReadIndicators(
      [&](const Reader&, const IndicatorReader& reader) -> absl::Status {
        const auto key = record::KeyOf(v1::INDICATOR_TYPE_IPV4, "198.51.100.7").key;
        ASSIGN_OR_RETURN(const IndicatorTally tally, reader.Tally(key, clock_.Now()));
        EXPECT_EQ(tally.told_by, std::vector<std::string>{"alpha"});
        return absl::OkStatus();
      }));
}

TEST_F(SqliteStoreTest, AcknowledgementsOfRecordsThatAreGoneGoWithTheSchemaBefore) {
  {
    const auto store = Open();
    ASSERT_TRUE(Put(*store, RowOf(1)).ok());
    EXPECT_OK(store->Commit([](Writer& writer) -> absl::Status {
      RETURN_IF_ERROR(writer.PutObject(kAckRows, IdOf(1).view(), "one"));
      return writer.PutObject(kAckRows, IdOf(2).view(), "two");
    }));
  }
  Sql(path_, kUndoNinth);
  Sql(path_, "PRAGMA user_version = 8");
  const auto store = Open();
  EXPECT_OK(store->Read([](const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto acks, reader.ListObjects(kAckRows));
    EXPECT_EQ(acks.size(), 1U);
    EXPECT_EQ(acks.begin()->second, "one");
    return absl::OkStatus();
  }));
}

TEST_F(SqliteStoreTest, NewerVersionInTheLogAloneIsRefusedAndNothingCheckpointed) {
  MakeClosed();
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  ASSERT_EQ(sqlite3_exec(handle, "PRAGMA user_version = 11", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(handle);
  const std::string before = FileBytes(path_);
  const std::string log = FileBytes(path_ + "-wal");
  ASSERT_FALSE(log.empty());
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FileBytes(path_), before);
  EXPECT_EQ(FileBytes(path_ + "-wal"), log);
}

TEST_F(SqliteStoreTest, FileOfAnotherProgramIsRefusedAndUnchanged) {
  Sql(path_, "CREATE TABLE t (a)");
  const std::string before = FileBytes(path_);
  const auto opened = TryOpen();
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(opened.status()).find("no store of this program"), std::string::npos);
  EXPECT_EQ(FileBytes(path_), before);
}

TEST_F(SqliteStoreTest, FileWithoutAHeaderIsDamaged) {
  MakeClosed();
  Overwrite(path_, 0, "garbage garbage");
  const auto opened = TryOpen();
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Message(opened.status()),
            fmt::format("store `{}` is damaged: it has no SQLite header", path_));
}

TEST_F(SqliteStoreTest, FileCutShortIsDamaged) {
  MakeClosed();
  std::filesystem::resize_file(path_, 16384 * 3);
  const auto opened = TryOpen();
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kDataLoss) << Message(opened.status());
}

TEST_F(SqliteStoreTest, DamagedPageIsToldOnReading) {
  MakeClosed();
  const std::string bytes = FileBytes(path_);
  const std::size_t at = bytes.find("stored 1.1");
  ASSERT_NE(at, std::string::npos);
  Overwrite(path_, at / 16384 * 16384, std::string(4096, '\x5a'));
  const auto store = TryOpen();
  const absl::Status status =
      store.ok() ? (*store)->Read([](const Reader& r) { return r.FindRecord(IdOf(1)).status(); })
                 : store.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << Message(status);
}

TEST_F(SqliteStoreTest, ColumnThatCantBeIsNamed) {
  struct Case {
    std::string sql;
    std::string want;
  };
  for (const Case& c : {
           Case{"leaf = x'0102'", "column `leaf` of table `record` has 2 bytes, not 32"},
           Case{"kind = 99", "column `kind` of table `record` is 99"},
           Case{"tlp = -1", "column `tlp` of table `record` is -1"},
           Case{"own = 2", "column `own` of table `record` is 2"},
           Case{"revision = 4294967296", "column `revision` of table `record` is 4294967296"},
       }) {
    std::filesystem::remove(path_);
    MakeClosed();
    Sql(path_, "UPDATE record SET " + c.sql);
    const absl::Status status =
        Open()->Read([](const Reader& r) { return r.FindRecord(IdOf(1)).status(); });
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Message(status), "store is damaged: " + c.want);
  }
}

TEST_F(SqliteStoreTest, FolderThatIsNotThereIsNamed) {
  const auto opened = OpenSqlite({.path = folder_.path() + "/none/node.db"});
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(opened.status()).find("/none/node.db.lock"), std::string::npos);
}

TEST_F(SqliteStoreTest, FilesAreTheOwnersAlone) {
  const auto store = Open();
  ASSERT_TRUE(Put(*store, RowOf(1)).ok());
  using std::filesystem::perms;
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    const perms mode = std::filesystem::status(path_ + suffix).permissions();
    EXPECT_EQ(mode & (perms::group_all | perms::others_all), perms::none) << suffix;
  }
}

TEST_F(SqliteStoreTest, DiskBelowItsReserveStopsWritesAndNotReads) {
  MakeClosed();
  auto opened = OpenSqlite({.path = path_,
                            .community = "community.example",
                            .free_bytes_min = std::int64_t{1} << 60,
                            .clock = &clock_});
  ASSERT_TRUE(opened.ok()) << Message(opened.status());
  const absl::Status status = Put(**opened, RowOf(2));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(status), "disk is below its reserve of 1152921504606846976 bytes");
  EXPECT_OK((*opened)->Read([](const Reader& reader) {
    EXPECT_TRUE((*reader.FindRecord(IdOf(1))).has_value());
    EXPECT_FALSE((*reader.FindRecord(IdOf(2))).has_value());
    return absl::OkStatus();
  }));
}

// Files of this process can't grow past `bytes` while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(SqliteStoreTest, WriteThatFailsChangesNothingAndMayBeTriedAgain) {
  const auto store = Open();
  ASSERT_TRUE(Put(*store, RowOf(1)).ok());
  {
    const FileSizeLimit limit(std::filesystem::file_size(path_ + "-wal"));
    EXPECT_EQ(Put(*store, RowOf(2)).code(), absl::StatusCode::kUnavailable);
    EXPECT_OK(store->Read([](const Reader& reader) {
      EXPECT_TRUE((*reader.FindRecord(IdOf(1))).has_value());
      EXPECT_FALSE((*reader.FindRecord(IdOf(2))).has_value());
      return absl::OkStatus();
    }));
  }
  EXPECT_OK(Put(*store, RowOf(2)));
  EXPECT_OK(store->Read([](const Reader& reader) {
    EXPECT_EQ(*reader.Newest(), 2);
    return absl::OkStatus();
  }));
}

// Content that is found in a file by its own words.
RecordRow Marked(std::uint32_t n, std::size_t length) {
  RecordRow row = RowOf(n);
  const std::string word = fmt::format("<content-{:06}>", n);
  while (row.stored.size() < length) row.stored += word;
  return row;
}

class SecureDeleteTest : public SqliteStoreTest, public testing::WithParamInterface<std::size_t> {};

TEST_P(SecureDeleteTest, DroppedAndWithdrawnContentIsInNoFile) {
  constexpr std::uint32_t kRecords = 120;
  const auto store = Open();
  for (std::uint32_t n = 0; n < kRecords; ++n) {
    ASSERT_TRUE(Put(*store, Marked(n * 7 % kRecords, GetParam())).ok());
  }
  for (std::uint32_t n = 0; n < kRecords; n += 2) {
    RecordRow withdrawn = RowOf(n, 2);
    withdrawn.state = RecordState::kWithdrawn;
    ASSERT_TRUE((n % 4 == 0 ? Drop(*store, n) : Put(*store, withdrawn)).ok());
  }
  clock_.Advance(std::chrono::seconds(10));
  ASSERT_TRUE(Put(*store, RowOf(1000)).ok());
  EXPECT_OK(store->Commit([](Writer&) { return absl::OkStatus(); }));  // the scrub before is over

  const std::string bytes = FileBytes(path_) + FileBytes(path_ + "-wal");
  for (std::uint32_t n = 0; n < kRecords; ++n) {
    const bool found = bytes.find(fmt::format("<content-{:06}>", n)) != std::string::npos;
    EXPECT_EQ(found, n % 2 == 1) << n;
  }
}

INSTANTIATE_TEST_SUITE_P(Lengths, SecureDeleteTest, testing::Values(100, 1000, 9000, 60000),
                         testing::PrintToStringParamName());

TEST_F(SqliteStoreTest, FirstDropIsScrubbedAtOnce) {
  const auto store = Open();
  ASSERT_TRUE(Put(*store, Marked(1, 1000)).ok());
  ASSERT_NE(FileBytes(path_ + "-wal").find("<content-000001>"), std::string::npos);
  ASSERT_TRUE(Drop(*store, 1).ok());
  EXPECT_OK(store->Commit([](Writer&) { return absl::OkStatus(); }));
  const std::string bytes = FileBytes(path_) + FileBytes(path_ + "-wal");
  EXPECT_EQ(bytes.find("<content-000001>"), std::string::npos);
}

}  // namespace
}  // namespace renkei::store
