// The exports by name, for commands and URLs.
#include <algorithm>
#include <array>

#include "node/formats/export.h"

namespace renkei::formats {
namespace {

constexpr std::array<ExportFormat, 12> kExportFormats = {
    {{"misp", &ExportMisp, "application/json", false},
     {"stix", &ExportStix, "application/stix+json;version=2.1", false},
     {"iodef", &ExportIodef, "application/xml", false},
     {"iodef-json", &ExportIodefJson, "application/json", false},
     {"csv", &ExportCsv, "text/csv; charset=utf-8", false},
     {"plain", &ExportPlain, "text/plain; charset=utf-8", true},
     {"hosts", &ExportHosts, "text/plain; charset=utf-8", true},
     {"rpz", &ExportRpz, "text/dns", true},
     {"suricata", &ExportSuricata, "text/plain; charset=utf-8", true},
     {"zeek", &ExportZeek, "text/tab-separated-values; charset=utf-8", true},
     {"nftables", &ExportNftables, "text/plain; charset=utf-8", true},
     {"ipset", &ExportIpset, "text/plain; charset=utf-8", true}}};

}  // namespace

std::span<const ExportFormat> ExportFormats() { return kExportFormats; }

const ExportFormat* FindExportFormat(std::string_view name) {
  const auto* found = std::find_if(kExportFormats.begin(), kExportFormats.end(),
                                   [&](const ExportFormat& entry) { return entry.name == name; });
  return found == kExportFormats.end() ? nullptr : found;
}

}  // namespace renkei::formats
