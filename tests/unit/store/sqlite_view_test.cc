// Stores of an older schema, and stores that a command looks into.
#include <filesystem>

#include <sqlite3.h>

#include "node/base/file.h"
#include "node/store/sqlite/schema.h"
#include "tests/support/record_for_tests.h"
#include "tests/unit/store/store_suite.h"

namespace renkei::store {
namespace {

// Runs SQL behind the store's back.
void SqlBehind(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

// One value of the file, as text; the error's message if it can't be asked.
std::string Asked(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  std::string answer;
  const auto take = [](void* into, int, char** values, char**) {
    *static_cast<std::string*>(into) = values[0] != nullptr ? values[0] : "";
    return 0;
  };
  if (sqlite3_exec(handle, sql.c_str(), take, &answer, nullptr) != SQLITE_OK) {
    answer = sqlite3_errmsg(handle);
  }
  sqlite3_close(handle);
  return answer;
}

Bytes BytesOf(const std::string& path) {
  constexpr std::size_t kFileMax = 64 * 1024 * 1024;
  auto bytes = ReadFile(path, kFileMax);
  EXPECT_TRUE(bytes.ok());
  return bytes.ok() ? *std::move(bytes) : Bytes();
}

class SqliteViewTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open() {
    auto store = OpenSqlite({.path = path_, .community = "community.example", .clock = &clock_});
    RENKEI_CHECK(store.ok());
    return *std::move(store);
  }
  static absl::Status Put(Store& store, const RecordRow& row) {
    return store.Commit([&](Writer& writer) { return writer.PutRecord(row).status(); });
  }
  // A store of one record, closed.
  void MakeClosed() { ASSERT_TRUE(Put(*Open(), RowOf(1)).ok()); }

  testing_support::TempFolder folder_;
  ManualClock clock_;
  const std::string path_ = folder_.path() + "/node.db";
};

// Schema 2 had no tuples: a store of that version gets them when it is opened.
TEST_F(SqliteViewTest, AStoreFromBeforeTuplesGetsThem) {
  const auto key = crypto::SigningKey::Generate();
  std::vector<TupleRow> tuples;
  std::vector<EntryRow> entries;
  const auto look = [&](const Store& store) {
    EXPECT_OK(store.Read([&](const Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(tuples, reader.Tuples(clock_.Now()));
      ASSIGN_OR_RETURN(entries, reader.Entries(0, 100, 100));
      return absl::OkStatus();
    }));
  };
  {
    auto store = Open();
    RecordRow row = RowOf(1);
    row.header = testing_support::SampleRecord(key).header_bytes();
    EXPECT_OK(Put(*store, row));
    row = RowOf(2);
    row.header = testing_support::SampleRecord(key).header_bytes();
    EXPECT_OK(Put(*store, row));
    EXPECT_OK(store->Commit(
        [](Writer& writer) { return writer.Touch(IdOf(2), EntryType::kRecord).status(); }));
    EXPECT_OK(Put(*store, RowOf(3)));  // a header that does not parse
    look(*store);
  }
  const auto tuples_before = tuples;
  const auto entries_before = entries;
  ASSERT_EQ(tuples_before.size(), 1U);
  SqlBehind(path_,
            "ALTER TABLE entry DROP COLUMN tuple; ALTER TABLE entry DROP COLUMN fresh;"
            "DROP TABLE tuple; DROP TABLE unnamed; DROP TABLE unreleased;"
            "DROP TRIGGER second_look_gone; DROP TABLE second_look; DROP TABLE taken_out;"
            "DROP TRIGGER shown_gone; DROP TABLE shown; DROP TABLE shown_view;"
            "DROP TABLE indicator; DROP TABLE told; DROP TABLE judged; DROP TABLE term;"
            "DROP TABLE posting; DROP TABLE indexed; DROP TABLE index_left;"
            "DROP TABLE pseudonym; DROP INDEX outbox_urgent; DROP INDEX outbox_id;"
            "ALTER TABLE outbox DROP COLUMN urgent; PRAGMA user_version = 2");
  look(*Open());
  ASSERT_EQ(tuples.size(), 1U);
  EXPECT_EQ(tuples[0].content, tuples_before[0].content);
  EXPECT_EQ(tuples[0].records, 2);
  ASSERT_EQ(entries.size(), 3U);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].tuple != 0, entries_before[i].tuple != 0);
    EXPECT_EQ(entries[i].fresh, entries_before[i].fresh) << i;
  }
}

