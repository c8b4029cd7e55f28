// Rules and tables for network sensors: Suricata rules and Zeek's intelligence files.
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "node/crypto/digest.h"
#include "node/formats/block_values.h"
#include "node/formats/export_parts.h"
#include "node/record/uri.h"

namespace renkei::formats {
namespace {

constexpr std::array kRuleTypes = {v1::INDICATOR_TYPE_IPV4,   v1::INDICATOR_TYPE_IPV4_NET,
                                   v1::INDICATOR_TYPE_IPV6,   v1::INDICATOR_TYPE_IPV6_NET,
                                   v1::INDICATOR_TYPE_DOMAIN, v1::INDICATOR_TYPE_HOSTNAME,
                                   v1::INDICATOR_TYPE_URL,    v1::INDICATOR_TYPE_JA3};

// Ids for local use.
constexpr std::uint32_t kSidFirst = 1'000'000;
constexpr std::uint32_t kSidCount = 1'000'000;

// Bytes that mean something to the reader of rules are written as hex.
std::string RuleContent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/=&%+,!*()@?").find(c) != std::string_view::npos;
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("|{:02X}|", static_cast<unsigned char>(c));
    }
  }
  return out;
}

// What people read in an alert: public parsers cut at a `;`, escaped or not.
std::string RuleMessage(std::string_view text) {
  constexpr std::size_t kMessageMax = 120;
  std::string out;
  for (const char c : text.substr(0, kMessageMax)) {
    const bool special = c == ';' || c == '"' || c == '\\' || c == '|' || c == ':' ||
                         static_cast<unsigned char>(c) < 0x20 ||
                         static_cast<unsigned char>(c) >= 0x7F;
    out.push_back(special ? '_' : c);
  }
  return out;
}

struct SensorRule {
  std::string key{};     // what its id is made from
  std::string header{};  // action to port
  std::string match{};   // options that decide
};

// Suricata has put `http.host` in lower case already, and says so of a needless `nocase`.
std::string HostMatch(std::string_view buffer, const std::string& name) {
  const std::string_view nocase = buffer == "http.host" ? "" : "nocase; ";
  return fmt::format("{}; dotprefix; content:\".{}\"; {}endswith; ", buffer, RuleContent(name),
                     nocase);
}

std::vector<SensorRule> UrlRules(const std::string& value) {
  const auto uri = record::ParseUri(value);
  // What is inside TLS no sensor sees; the name it is asked by is another rule's, and blocks more.
  if (!uri || uri->scheme != "http") return {};
  // Contents longer than this are refused by Suricata.
  constexpr std::size_t kContentMax = 250;
  const std::string path = uri->path + uri->query;
  if (path.size() > kContentMax) return {};
  return {{"http", "alert http $HOME_NET any -> any any",
           fmt::format("http.host; content:\"{}\"; bsize:{}; http.uri.raw; content:\"{}\"; "
                       "startswith; ",
                       RuleContent(uri->host), uri->host.size(), RuleContent(path))}};
}

std::vector<SensorRule> RulesOf(const BlockValue& value) {
  switch (value.type) {
    case v1::INDICATOR_TYPE_DOMAIN:
    case v1::INDICATOR_TYPE_HOSTNAME:
      return {{"dns", "alert dns $HOME_NET any -> any any", HostMatch("dns.query", value.value)},
              {"tls", "alert tls $HOME_NET any -> any any", HostMatch("tls.sni", value.value)},
              {"host", "alert http $HOME_NET any -> any any", HostMatch("http.host", value.value)}};
    case v1::INDICATOR_TYPE_URL:
      return UrlRules(value.value);
    case v1::INDICATOR_TYPE_JA3:
      return {{"ja3", "alert tls $HOME_NET any -> any any",
               fmt::format("ja3.hash; content:\"{}\"; ", value.value)}};
    default:
      return {{"ip", fmt::format("alert ip $HOME_NET any <> [{}] any", value.value), ""}};
  }
}

