// The store against a bare SQLite insert loop of the same durability, page size and body, in one
// run.
//
// Compare rows/s within a run only.  `bare` has one table and one unique index; the store keeps
// record, revision, entry and held rows with their indexes.
#include <latch>
#include <memory>

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include "node/store/sqlite/open.h"
#include "tests/support/temp_folder.h"

namespace renkei::store {
namespace {

constexpr std::size_t kBodyBytes = 1024;
constexpr std::uint32_t kRecordsRead = 50'000;

// As real ids: 4 bytes of the hour, the rest without order.
RecordId IdOf(std::uint64_t n) {
  const crypto::Digest digest = crypto::Sha256(ByteWriter().U64(n).bytes());
  return *RecordId::From(ByteWriter()
                             .U32(static_cast<std::uint32_t>(n / 1000))
                             .Raw(digest.view().substr(0, 12))
                             .Take());
}

RecordRow RowOf(std::uint64_t n) {
  const RecordId id = IdOf(n);
  return {.id = id,
          .revision = 1,
          .leaf = crypto::Sha256(id.view()),
          .kind = policy::Kind::kIncident,
          .tlp = policy::Tlp::kGreen,
          .issued = FromUnixSeconds(1'790'000'000),
          .expires = FromUnixSeconds(1'800'000'000),
          .author = "alpha",
          .header = std::string(300, 'h'),
          .stored = std::string(kBodyBytes, 's'),
          .accepted_by = std::string(32, 'p')};
}

absl::Status PutOne(Writer& writer, std::uint64_t n) {
  const RecordRow row = RowOf(n);
  RETURN_IF_ERROR(writer.PutRecord(row).status());
  return writer.PutHeld({.id = row.id, .link = "hub", .leaf = row.leaf, .sections = 0xff});
}

std::unique_ptr<Store> OpenAt(const testing_support::TempFolder& folder) {
  auto store = OpenSqlite({.path = folder.path() + "/node.db", .community = "community.example"});
  RENKEI_CHECK(store.ok());
  return *std::move(store);
}

// Waits until `count` works that were queued together are on disk.
void PutGroup(Store& store, std::uint64_t first, std::int64_t count) {
  std::latch all(count);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t n = first + static_cast<std::uint64_t>(i);
    store.CommitAsync([n](Writer& writer) { return PutOne(writer, n); },
                      [&all](absl::Status status) {
                        RENKEI_CHECK(status.ok());
                        all.count_down();
                      });
  }
  all.wait();
}

void BM_Commit(benchmark::State& state) {
  const testing_support::TempFolder folder;
  const auto store = OpenAt(folder);
  std::uint64_t n = 0;
  for (auto _ : state) {
    PutGroup(*store, n, state.range(0));
    n += static_cast<std::uint64_t>(state.range(0));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n));
}
BENCHMARK(BM_Commit)
    ->ArgName("group")
    ->Arg(1)
    ->Arg(16)
    ->Arg(64)
    ->Arg(256)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

// One work with many records in it: how a link's batch arrives.
void BM_CommitBatch(benchmark::State& state) {
  const testing_support::TempFolder folder;
  const auto store = OpenAt(folder);
  std::uint64_t n = 0;
  for (auto _ : state) {
    RENKEI_CHECK(store
                     ->Commit([&](Writer& writer) {
                       for (std::int64_t i = 0; i < state.range(0); ++i) {
                         RETURN_IF_ERROR(PutOne(writer, n++));
                       }
                       return absl::OkStatus();
                     })
                     .ok());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n));
}
BENCHMARK(BM_CommitBatch)->ArgName("records")->Arg(256)->UseRealTime()->MeasureProcessCPUTime();

// Revisions of records that are there: secure deletion overwrites what they replace.
void BM_Revise(benchmark::State& state) {
  const testing_support::TempFolder folder;
  const auto store = OpenAt(folder);
  constexpr std::uint64_t kRecords = 4096;
  for (std::uint64_t n = 0; n < kRecords; n += 256) PutGroup(*store, n, 256);
  std::uint64_t n = 0;
  for (auto _ : state) {
    PutGroup(*store, n % kRecords, 256);
    n += 256;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n));
}
BENCHMARK(BM_Revise)->UseRealTime()->MeasureProcessCPUTime();

// Bare SQLite.

void Check(int code) { RENKEI_CHECK(code == SQLITE_OK || code == SQLITE_DONE); }

