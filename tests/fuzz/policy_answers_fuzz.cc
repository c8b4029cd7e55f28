// Whatever policy, peers and records the bytes choose: the evaluator answers as the specification
// reads, the table answers as the evaluator, more trust never sees less, a stricter TLP is never
// seen by more, a layer only narrows, nothing changes between a policy and itself, and both provers
// say the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "policy/diff.h"
#include "policy/prove.h"
#include "policy/question.h"
#include "policy/table.h"
#include "tests/fuzz/require.h"
#include "tests/unit/policy/oracle.h"
#include "tests/unit/policy/random_policy.h"

namespace renkei::policy {
namespace {

constexpr std::size_t kBytesMin = 64;  // fewer choose too little
constexpr std::size_t kBytesMax = 4'096;
constexpr int kRulesMax = 10;
constexpr int kPairs = 12;
constexpr std::uint64_t kWorkMax = 100'000;

std::string TextOf(RandomWorld& world) {
  std::vector<std::string> statements = world.Statements(1 + world.Below(kRulesMax));
  statements.push_back(world.Line(0));
  return std::accumulate(statements.begin(), statements.end(), std::string());
}

std::shared_ptr<const Policy> Parsed(const std::string& text) {
  ParseResult result = Parse(text, "fuzz");
  REQUIRE(result.policy != nullptr);
  return result.policy;
}

void CheckMonotone(const Evaluator& evaluator, Peer peer, Marking marking) {
  if (!peer.circles.empty()) {
    Mask before;
    Rung& rung = peer.circles.front().rung;
    for (rung = 0; rung <= kRungMax; ++rung) {
      const Mask now = evaluator.Decide(peer, marking);
      REQUIRE((now & before) == before);
      before = now;
    }
    rung = kRungMax;
  }
  marking.tlp = Tlp::kClear;
  Mask before = evaluator.Decide(peer, marking);
  for (const Tlp tlp : {Tlp::kGreen, Tlp::kAmber, Tlp::kAmberStrict, Tlp::kRed}) {
    marking.tlp = tlp;
    const Mask now = evaluator.Decide(peer, marking);
    REQUIRE((now & before) == now);
    before = now;
  }
}

void CheckLines(const Policy& policy) {
  static const ProveOptions kSlowly{.engine = Engine::kEnumerate,
                                    .solvers = MakeSolvers(Engine::kEnumerate, kWorkMax)};
  static const ProveOptions kQuickly{.engine = DefaultEngine(),
                                     .solvers = MakeSolvers(DefaultEngine(), kWorkMax)};
  const auto slow = ProveAll(policy, {}, kSlowly);
  const auto fast = ProveAll(policy, {}, kQuickly);
  REQUIRE(slow.size() == fast.size());
  for (std::size_t i = 0; i < slow.size(); ++i) {
    const bool unknown = !slow[i].why.empty() || !fast[i].why.empty();
    REQUIRE(unknown || slow[i].result == fast[i].result);
  }
}

void Check(const std::string& bytes) {
  RandomWorld world(bytes);
  const auto policy = Parsed(TextOf(world));
  REQUIRE(*Parsed(Print(*policy)) == *policy);
  const Evaluator evaluator = *Evaluator::Make(policy);
  const Evaluator receiver = *Evaluator::Make(Parsed(TextOf(world)));
  Table table(evaluator);
  DiffScope scope;
  for (int i = 0; i < kPairs; ++i) {
    const Peer peer = world.RandomPeer();
    const Marking marking = world.RandomMarking();
    const Mask mask = evaluator.Decide(peer, marking);
    REQUIRE(mask.bits() == Oracle(policy->file(), peer, marking).Bits());
    REQUIRE(evaluator.Explain(peer, marking).mask == mask);
    REQUIRE(table.Decide(peer, marking) == mask);
    REQUIRE(table.Decide(peer, marking) == mask);
    const Mask both = Close(mask & receiver.Decide(peer, marking), marking);
    REQUIRE((both & mask) == both);
    const auto sections = static_cast<SectionMask>(world.Below(0x10000));
    const Mask limited = Evaluator::LimitTo(both, sections, marking);
    REQUIRE((limited & both) == limited);
    CheckMonotone(evaluator, peer, marking);
    scope.peers.push_back({.name = "p" + std::to_string(i), .peer = peer});
    scope.records.push_back({.marking = marking});
  }
  REQUIRE(Diff(evaluator, *Evaluator::Make(policy), scope).empty());
  CheckLines(*policy);
}

}  // namespace
}  // namespace renkei::policy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < renkei::policy::kBytesMin || size > renkei::policy::kBytesMax) return 0;
  renkei::policy::Check(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
