// `policy diff` through a store of a million records: reads the marking tuples, compares two
// policies over them for 200 peers, and finds example ids.
//
// Filling the store takes a minute; it is done once.  Compare as ratios to BM_BareScan, a bare pass
// over as many rows of a bare table.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include "node/feed/stored_diff.h"
#include "node/store/sqlite/open.h"
#include "tests/bench/federation.h"
#include "tests/support/temp_folder.h"

namespace renkei::bench {
namespace {

constexpr unsigned kSeed = 20'26;
constexpr int kRecords = 1'000'000;
constexpr int kPeers = 200;
constexpr int kPerCommit = 4096;
constexpr std::string_view kCommunity = "community.example";

policy::Evaluator EvaluatorOf(int variant) {
  const policy::ParseResult parsed =
      policy::Parse(Federation(kSeed).PolicyText(20, variant), "bench.policy");
  RENKEI_CHECK(parsed.policy != nullptr);
  return *policy::Evaluator::Make(
      parsed.policy, {{"guest", 3}, {"listed", 6}, {"accredited", 9}, {"certified", 12}});
}

record::Header HeaderOf(const policy::DiffRecords& like, std::uint64_t n) {
  const policy::Marking& marking = like.marking;
  record::Header header{.kind = marking.kind,
                        .issued = FromUnixSeconds(1'790'000'000),
                        .expires = FromUnixSeconds(1'800'000'000),
                        .source = marking.source,
                        .tlp = marking.tlp,
                        .pap = marking.pap,
                        .relay = marking.relay,
                        .min_level = marking.min_level,
                        .must_disclose = marking.must_disclose,
                        .type = marking.type,
                        .severity = marking.severity,
                        .sectors = marking.sectors,
                        .countries = marking.countries,
                        .tags = marking.tags};
  for (std::size_t i = 0; i < marking.section_levels.size(); ++i) {
    header.section_levels |= std::uint64_t{marking.section_levels[i]} << (4 * i);
  }
  for (const std::string& circle : marking.circles) {
    header.circles.push_back(record::MakeCircleId(kCommunity, circle));
  }
  std::sort(header.circles.begin(), header.circles.end());
  if (like.recipients) header.recipients.emplace_back();
  header.id_nonce = *record::IdNonce::From(
      crypto::Sha256(ByteWriter().U64(n).bytes()).view().substr(0, record::IdNonce::kSize));
  header.record_id = record::MakeRecordId(header.issued, header.origin, header.id_nonce);
  return header;
}

store::RecordRow RowOf(const policy::DiffRecords& like, std::uint64_t n) {
  const record::Header header = HeaderOf(like, n);
  ByteWriter circles;
  for (const record::CircleId& circle : header.circles) circles.Raw(circle.view());
  return {.id = header.record_id,
          .revision = 1,
          .leaf = crypto::Sha256(header.record_id.view()),
          .kind = header.kind,
          .tlp = header.tlp,
          .issued = header.issued,
          .expires = header.expires,
          .author = "alpha",
          .header = record::EncodeHeader(header),
          .circles = circles.Take(),
          .stored = std::string(1024, 's'),
          .accepted_by = std::string(32, 'p')};
}

// Records of all tuples in no order.
struct Filled {
  Filled() {
    const std::vector<policy::DiffRecords> tuples = Federation(kSeed).Tuples(kRecords);
    std::vector<std::uint32_t> order;
    for (std::size_t i = 0; i < tuples.size(); ++i) {
      order.insert(order.end(), static_cast<std::size_t>(tuples[i].records),
                   static_cast<std::uint32_t>(i));
    }
    std::shuffle(order.begin(), order.end(), std::mt19937(kSeed));
    for (std::size_t at = 0; at < order.size(); at += kPerCommit) {
      const std::size_t end = std::min(order.size(), at + kPerCommit);
      const absl::Status put = store->Commit([&](store::Writer& writer) {
        for (std::size_t n = at; n < end; ++n) {
          RETURN_IF_ERROR(writer.PutRecord(RowOf(tuples[order[n]], n)).status());
        }
        return absl::OkStatus();
      });
      RENKEI_CHECK(put.ok());
    }
  }

  testing_support::TempFolder folder{};
  std::unique_ptr<store::Store> store = *store::OpenSqlite(
      {.path = folder.path() + "/node.db", .community = std::string(kCommunity)});
};
const Filled& TheFilled() {
  static const Filled filled;
  return filled;
}

std::vector<feed::PeerContext> ThePeers() {
  std::vector<feed::PeerContext> peers;
  for (policy::DiffPeer& peer : Federation(kSeed + 1).Peers(kPeers)) {
    peers.push_back({.team = peer.name, .facts = std::move(peer.peer)});
  }
  return peers;
}

void BM_BareScan(benchmark::State& state) {
  const testing_support::TempFolder folder;
  sqlite3* handle = nullptr;
  RENKEI_CHECK(sqlite3_open((folder.path() + "/bare.db").c_str(), &handle) == SQLITE_OK);
  const auto run = [&](const char* sql) {
    RENKEI_CHECK(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  };
  run("CREATE TABLE t(n INTEGER PRIMARY KEY, a INTEGER, b BLOB)");
  run("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000)"
      " INSERT INTO t SELECT x, x, zeroblob(32) FROM c");
  sqlite3_stmt* scan = nullptr;
  RENKEI_CHECK(sqlite3_prepare_v2(handle, "SELECT a, b FROM t", -1, &scan, nullptr) == SQLITE_OK);
  for (auto _ : state) {
    std::int64_t sum = 0;
    while (sqlite3_step(scan) == SQLITE_ROW) sum += sqlite3_column_int64(scan, 0);
    benchmark::DoNotOptimize(sum);
    sqlite3_reset(scan);
  }
  sqlite3_finalize(scan);
  sqlite3_close(handle);
}
BENCHMARK(BM_BareScan)->Iterations(3)->Unit(benchmark::kMillisecond);

void BM_DiffOverStored(benchmark::State& state) {
  const Filled& filled = TheFilled();
  const policy::Evaluator before = EvaluatorOf(0);
  const policy::Evaluator after = EvaluatorOf(1);
  const std::vector<feed::PeerContext> peers = ThePeers();
  for (auto _ : state) {
    const absl::Status read = filled.store->Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(const policy::PolicyDiff diff,
                       feed::DiffOverStored(reader, kCommunity, peers, before, after,
                                            FromUnixSeconds(1'790'000'100)));
      RENKEI_CHECK(!diff.empty());
      state.counters["changes"] = static_cast<double>(diff.changes.size());
      std::size_t examples = 0;
      for (const policy::Change& change : diff.changes) examples += change.examples.size();
      state.counters["examples"] = static_cast<double>(examples);
      return absl::OkStatus();
    });
    RENKEI_CHECK(read.ok());
  }
}
BENCHMARK(BM_DiffOverStored)->Iterations(3)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace renkei::bench