struct Bare {
  explicit Bare(const std::string& path, bool secure_delete) {
    Check(sqlite3_open(path.c_str(), &handle));
    Exec(
        "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-65536");
    Exec(secure_delete ? "PRAGMA secure_delete=ON" : "PRAGMA secure_delete=OFF");
    Exec("CREATE TABLE r(n INTEGER PRIMARY KEY, id BLOB UNIQUE, body BLOB)");
    Check(sqlite3_prepare_v2(handle, "INSERT OR REPLACE INTO r(id, body) VALUES(?, ?)", -1, &put,
                             nullptr));
  }
  ~Bare() {
    sqlite3_finalize(put);
    sqlite3_close(handle);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  void Exec(const char* sql) { Check(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr)); }
  void Put(std::uint64_t n) {
    const RecordId id = IdOf(n);
    Check(sqlite3_bind_blob(put, 1, id.data(), RecordId::kSize, SQLITE_STATIC));
    Check(sqlite3_bind_blob(put, 2, body.data(), static_cast<int>(body.size()), SQLITE_STATIC));
    Check(sqlite3_step(put));
    Check(sqlite3_reset(put));
  }

  sqlite3* handle = nullptr;
  sqlite3_stmt* put = nullptr;
  const std::string body = std::string(kBodyBytes + 300, 's');
};

void BM_BareInsert(benchmark::State& state) {
  const testing_support::TempFolder folder;
  Bare bare(folder.path() + "/bare.db", /*secure_delete=*/true);
  std::uint64_t n = 0;
  for (auto _ : state) {
    bare.Exec("BEGIN IMMEDIATE");
    for (std::int64_t i = 0; i < state.range(0); ++i) bare.Put(n++);
    bare.Exec("COMMIT");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n));
}
BENCHMARK(BM_BareInsert)
    ->ArgName("group")
    ->Arg(1)
    ->Arg(16)
    ->Arg(64)
    ->Arg(256)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

// What secure deletion costs where every put deletes.
void BM_BareReplace(benchmark::State& state) {
  const testing_support::TempFolder folder;
  Bare bare(folder.path() + "/bare.db", state.range(0) != 0);
  constexpr std::uint64_t kRows = 4096;
  std::uint64_t n = 0;
  for (; n < kRows; ++n) bare.Put(n);
  for (auto _ : state) {
    bare.Exec("BEGIN IMMEDIATE");
    for (int i = 0; i < 256; ++i) bare.Put(n++ % kRows);
    bare.Exec("COMMIT");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n - kRows));
}
BENCHMARK(BM_BareReplace)
    ->ArgName("secure_delete")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

// Reads, of one store that all of them share.

Store& Filled() {
  static const testing_support::TempFolder folder;
  static const std::unique_ptr<Store> store = [] {
    auto opened = OpenAt(folder);
    for (std::uint64_t n = 0; n < kRecordsRead; n += 500) PutGroup(*opened, n, 500);
    return opened;
  }();
  return *store;
}

void BM_Entries(benchmark::State& state) {
  const Store& store = Filled();
  std::int64_t rows = 0;
  Offset after = 0;
  for (auto _ : state) {
    const absl::Status status = store.Read([&](const Reader& reader) {
      ASSIGN_OR_RETURN(const auto entries,
                       reader.Entries(after, kRecordsRead, static_cast<int>(state.range(0))));
      rows += static_cast<std::int64_t>(entries.size());
      after = entries.empty() || entries.back().offset == kRecordsRead ? 0 : entries.back().offset;
      return absl::OkStatus();
    });
    RENKEI_CHECK(status.ok());
  }
  state.SetItemsProcessed(rows);
}
BENCHMARK(BM_Entries)->ArgName("rows")->Arg(1)->Arg(256)->Arg(1000);

void BM_FindRecord(benchmark::State& state) {
  const Store& store = Filled();
  std::uint64_t n = 0;
  for (auto _ : state) {
    const absl::Status status = store.Read([&](const Reader& reader) {
      for (std::int64_t i = 0; i < state.range(0); ++i) {
        n = (n + 7919) % kRecordsRead;
        ASSIGN_OR_RETURN(const auto record, reader.FindRecord(IdOf(n)));
        RENKEI_CHECK(record.has_value());
      }
      return absl::OkStatus();
    });
    RENKEI_CHECK(status.ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_FindRecord)->ArgName("per_read")->Arg(1)->Arg(100);

}  // namespace
}  // namespace renkei::store
