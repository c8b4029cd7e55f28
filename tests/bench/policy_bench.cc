// What a policy costs: one decision, an answer kept in a table, a new policy over a million
// records, the comparison of two.
//
// Everything is made from a seed.  Compare within one run only, as ratios to BM_HashLookup.
#include <chrono>
#include <unordered_map>

#include <benchmark/benchmark.h>

#include "policy/prove.h"
#include "policy/table.h"
#include "tests/bench/federation.h"

namespace renkei::bench {
namespace {

constexpr unsigned kSeed = 20'26;
constexpr int kRecords = 1'000'000;
constexpr int kPeers = 200;

policy::Evaluator EvaluatorOf(int rules, int variant = 0) {
  const policy::ParseResult parsed =
      policy::Parse(Federation(kSeed).PolicyText(rules, variant), "bench.policy");
  RENKEI_CHECK(parsed.policy != nullptr);
  return *policy::Evaluator::Make(
      parsed.policy, {{"guest", 3}, {"listed", 6}, {"accredited", 9}, {"certified", 12}});
}

// Made once; a million records take a while.
struct Stored {
  std::vector<policy::DiffRecords> tuples = Federation(kSeed).Tuples(kRecords);
  std::vector<policy::DiffPeer> peers = Federation(kSeed + 1).Peers(kPeers);
};
const Stored& TheStored() {
  static const Stored stored;
  return stored;
}

// Pairs that share a circle, for those that share none are answered at once.  Few enough to stay in
// the processor's cache, as a header does that was just parsed.
struct Pair {
  policy::Peer peer{};
  policy::Marking marking{};
};
std::vector<Pair> PairsInCommon(std::size_t count) {
  const Stored& stored = TheStored();
  std::vector<Pair> pairs;
  for (std::size_t i = 0; pairs.size() < count; ++i) {
    const policy::Peer& peer = stored.peers[i * 7919 % stored.peers.size()].peer;
    const policy::Marking& marking = stored.tuples[i * 104'729 % stored.tuples.size()].marking;
    for (const policy::Membership& in : peer.circles) {
      if (std::find(marking.circles.begin(), marking.circles.end(), in.circle) !=
          marking.circles.end()) {
        pairs.push_back({peer, marking});
        break;
      }
    }
  }
  return pairs;
}

// The bare reference: a number looked up in a hash table of 4,096.
void BM_HashLookup(benchmark::State& state) {
  std::unordered_map<std::uint64_t, std::uint64_t> table;
  for (std::uint64_t i = 0; i < 4096; ++i) table[i * 0x9e3779b97f4a7c15] = i;
  std::uint64_t n = 0;
  for (auto _ : state) {
    n = (n + 1) % 4096;
    benchmark::DoNotOptimize(table.find(n * 0x9e3779b97f4a7c15)->second);
  }
}
BENCHMARK(BM_HashLookup);

void BM_Decide(benchmark::State& state) {
  const policy::Evaluator evaluator = EvaluatorOf(static_cast<int>(state.range(0)));
  const std::vector<Pair> pairs = PairsInCommon(256);
  std::size_t i = 0;
  for (auto _ : state) {
    const Pair& pair = pairs[i++ % pairs.size()];
    benchmark::DoNotOptimize(evaluator.Decide(pair.peer, pair.marking));
  }
}
BENCHMARK(BM_Decide)->ArgName("rules")->Arg(20)->Arg(100)->Arg(300);

void BM_TableHit(benchmark::State& state) {
  policy::Table table(EvaluatorOf(100));
  std::vector<std::pair<policy::ShapeNumber, policy::ClassNumber>> numbers;
  for (const Pair& pair : PairsInCommon(256)) {
    numbers.emplace_back(*table.ShapeOf(pair.marking), *table.ClassOf(pair.peer));
    table.MaskOf(numbers.back().first, numbers.back().second);
  }
  std::size_t i = 0;
  for (auto _ : state) {
    const auto& [shape, class_number] = numbers[i++ % numbers.size()];
    benchmark::DoNotOptimize(table.MaskOf(shape, class_number));
  }
}
BENCHMARK(BM_TableHit);

// A new policy over what is stored: shapes of all tuples, classes of all peers, every mask.
void BM_Rebuild(benchmark::State& state) {
  const Stored& stored = TheStored();
  const policy::Evaluator evaluator = EvaluatorOf(20);
  for (auto _ : state) {
    policy::Table table(evaluator);
    std::vector<policy::ClassNumber> classes;
    for (const policy::DiffPeer& peer : stored.peers) {
      const policy::ClassNumber number = *table.ClassOf(peer.peer);
      if (std::find(classes.begin(), classes.end(), number) == classes.end()) {
        classes.push_back(number);
      }
    }
    for (const policy::DiffRecords& tuple : stored.tuples) table.ShapeOf(tuple.marking);
    std::size_t masks = 0;
    std::size_t most = 0;
    for (policy::ShapeNumber shape = 0; shape < table.shape_count(); ++shape) {
      const std::size_t distinct = table.GroupByMask(shape, classes).size();
      masks += distinct;
      most = std::max(most, distinct);
    }
    state.counters["shapes"] = static_cast<double>(table.shape_count());
    state.counters["classes"] = static_cast<double>(table.class_count());
    state.counters["tuples"] = static_cast<double>(stored.tuples.size());
    state.counters["masks_mean"] =
        static_cast<double>(masks) / static_cast<double>(table.shape_count());
    state.counters["masks_max"] = static_cast<double>(most);
  }
}
BENCHMARK(BM_Rebuild)->Iterations(3)->Unit(benchmark::kMillisecond);

void BM_Diff(benchmark::State& state) {
  const Stored& stored = TheStored();
  const policy::Evaluator before = EvaluatorOf(20);
  const policy::Evaluator after = EvaluatorOf(20, 1);
  const policy::DiffScope scope{.peers = stored.peers, .records = stored.tuples};
  for (auto _ : state) {
    const policy::PolicyDiff diff = policy::Diff(before, after, scope);
    RENKEI_CHECK(!diff.empty());
    state.counters["changes"] = static_cast<double>(diff.changes.size());
  }
}
BENCHMARK(BM_Diff)->Iterations(3)->Unit(benchmark::kMillisecond);

// Proving two lines over a policy of that size, as `policy check` does.
void BM_Check(benchmark::State& state) {
  const std::string text = Federation(kSeed).PolicyText(static_cast<int>(state.range(0))) +
                           "never \"red is relayed\" relay all when tlp >= red\n"
                           "never \"victim below certified\" see victim when level < certified and "
                           "tlp >= red and not recipient and not own\n";
  const policy::ParseResult parsed = policy::Parse(text, "bench.policy");
  RENKEI_CHECK(parsed.policy != nullptr);
  for (auto _ : state) {
    const std::vector<policy::Proof> proofs = policy::ProveAll(*parsed.policy, {});
    RENKEI_CHECK(proofs.size() == 2);
    for (const policy::Proof& proof : proofs) {
      RENKEI_CHECK(proof.result != policy::Proof::Result::kUnknown);
    }
  }
}
BENCHMARK(BM_Check)->ArgName("rules")->Arg(300)->Iterations(3)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace renkei::bench
