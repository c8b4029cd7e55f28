// What someone pastes at a prompt must never crash us; a token we accept survives our own writing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "node/membership/limits.h"
#include "node/membership/names.h"
#include "node/membership/token.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const std::string_view input = FuzzText(data, size);
  if (const auto name = membership::ParseSpiffeUri(input); name.ok()) {
    REQUIRE(membership::SpiffeUri(name->community, name->slug) == input);
  }
  const auto token = membership::ParseToken(input);
  if (!token.ok()) {
    REQUIRE(!token.status().message().empty());
    return 0;
  }
  REQUIRE(token->address.size() <= membership::kAddressBytesMax);
  const auto again = membership::ParseToken(membership::ToString(*token));
  REQUIRE(again.ok() && *again == *token);
  return 0;
}
