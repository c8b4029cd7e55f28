// A pattern that somebody hands us must never crash us, and each term that we read we write again
// as one that reads the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/formats/stix_pattern.h"
#include "node/formats/stix_values.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const std::string_view input = FuzzText(data, size);
  const auto pattern = formats::ParseStixPattern(input);
  if (!pattern.ok()) {
    REQUIRE(!Message(pattern.status()).empty());
    return 0;
  }
  REQUIRE(!pattern->comparisons.empty());
  REQUIRE(pattern->comparisons.size() <= formats::kPatternComparisonsMax);
  for (const formats::PatternComparison& one : pattern->comparisons) {
    const auto* property = formats::FindStixProperty(one.object, one.path);
    if (property == nullptr || one.values.size() != 1) continue;
    const std::string& value = one.values[0].text;
    const std::string text =
        "[" + formats::PatternTerm(one.object, one.path, value, /*is_number=*/false) + "]";
    const auto again = formats::ParseStixPattern(text);
    REQUIRE(again.ok());
    REQUIRE(again->comparisons[0].object == one.object);
    REQUIRE(again->comparisons[0].path == one.path);
    REQUIRE(again->comparisons[0].values[0].text == value);
  }
  return 0;
}
