// A value that somebody hands us must never crash us, its canonical form must be its own, and its
// key must be that of the canonical form.  The first byte is the type.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/record/indicator_key.h"
#include "node/record/indicator_value.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei::record;
  if (size == 0) return 0;
  const auto type = static_cast<v1::IndicatorType>(data[0] % (v1::IndicatorType_MAX + 1));
  const std::string_view value(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto canonical = CanonicalValue(type, value);
  const KeyedIndicator key = KeyOf(type, value);
  if (canonical) {
    REQUIRE(CanonicalValue(type, *canonical) == canonical);
    REQUIRE(KeyOf(type, *canonical).key == key.key);
  }
  const KeyedIndicator again = KeyOf(key.type, key.value);
  REQUIRE(again.key == key.key);
  REQUIRE(again.place == key.place);
  if (const auto under = PlacesUnder(value)) REQUIRE(under->from < under->to);
  REQUIRE(NetworksAround(value).size() <= 128);
  return 0;
}
