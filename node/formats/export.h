// What a node holds, written for other tools: MISP JSON, STIX 2.1, CSV, and plain lists for blocking.
//
// An exercise and an expired record are in no export; whatever is left out is counted with its
// reason.  The caller gives records that the node still holds (no withdrawn ones) and may read.
// Pure; thread-safe; never fails.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "node/base/clock.h"
#include "node/record/sections.h"
#include "policy/marking.h"

namespace renkei::formats {

namespace v1 = ::renkei::v1;

struct HeldRecord {
  std::string record_id_hex{};
  std::uint32_t revision = 1;
  policy::Kind kind = policy::Kind::kUnspecified;
  policy::Tlp tlp = policy::Tlp::kUnspecified;
  policy::Pap pap = policy::Pap::kUnspecified;
  policy::Severity severity = policy::Severity::kUnspecified;
  bool exercise = false;
  Timestamp issued{};
  Timestamp expires{};
  std::string author{};  // slug; empty: not attributed
  std::vector<std::string> circles{};
  std::vector<std::string> tags{};
  std::uint32_t type = 0;  // RSIT
  v1::Sections sections{};
  // False: a peer's copy, from which sections may have been left out on the way.
  bool whole = true;
};

struct ExportOptions {
  Timestamp now{};
  std::string community{};  // stands for an author who is not named
  // Plain lists: these types only; empty: all that kPlainTypes holds.
  std::vector<v1::IndicatorType> types{};
};

struct LeftOut {
  std::string what{};
  std::uint64_t count = 0;

  bool operator==(const LeftOut&) const = default;
};

struct Exported {
  std::string text{};
  std::uint64_t written = 0;  // events, rows, or lines
  std::vector<LeftOut> left_out{};
};

// `{"response": [{"Event": {...}}]}` in the order given.  Same records, same bytes.
Exported ExportMisp(std::span<const HeldRecord> records, const ExportOptions& options);

// A STIX 2.1 bundle, a report for each record, in the order given.  Same records, same bytes.  What
// STIX has no property for stands in an extension of our own, which node/formats/stix_import reads.
Exported ExportStix(std::span<const HeldRecord> records, const ExportOptions& options);

// RFC 4180 with a header line, one indicator a row.  A cell that a spreadsheet would run as a
// formula gets a leading apostrophe.
Exported ExportCsv(std::span<const HeldRecord> records, const ExportOptions& options);

// One actionable value a line, each once, sorted by bytes.  Records with PAP amber or red are left
// out: a block list is an action that an attacker can see.
Exported ExportPlain(std::span<const HeldRecord> records, const ExportOptions& options);

}  // namespace renkei::formats
