// A file that somebody hands us must never crash us; what is taken from it obeys the limits, is
// accounted for, and survives our own JSON form.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/formats/import_json.h"
#include "node/formats/record_json.h"
#include "node/record/limits.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const std::string_view input = FuzzText(data, size);
  formats::ImportOptions options;
  options.allow_org_only = true;
  const auto imported = formats::ImportJsonAuto(input, options);
  if (!imported.ok()) {
    REQUIRE(!Message(imported.status()).empty());
    return 0;
  }
  REQUIRE(!imported->empty());
  for (const formats::Imported& one : *imported) {
    REQUIRE(record::CheckSections(one.draft.sections).ok());
    REQUIRE(one.report.attributes_skipped <= one.report.attributes);
    REQUIRE(one.part >= 1 && one.part <= one.parts);
    const std::string text = ToText(formats::ToJson(one.draft));
    const auto again = formats::DraftFromJson(text);
    REQUIRE(again.ok());
    REQUIRE(ToText(formats::ToJson(*again)) == text);
  }
  return 0;
}
