// Our own JSON form: what we read obeys the limits, and printing and reading it again changes
// nothing.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/formats/record_json.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const std::string_view input = FuzzText(data, size);
  const auto draft = formats::DraftFromJson(input);
  if (!draft.ok()) return 0;

  REQUIRE(record::CheckSections(draft->sections).ok());
  const std::string text = ToText(formats::ToJson(*draft));
  const auto again = formats::DraftFromJson(text);
  REQUIRE(again.ok());
  REQUIRE(again->header.tlp == draft->header.tlp);
  REQUIRE(again->sections.SerializeAsString() == draft->sections.SerializeAsString());
  REQUIRE(ToText(formats::ToJson(*again)) == text);
  return 0;
}
