// What a node holds, written for other tools: MISP JSON, STIX 2.1, IODEF, CSV, and lists that block
// or alert.
//
// An exercise and an expired record are in no export; whatever is left out is counted with its
// reason.  The caller gives records that the node still holds (no withdrawn ones) and may read.
// Pure; thread-safe; never fails.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/base/clock.h"
#include "node/base/json.h"
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

// Records one after the other; an export asks for them once.  Only borrows what it is made of.
class HeldRecords {
 public:
  using Each = const std::function<void(const HeldRecord&)>&;

  // A record need not live longer than the call that it is given to.
  explicit HeldRecords(std::function<void(Each)> walk) : walk_(std::move(walk)) {}
  HeldRecords(const HeldRecord* first, std::size_t count)
      : walk_([records = std::span(first, count)](Each each) {
          for (const HeldRecord& record : records) each(record);
        }) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a list is records one after the other.
  HeldRecords(const std::vector<HeldRecord>& records)
      : HeldRecords(records.data(), records.size()) {}

  void ForEach(Each each) const { walk_(each); }

 private:
  std::function<void(Each)> walk_;
};

struct ExportOptions {
  Timestamp now{};
  std::string community{};  // stands for an author who is not named
  // Plain lists: these types only; empty: all that kPlainTypes holds.
  std::vector<v1::IndicatorType> types{};
  // Lists that block or alert: whether a value is ours, and so never blocked; none: nothing is.
  std::function<bool(std::string_view)> is_ours{};
  // ... and the name of a warning list that covers it, so that it is not blocked; empty: none does.
  std::function<std::string(v1::IndicatorType, std::string_view)> known_good{};
  // ... and why what teams say of a value keeps it out; empty: nothing does.  STIX leaves out the
  // indicator that would act on it, and says the rest as it was written.
  std::function<std::string_view(v1::IndicatorType, std::string_view)> judged{};
  std::string zone{};        // name of the response policy zone; empty: kZoneDefault
  std::uint32_t serial = 0;  // of that zone; 0: the time, which rises with nothing to remember
};

inline constexpr char kZoneDefault[] = "rpz.renkei.invalid";

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
Exported ExportMisp(const HeldRecords& records, const ExportOptions& options);

// The MISP feed of these records (PyMISP's layout): `manifest.json`, `hashes.csv`, and an event's
// file, named by its uuid.
struct MispFeed {
  Exported manifest{};
  std::string hashes{};
  std::map<std::string, std::string> events{};  // uuid -> record id, hex
};
MispFeed ExportMispFeed(const HeldRecords& records, const ExportOptions& options);
// `{"Event": {...}}`; empty if the record may be in no export.
std::string ExportMispEvent(const HeldRecord& record, const ExportOptions& options);

// The STIX objects of one record, definitions that it refers to first; empty if it may be in no
// export.  As in ExportStix, but for what other records add.
std::vector<Json> StixObjectsOf(const HeldRecord& record, const ExportOptions& options);

// A STIX 2.1 bundle, a report for each record, in the order given.  Same records, same bytes.  What
// STIX has no property for stands in an extension of our own, which node/formats/stix_import reads.
Exported ExportStix(const HeldRecords& records, const ExportOptions& options);

// An IODEF v2 document, XML (RFC 7970) or JSON (RFC 8727), an Incident for each record; no text if
// there is none, for IODEF has at least one.  A record comes back whole to a node of ours.
Exported ExportIodef(const HeldRecords& records, const ExportOptions& options);
Exported ExportIodefJson(const HeldRecords& records, const ExportOptions& options);

// RFC 4180 with a header line, one indicator a row.  A cell that a spreadsheet would run as a
// formula gets a leading apostrophe.
Exported ExportCsv(const HeldRecords& records, const ExportOptions& options);

// ---- lists that block or alert ----
//
// All hold actionable, valid values in canonical form, each once, in a fixed order.  Left out:
// records with PAP amber or red (a block is an action that an attacker can see), values of a victim
// or known to be harmless, and what record::WhyNotBlock names.

// One value a line.
Exported ExportPlain(const HeldRecords& records, const ExportOptions& options);
// `0.0.0.0 NAME`, for hosts files.
Exported ExportHosts(const HeldRecords& records, const ExportOptions& options);
// A response policy zone (DNS): NXDOMAIN for names and all below them, and for answers that hold an
// address.
Exported ExportRpz(const HeldRecords& records, const ExportOptions& options);
// The same zone with another serial.
void SetZoneSerial(std::string& zone, std::uint32_t serial);
// Rules that alert; ids from 1,000,000 to 1,999,999, made from what a rule matches.
Exported ExportSuricata(const HeldRecords& records, const ExportOptions& options);
// A file for Zeek's intelligence framework.
Exported ExportZeek(const HeldRecords& records, const ExportOptions& options);
// `nft -f`: the sets renkei4 and renkei6 of table `inet renkei`.
Exported ExportNftables(const HeldRecords& records, const ExportOptions& options);
// `ipset restore`: the sets renkei4 and renkei6.
Exported ExportIpset(const HeldRecords& records, const ExportOptions& options);

// ---- by name ----

using Exporter = Exported (*)(const HeldRecords&, const ExportOptions&);

struct ExportFormat {
  std::string_view name{};
  Exporter exporter = nullptr;
  std::string_view media_type{};
  bool acts = false;  // a list that blocks or alerts
};
std::span<const ExportFormat> ExportFormats();
// Null if there is none of that name.
const ExportFormat* FindExportFormat(std::string_view name);

}  // namespace renkei::formats
