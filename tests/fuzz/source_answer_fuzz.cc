// What a server that we fetch from answers must never crash us, and what is taken from it obeys the
// limits: a MISP feed's manifest and events, a TAXII envelope and the bundle made of it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/formats/uuid.h"
#include "node/sources/limits.h"
#include "node/sources/listed.h"
#include "node/sources/taxii_bundle.h"
#include "node/sources/taxii_client.h"
#include "tests/fuzz/require.h"

namespace {

using renkei::sources::CheckEvent;
using renkei::sources::kListedMax;
using renkei::sources::kTaxiiNextBytesMax;
using renkei::sources::kTaxiiPageObjectsMax;
using renkei::sources::Listed;
using renkei::sources::NewOnes;
using renkei::sources::ReadManifest;
using renkei::sources::SourceState;
using renkei::sources::TaxiiBundle;
using renkei::sources::TaxiiClient;

void ReadAsManifest(std::string_view input) {
  const auto listed = ReadManifest(input);
  if (!listed.ok()) return;
  REQUIRE(listed->size() <= kListedMax);
  SourceState state;
  const auto fresh = NewOnes(*listed, state);
  REQUIRE(fresh.size() == listed->size());
  for (const Listed& one : fresh) {
    // Nothing but a uuid ever becomes the name of a file.
    REQUIRE(renkei::formats::UuidFromText(one.uuid));
    state.known[one.uuid] = {one.timestamp, 0};
  }
  REQUIRE(NewOnes(*listed, state).empty());
}

void ReadAsEnvelope(std::string_view input) {
  auto page = TaxiiClient::ReadEnvelope(input);
  if (!page.ok()) return;
  REQUIRE(page->objects.size() <= kTaxiiPageObjectsMax && page->next.size() <= kTaxiiNextBytesMax);
  TaxiiBundle bundle;
  bundle.Add(std::move(page->objects));
  for (const std::string& id : bundle.MissingIds()) REQUIRE(id.find("--") != std::string::npos);
  std::vector<std::string> left_out;
  const std::string text = bundle.ToText("name", left_out);
  REQUIRE(left_out.size() <= kTaxiiPageObjectsMax);
  REQUIRE(text == bundle.ToText("name", left_out));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = FuzzText(data, size);
  ReadAsManifest(input);
  ReadAsEnvelope(input);
  const absl::Status event =
      CheckEvent(input, {.uuid = "00000000-0000-4000-8000-000000000001", .timestamp = 1});
  REQUIRE(event.ok() || !event.message().empty());
  return 0;
}
