// Bytes from a peer must never crash Open, and what it accepts must survive our own disclosure.
#include <cstddef>
#include <cstdint>

#include "node/record/limits.h"
#include "node/record/record.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const BytesView input(reinterpret_cast<const char*>(data), size);
  // A header alone: what is accepted is canonical.
  if (const auto header = record::ParseHeader(input); header.ok()) {
    REQUIRE(record::EncodeHeader(*header) == input);
  }
  const auto opened = record::Open(input);
  if (!opened.ok()) return 0;
  REQUIRE(opened->header_bytes().size() <= record::kHeaderBytesMax);
  const auto again = record::Open(opened->Disclose(policy::kAllSections));
  REQUIRE(again.ok() && again->leaf() == opened->leaf() && again->held() == opened->held());
  const auto stored = record::Record::FromStored(opened->ToStored());
  REQUIRE(stored.ok() && stored->leaf() == opened->leaf());
  const auto less = record::Open(opened->Disclose(opened->header().must_disclose));
  REQUIRE(less.ok() && less->leaf() == opened->leaf());
  return 0;
}
