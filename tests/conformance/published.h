// Schemas that others have published, read in place, and records to try them with.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "node/base/file.h"
#include "node/formats/export.h"
#include "tests/unit/formats/held.h"
#include "tests/unit/formats/random_sections.h"

namespace renkei::formats {

inline constexpr std::size_t kPublishedBytesMax = 64U << 20;
// Debian's own: what its packages install is for no other.
inline constexpr char kPython[] = "/usr/bin/python3";

// Of $RENKEI_SHARED/data; empty: it is not here, and the test says so.
inline std::string Published(const std::string& name) {
  const char* shared = std::getenv("RENKEI_SHARED");
  return ReadFile(fmt::format("{}/data/{}", shared == nullptr ? "" : shared, name),
                  kPublishedBytesMax)
      .value_or("");
}

// Records of anything.
inline std::vector<HeldRecord> RandomRecords(unsigned number) {
  std::vector<HeldRecord> records;
  for (unsigned seed = 0; seed < number; ++seed) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kIncident;
    draft.header.tlp = static_cast<policy::Tlp>(1 + seed % 5);
    draft.header.severity = static_cast<policy::Severity>(seed % 5);
    draft.header.type = seed % 3 == 0 ? *policy::RsitFromWord("fraud/phishing") : 0;
    draft.sections = RandomSections(seed).Make();
    record::ClearPadding(draft.sections);
    records.push_back(Held(draft));
    records.back().record_id_hex = fmt::format("{:032x}", seed + 1);
    if (seed % 4 == 0) records.back().author.clear();
  }
  return records;
}

}  // namespace renkei::formats
