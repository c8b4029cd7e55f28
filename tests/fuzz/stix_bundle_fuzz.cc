// A bundle that somebody hands us must never crash us; what is taken from it obeys the limits, and
// what we write of it we read again as the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/formats/export.h"
#include "node/formats/stix_import.h"
#include "node/record/limits.h"
#include "tests/fuzz/require.h"

namespace {

renkei::formats::HeldRecord Held(const renkei::record::Draft& draft) {
  renkei::formats::HeldRecord held;
  held.record_id_hex = "000102030405060708090a0b0c0d0e0f";
  held.kind = draft.header.kind;
  held.tlp = draft.header.tlp;
  held.issued = renkei::FromUnixSeconds(1'790'000'000);
  held.expires = renkei::FromUnixSeconds(1'800'000'000);
  held.sections = draft.sections;
  return held;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const std::string_view input = FuzzText(data, size);
  const auto imported = formats::ImportStix(input);
  if (!imported.ok()) {
    REQUIRE(!Message(imported.status()).empty());
    return 0;
  }
  REQUIRE(!imported->empty());
  formats::ExportOptions options;
  options.now = FromUnixSeconds(1'790'000'001);
  for (const formats::Imported& one : *imported) {
    REQUIRE(record::CheckSections(one.draft.sections).ok());
    REQUIRE(one.part >= 1 && one.part <= one.parts);
    const formats::HeldRecord held = Held(one.draft);
    const formats::Exported exported = formats::ExportStix({&held, 1}, options);
    const auto again = formats::ImportStix(exported.text);
    REQUIRE(again.ok());
    REQUIRE(again->front().draft.header.tlp == one.draft.header.tlp);
    REQUIRE(again->front().draft.header.kind == one.draft.header.kind ||
            one.draft.header.kind == policy::Kind::kSighting);
  }
  return 0;
}
