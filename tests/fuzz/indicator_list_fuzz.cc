// A list or table from anywhere must never crash us; what is taken from it obeys the limits and is
// accounted for, with a mapping and without.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/formats/list_import.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const std::string_view input = FuzzText(data, size);
  formats::ImportOptions mapped;
  mapped.csv_mappings = {{.name = "m",
                          .columns = {"first_seen", "", "type", "value", "tags", "confidence"},
                          .types = {{"x", "sha256"}}}};
  mapped.mapping = "m";
  for (const formats::ImportOptions& options : {formats::ImportOptions(), mapped}) {
    const auto imported = formats::ImportList(input, options);
    if (!imported.ok()) {
      REQUIRE(!Message(imported.status()).empty());
      continue;
    }
    REQUIRE(!imported->empty());
    std::uint64_t values = 0;
    for (const formats::Imported& one : *imported) {
      REQUIRE(record::CheckSections(one.draft.sections).ok());
      values += static_cast<std::uint64_t>(one.draft.sections.indicators().indicators_size());
    }
    const formats::ImportReport& report = imported->front().report;
    REQUIRE(report.attributes_skipped <= report.attributes);
    REQUIRE(values <= 2 * report.attributes_mapped());  // a port is a value of its own
  }
  return 0;
}