// The same rule keeps its id while it lives: made from what it matches.  Where two meet, the one
// that sorts later takes the next.
class SidMaker {
 public:
  std::uint32_t Next(std::string_view key) {
    const crypto::Digest digest = crypto::Sha256(key);
    std::uint32_t number = 0;
    for (const char byte : digest.view().substr(0, 4)) {
      number = number << 8 | static_cast<std::uint8_t>(byte);
    }
    number %= kSidCount;
    while (!taken_.insert(number).second) number = (number + 1) % kSidCount;
    return kSidFirst + number;
  }
  bool full() const { return taken_.size() == kSidCount; }

 private:
  std::set<std::uint32_t> taken_{};
};

struct ZeekType {
  v1::IndicatorType type;
  std::string_view word;
};
constexpr std::array<ZeekType, 12> kZeekTypes = {
    {{v1::INDICATOR_TYPE_IPV4, "ADDR"},
     {v1::INDICATOR_TYPE_IPV6, "ADDR"},
     {v1::INDICATOR_TYPE_IPV4_NET, "SUBNET"},
     {v1::INDICATOR_TYPE_IPV6_NET, "SUBNET"},
     {v1::INDICATOR_TYPE_DOMAIN, "DOMAIN"},
     {v1::INDICATOR_TYPE_HOSTNAME, "DOMAIN"},
     {v1::INDICATOR_TYPE_URL, "URL"},
     {v1::INDICATOR_TYPE_EMAIL, "EMAIL"},
     {v1::INDICATOR_TYPE_MD5, "FILE_HASH"},
     {v1::INDICATOR_TYPE_SHA1, "FILE_HASH"},
     {v1::INDICATOR_TYPE_SHA256, "FILE_HASH"},
     {v1::INDICATOR_TYPE_CERTIFICATE_HASH, "CERT_HASH"}}};

std::string_view ZeekWord(v1::IndicatorType type) {
  for (const ZeekType& entry : kZeekTypes) {
    if (entry.type == type) return entry.word;
  }
  return "";
}

// No tabs (they were left out with all control characters); Zeek's URLs have no scheme.
std::string ZeekValue(const BlockValue& value) {
  if (value.type != v1::INDICATOR_TYPE_URL) return value.value;
  const std::size_t end = value.value.find("://");
  return end == std::string::npos ? value.value : value.value.substr(end + 3);
}

}  // namespace

Exported ExportSuricata(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  SidMaker sids;
  for (const BlockValue& value : BlockValues(records, options, kRuleTypes, exported.left_out)) {
    const auto rules = RulesOf(value);
    if (rules.empty()) LeaveOut(exported.left_out, "URLs that a sensor can't see or match");
    for (const SensorRule& rule : rules) {
      if (sids.full()) {
        LeaveOut(exported.left_out, "rules beyond the ids for local use");
        continue;
      }
      exported.text +=
          fmt::format("{} (msg:\"renkei {} {} record {} from {}\"; {}sid:{}; rev:1;)\n",
                      rule.header, rule.key, RuleMessage(value.value),
                      value.record_id_hex.substr(0, 12), RuleMessage(SourceOf(value, options)),
                      rule.match, sids.Next(rule.key + " " + value.value));
      ++exported.written;
    }
  }
  return exported;
}

Exported ExportZeek(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  std::array<v1::IndicatorType, kZeekTypes.size()> types{};
  for (std::size_t i = 0; i < types.size(); ++i) types[i] = kZeekTypes[i].type;
  exported.text = "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n";
  std::set<std::string> lines;
  for (const BlockValue& value : BlockValues(records, options, types, exported.left_out)) {
    lines.insert(fmt::format("{}\tIntel::{}\t{}\trenkei record {}\n", ZeekValue(value),
                             ZeekWord(value.type), SourceOf(value, options),
                             value.record_id_hex.substr(0, 12)));
  }
  for (const std::string& line : lines) exported.text += line;
  exported.written = lines.size();
  return exported;
}

}  // namespace renkei::formats
