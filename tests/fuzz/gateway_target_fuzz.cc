// Whatever a client puts into the request line is refused, or reads back as what was understood;
// the same for its credentials.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "node/gateway/limits.h"
#include "node/gateway/list_filter.h"
#include "node/gateway/target.h"
#include "node/gateway/tokens.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const std::string_view input = FuzzText(data, size);
  if (const auto credentials = gateway::ReadCredentials(input)) {
    REQUIRE(credentials->name.size() + credentials->token.size() <= gateway::kCredentialBytesMax);
  }
  const auto target = gateway::ParseTarget(input);
  if (!target.ok()) return 0;
  REQUIRE(target->query.size() <= gateway::kQueryPairsMax);
  for (const std::string& segment : target->segments) REQUIRE(segment != ".." && !segment.empty());
  const auto again = gateway::ParseTarget(gateway::ToText(*target));
  // Escaped, it may have grown beyond the limit, and only then it is refused.
  REQUIRE(again.ok() ? *again == *target
                     : gateway::ToText(*target).size() > gateway::kTargetBytesMax);
  for (const auto use : {gateway::FilterFor::kTable, gateway::FilterFor::kList,
                         gateway::FilterFor::kZone, gateway::FilterFor::kWhole}) {
    std::optional<gateway::WrongFilter> wrong;
    const gateway::ListFilter filter = gateway::ReadListFilter(target->query, use, wrong);
    REQUIRE(wrong.has_value() || filter.confidence <= 100);
    REQUIRE(!wrong || !wrong->expected.empty());
  }
  return 0;
}