// Numbers in the order of making had joined a team's count and a pseudonym that came with it.
TEST_F(SqliteViewTest, OpaqueRowsAndPseudonymsCarryNoNumberOfTheirOrder) {
  const auto key = *crypto::PublicKey::From(std::string(32, 'p'));
  EXPECT_OK(Open()->Commit([&](Writer& writer) -> absl::Status {
    RETURN_IF_ERROR(writer.PutObject("unnamed_count", "", "counts"));
    return writer.PutPseudonym({.key = key, .until = clock_.Now(), .sealed = "sealed"});
  }));
  EXPECT_EQ(Asked(path_, "SELECT rowid FROM object"), "no such column: rowid");
  EXPECT_EQ(Asked(path_, "SELECT rowid FROM pseudonym"), "no such column: rowid");
}

TEST_F(SqliteViewTest, TheSchemaWithRowidsIsBroughtUpToDateAndKeepsItsContent) {
  for (const Migration& step : kMigrations) {
    if (step.version <= 4) SqlBehind(path_, step.sql);
  }
  const std::string key(32, 'p');
  const std::string row = HexEncode(ByteWriter().U32(7).I64(1'800'000'000).Raw("sealed").Take());
  // Large, as a community state may be.
  SqlBehind(path_,
            "INSERT INTO object VALUES ('hub_state', x'', zeroblob(2000000));"
            "INSERT INTO object VALUES ('unnamed_count', CAST('alpha' AS BLOB), x'01');"
            "INSERT INTO object VALUES ('pseudonym', CAST('" +
                key + "' AS BLOB), x'" + row +
                "');"
                "INSERT INTO object VALUES ('pseudonym', x'00', x'00');"
                "INSERT INTO object VALUES ('membership', x'01', CAST('kept' AS BLOB));"
                "INSERT INTO community VALUES (1, 'community.example');"
                "INSERT INTO outbox (community, link, id, queued, payload)"
                " VALUES (1, 'hub', zeroblob(16), 5, CAST('waits' AS BLOB));"
                "PRAGMA application_id = 1380862793; PRAGMA user_version = 4");
  {
    const auto store = Open();
    EXPECT_OK(store->Read([&](const Reader& reader) -> absl::Status {
      EXPECT_EQ((*reader.FindObject("hub_state", ""))->size(), 2'000'000U);
      EXPECT_EQ(**reader.FindObject("membership", "\x01"), "kept");
      EXPECT_TRUE(reader.ListObjects("unnamed_count")->empty());
      EXPECT_TRUE(reader.ListObjects("pseudonym")->empty());
      ASSIGN_OR_RETURN(const auto pseudonym, reader.FindPseudonym(*crypto::PublicKey::From(key)));
      EXPECT_TRUE(pseudonym && pseudonym->epoch == 7 && pseudonym->sealed == "sealed");
      EXPECT_TRUE(pseudonym && UnixSeconds(pseudonym->until) == 1'800'000'000);
      ASSIGN_OR_RETURN(const auto waiting, reader.Outbox("hub", 0, 10));
      EXPECT_EQ(waiting.size(), 1U);
      EXPECT_FALSE(waiting.front().urgent);
      return absl::OkStatus();
    }));
    // The rows that stood side by side are in no file any more, not even while it runs.
    EXPECT_EQ(BytesOf(path_).find("unnamed_count"), std::string::npos);
    EXPECT_EQ(BytesOf(path_ + "-wal").find("unnamed_count"), std::string::npos);
  }
  EXPECT_EQ(Asked(path_, "PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteViewTest, AViewReadsBesideTheNodeAndWithoutIt) {
  auto store = Open();
  EXPECT_OK(Put(*store, RowOf(1)));
  const auto count = [&] {
    std::int64_t records = -1;
    const auto view = ViewSqlite(path_);
    EXPECT_TRUE(view.ok()) << Message(view.status());
    if (!view.ok()) return records;
    EXPECT_EQ((*view)->community(), "community.example");
    EXPECT_OK((*view)->Read([&](const Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(const Counts counts, reader.Count());
      records = counts.records;
      return absl::OkStatus();
    }));
    return records;
  };
  EXPECT_EQ(count(), 1);
  EXPECT_OK(Put(*store, RowOf(2)));
  EXPECT_EQ(count(), 2);
  store.reset();
  EXPECT_EQ(count(), 2);
}

TEST_F(SqliteViewTest, AViewOfAnOldOrMissingStoreSaysWhatToDo) {
  EXPECT_EQ(ViewSqlite(path_).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(std::filesystem::exists(path_));
  MakeClosed();
  SqlBehind(path_, "PRAGMA user_version = 2");
  EXPECT_EQ(Message(ViewSqlite(path_).status()),
            fmt::format("view store `{}`: it is of schema 2, this version reads {}: start its node "
                        "once",
                        path_, 10));
}

}  // namespace
}  // namespace renkei::store
