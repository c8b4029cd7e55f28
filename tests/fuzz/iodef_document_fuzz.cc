// An IODEF document from anywhere must never crash us, nor must XML that is none; what is taken
// from it obeys the limits, is accounted for, and survives the way out and in again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/formats/export.h"
#include "node/formats/import_any.h"
#include "node/formats/record_json.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const std::string_view input = FuzzText(data, size);
  const auto imported = formats::ImportAny(input);
  if (!imported.ok()) {
    REQUIRE(!Message(imported.status()).empty());
    return 0;
  }
  REQUIRE(!imported->empty());
  for (const formats::Imported& one : *imported) {
    REQUIRE(record::CheckSections(one.draft.sections).ok());
    REQUIRE(one.report.attributes_skipped <= one.report.attributes);
    if (one.draft.source_format != "iodef") continue;
    formats::HeldRecord held;
    held.record_id_hex = "000102030405060708090a0b0c0d0e0f";
    held.kind = one.draft.header.kind;
    held.tlp = one.draft.header.tlp;
    held.sections = one.draft.sections;
    held.expires = FromUnixSeconds(1'800'000'000);
    const formats::ExportOptions options{.now = FromUnixSeconds(1'790'000'000)};
    for (const auto exporter : {&formats::ExportIodef, &formats::ExportIodefJson}) {
      const auto again = formats::ImportAny(exporter({&held, 1}, options).text);
      REQUIRE(again.ok() && again->size() == 1);
      REQUIRE(ToText(formats::SectionsToJson(again->front().draft.sections)) ==
              ToText(formats::SectionsToJson(one.draft.sections)));
    }
  }
  return 0;
}
