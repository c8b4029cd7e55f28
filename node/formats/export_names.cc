// Lists of names: hosts files and response policy zones.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "node/base/status.h"
#include "node/formats/block_values.h"
#include "node/formats/export_parts.h"
#include "node/record/host_name.h"

namespace renkei::formats {
namespace {

constexpr std::array kNameTypes = {v1::INDICATOR_TYPE_DOMAIN, v1::INDICATOR_TYPE_HOSTNAME};
constexpr std::array kZoneTypes = {v1::INDICATOR_TYPE_DOMAIN, v1::INDICATOR_TYPE_HOSTNAME,
                                   v1::INDICATOR_TYPE_IPV4,   v1::INDICATOR_TYPE_IPV4_NET,
                                   v1::INDICATOR_TYPE_IPV6,   v1::INDICATOR_TYPE_IPV6_NET};
// A resolver asks again after this many seconds.
constexpr int kZoneTtl = 300;
constexpr std::string_view kBeforeSerial = "@ SOA localhost. hostmaster.localhost. ";

bool IsName(v1::IndicatorType type) {
  return std::find(kNameTypes.begin(), kNameTypes.end(), type) != kNameTypes.end();
}

// Below these labels of its own (`rpz-ip`, `rpz-client-ip`, `rpz-nsdname`, ...) a zone holds
// triggers other than names: an address, who asks, the name server of half the world.  Whoever
// could name one would get past all that is asked of addresses and names.
bool IsTriggerName(std::string_view name) {
  constexpr std::string_view kTriggerLabels = "rpz-";
  const std::size_t dot = name.rfind('.');
  return (dot == std::string_view::npos ? name : name.substr(dot + 1)).starts_with(kTriggerLabels);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (bool more = true; more;) {
    const std::size_t end = text.find(separator);
    more = end != std::string_view::npos;
    parts.push_back(text.substr(0, end));
    if (more) text.remove_prefix(end + 1);
  }
  return parts;
}

std::string Reversed(std::vector<std::string_view> parts) {
  std::string text;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (!text.empty()) text += ".";
    text += *part;
  }
  return text;
}

// `24.0.2.0.192.rpz-ip`; of IPv6 the words reversed, `zz` for `::`.
std::string AddressTrigger(const std::string& value) {
  const std::size_t slash = value.find('/');
  const std::string address = value.substr(0, slash);
  const bool ipv6 = address.find(':') != std::string::npos;
  const std::string length =
      slash == std::string::npos ? (ipv6 ? "128" : "32") : value.substr(slash + 1);
  if (!ipv6) return length + "." + Reversed(Split(address, '.')) + ".rpz-ip";
  std::string words = address;
  const std::size_t gap = words.find("::");
  if (gap != std::string::npos) {
    const bool first = gap == 0;
    const bool last = gap + 2 == words.size();
    words.replace(gap, 2, std::string(first ? "" : ":") + "zz" + (last ? "" : ":"));
  }
  return length + "." + Reversed(Split(words, ':')) + ".rpz-ip";
}

// Bytes of `name` below `zone` on the wire: a length before each label, and the root.
std::size_t WireBytes(const std::string& name, const std::string& zone) {
  return name.size() + 1 + zone.size() + 1 + 1;
}

}  // namespace

Exported ExportHosts(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  std::set<std::string> names;
  for (const BlockValue& value : BlockValues(records, options, kNameTypes, exported.left_out)) {
    names.insert(value.value);
  }
  for (const std::string& name : names) exported.text += "0.0.0.0 " + name + "\n";
  exported.written = names.size();
  return exported;
}

Exported ExportRpz(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  const std::string zone = record::CanonicalHostName(options.zone).value_or(kZoneDefault);
  std::set<std::string> triggers;
  for (const BlockValue& value : BlockValues(records, options, kZoneTypes, exported.left_out)) {
    if (!IsName(value.type)) {
      triggers.insert(AddressTrigger(value.value));
      continue;
    }
    if (IsTriggerName(value.value)) {
      LeaveOut(exported.left_out, "names that are triggers of another kind");
      continue;
    }
    // BIND refuses a zone for one name that is too long: with its wildcard, and below the zone.
    if (WireBytes("*." + value.value, zone) > record::kHostNameBytesMax + 2) {
      LeaveOut(exported.left_out, "names too long for the zone");
      continue;
    }
    triggers.insert(value.value);
    triggers.insert("*." + value.value);
  }
  const std::uint32_t serial =
      options.serial != 0 ? options.serial : static_cast<std::uint32_t>(UnixSeconds(options.now));
  exported.text = fmt::format(
      "$ORIGIN {0}.\n$TTL {1}\n{3}{2} {1} 60 86400 {1}\n"
      "@ NS localhost.\n",
      zone, kZoneTtl, serial, kBeforeSerial);
  for (const std::string& trigger : triggers) exported.text += trigger + " CNAME .\n";
  exported.written = triggers.size();
  return exported;
}

void SetZoneSerial(std::string& zone, std::uint32_t serial) {
  const std::size_t before = zone.find(kBeforeSerial);
  RENKEI_CHECK(before != std::string::npos);
  const std::size_t begin = before + kBeforeSerial.size();
  zone.replace(begin, zone.find(' ', begin) - begin, std::to_string(serial));
}

}  // namespace renkei::formats
