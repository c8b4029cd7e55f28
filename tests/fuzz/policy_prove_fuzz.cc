// Whatever policy parses: printing keeps it, both engines say the same of its lines, and what they
// refute the evaluator confirms.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/lint.h"
#include "policy/prove.h"
#include "tests/fuzz/require.h"

namespace {

constexpr std::size_t kRulesMax = 40;
constexpr std::size_t kLinesMax = 4;
constexpr std::uint64_t kWorkMax = 200'000;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei::policy;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const ParseResult result = Parse(text, "fuzz");
  if (result.policy == nullptr) return 0;
  const Policy& policy = *result.policy;
  const std::string printed = Print(policy);
  if (printed.size() > kFileBytesMax / 2) return 0;
  const ParseResult again = Parse(printed, "printed");
  REQUIRE(again.policy != nullptr && *again.policy == policy);
  if (policy.file().rules.size() > kRulesMax || policy.lines_to_prove().size() > kLinesMax)
    return 0;
  Lint(policy, "fuzz");

  // Every policy is narrower than itself.
  const Loader loader = [&](std::string_view) { return absl::StatusOr<std::string>(text); };
  const auto slow = ProveAll(policy, loader, {.engine = Engine::kEnumerate, .work_max = kWorkMax});
  const auto fast = ProveAll(policy, loader, {.engine = DefaultEngine(), .work_max = kWorkMax});
  REQUIRE(slow.size() == fast.size());
  for (std::size_t i = 0; i < slow.size(); ++i) {
    for (const Proof& proof : {slow[i], fast[i]}) {
      // Unknown is only what took too long.
      const bool gave_up = proof.why.starts_with("gave up") || proof.why.starts_with("Z3: ");
      REQUIRE(proof.why.empty() || gave_up);
      REQUIRE((proof.result == Proof::Result::kRefuted) == !proof.counterexample.empty());
    }
    const bool narrower = slow[i].text.starts_with("narrower");
    REQUIRE(!narrower || slow[i].result != Proof::Result::kRefuted);
    if (!slow[i].why.empty() || !fast[i].why.empty()) continue;
    REQUIRE(slow[i].result == fast[i].result);
  }
  return 0;
}
