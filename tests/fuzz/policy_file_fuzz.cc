// An operator's file must never crash us, and a policy that parses must survive our own printing.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "policy/policy.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei::policy;
  const std::string_view text = FuzzText(data, size);
  const ParseResult result = Parse(text, "fuzz");
  REQUIRE((result.policy == nullptr) == !result.problems.empty());
  if (result.policy == nullptr) return 0;

  const std::string printed = Print(*result.policy);
  const ParseResult again = Parse(printed, "printed");
  REQUIRE(again.policy != nullptr || printed.size() > kFileBytesMax);
  if (again.policy == nullptr) return 0;
  REQUIRE(*again.policy == *result.policy);
  REQUIRE(Print(*again.policy) == printed);

  // Whatever it says, it can be asked, and explains the answer that it gives.
  const absl::StatusOr<Evaluator> evaluator = Evaluator::Make(again.policy);
  REQUIRE(evaluator.ok());
  evaluator->RunTests();
  const Peer peer{.team = "alpha", .circles = {{.circle = "members", .rung = 8}}};
  const Marking marking{.kind = Kind::kIncident, .tlp = Tlp::kGreen, .circles = {"members"}};
  REQUIRE(evaluator->Explain(peer, marking).mask == evaluator->Decide(peer, marking));
  return 0;
}
