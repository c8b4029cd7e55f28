#include "node/formats/iodef_words.h"

#include <algorithm>
#include <array>

#include "node/base/encoding.h"
#include "node/formats/message_json.h"
#include "node/record/host_name.h"
#include "node/record/indicator_value.h"
#include "node/record/ip_address.h"

namespace renkei::formats {
namespace {

constexpr std::array<IodefType, 8> kIodefAddresses = {{{"asn", v1::INDICATOR_TYPE_ASN},
                                                       {"e-mail", v1::INDICATOR_TYPE_EMAIL},
                                                       {"mac", v1::INDICATOR_TYPE_MAC},
                                                       {"ipv4-addr", v1::INDICATOR_TYPE_IPV4},
                                                       {"ipv4-net", v1::INDICATOR_TYPE_IPV4_NET},
                                                       {"ipv6-addr", v1::INDICATOR_TYPE_IPV6},
                                                       {"ipv6-net", v1::INDICATOR_TYPE_IPV6_NET},
                                                       {"site-uri", v1::INDICATOR_TYPE_URL}}};

// In a list of one type; pairs (`ipv4-port`, `domain-to-ipv4`) are read apart.
constexpr std::array<IodefType, 17> kBulkTypes = {
    {{"asn", v1::INDICATOR_TYPE_ASN},
     {"e-mail", v1::INDICATOR_TYPE_EMAIL},
     {"mac", v1::INDICATOR_TYPE_MAC},
     {"ipv4-addr", v1::INDICATOR_TYPE_IPV4},
     {"ipv4-net", v1::INDICATOR_TYPE_IPV4_NET},
     {"ipv6-addr", v1::INDICATOR_TYPE_IPV6},
     {"ipv6-net", v1::INDICATOR_TYPE_IPV6_NET},
     {"site-uri", v1::INDICATOR_TYPE_URL},
     {"domain-name", v1::INDICATOR_TYPE_DOMAIN},
     {"windows-reg-key", v1::INDICATOR_TYPE_REGISTRY_KEY},
     {"file-hash", v1::INDICATOR_TYPE_OTHER_HASH},
     {"email-subject", v1::INDICATOR_TYPE_EMAIL_SUBJECT},
     {"http-user-agent", v1::INDICATOR_TYPE_USER_AGENT},
     {"http-request-uri", v1::INDICATOR_TYPE_URI_PATH},
     {"mutex", v1::INDICATOR_TYPE_MUTEX},
     {"file-path", v1::INDICATOR_TYPE_FILE_PATH},
     {"user-name", v1::INDICATOR_TYPE_USER_NAME}}};

struct HashAlgorithm {
  std::string_view uri{};
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
  std::size_t digits = 0;
};
// The first of a type is the one that is written.
constexpr std::array<HashAlgorithm, 5> kHashes = {
    {{"http://www.w3.org/2001/04/xmldsig-more#md5", v1::INDICATOR_TYPE_MD5, 32},
     {"http://www.w3.org/2000/09/xmldsig#sha1", v1::INDICATOR_TYPE_SHA1, 40},
     {"http://www.w3.org/2001/04/xmlenc#sha256", v1::INDICATOR_TYPE_SHA256, 64},
     {"http://www.w3.org/2001/04/xmlenc#sha512", v1::INDICATOR_TYPE_SHA512, 128},
     {"http://www.w3.org/2001/04/xmldsig-more#sha384", v1::INDICATOR_TYPE_OTHER_HASH, 96}}};

constexpr std::array<std::string_view, 12> kBusinessImpacts = {"breach-proprietary",
                                                               "breach-privacy",
                                                               "breach-credential",
                                                               "loss-of-integrity",
                                                               "loss-of-service",
                                                               "theft-financial",
                                                               "theft-service",
                                                               "degraded-reputation",
                                                               "asset-damage",
                                                               "asset-manipulation",
                                                               "legal",
                                                               "extortion"};
constexpr std::array<std::string_view, 19> kSystemImpacts = {"takeover-account",
                                                             "takeover-service",
                                                             "takeover-system",
                                                             "cps-manipulation",
                                                             "cps-damage",
                                                             "availability-data",
                                                             "availability-account",
                                                             "availability-service",
                                                             "availability-system",
                                                             "damaged-system",
                                                             "damaged-data",
                                                             "breach-configuration",
                                                             "integrity-data",
                                                             "integrity-configuration",
                                                             "integrity-hardware",
                                                             "traffic-redirection",
                                                             "monitoring-traffic",
                                                             "monitoring-host",
                                                             "policy"};
constexpr std::array<std::string_view, 22> kActions = {"nothing",
                                                       "contact-source-site",
                                                       "contact-target-site",
                                                       "contact-sender",
                                                       "investigate",
                                                       "block-host",
                                                       "block-network",
                                                       "block-port",
                                                       "rate-limit-host",
                                                       "rate-limit-network",
                                                       "rate-limit-port",
                                                       "redirect-traffic",
                                                       "honeypot",
                                                       "upgrade-software",
                                                       "rebuild-asset",
                                                       "harden-asset",
                                                       "remediate-other",
                                                       "status-triage",
                                                       "status-new-info",
                                                       "watch-and-report",
                                                       "training",
                                                       "other"};

template <class List>
bool HasWord(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

std::span<const IodefType> IodefAddressTypes() { return kIodefAddresses; }
std::span<const IodefType> IodefBulkTypes() { return kBulkTypes; }

std::string_view IodefWordOf(std::span<const IodefType> types, v1::IndicatorType type) {
  const auto found = std::find_if(types.begin(), types.end(),
                                  [type](const IodefType& row) { return row.type == type; });
  return found == types.end() ? std::string_view() : found->word;
}

v1::IndicatorType IodefTypeOf(std::span<const IodefType> types, std::string_view word) {
  const auto found = std::find_if(types.begin(), types.end(),
                                  [word](const IodefType& row) { return row.word == word; });
  return found == types.end() ? v1::INDICATOR_TYPE_UNSPECIFIED : found->type;
}

std::string IndicatorWord(v1::IndicatorType type) {
  const auto* value = v1::IndicatorType_descriptor()->FindValueByNumber(type);
  return value == nullptr ? std::string() : EnumWord(*value);
}

v1::IndicatorType IndicatorFromWord(std::string_view word) {
  const auto* value = EnumFromWord(*v1::IndicatorType_descriptor(), word);
  return value == nullptr ? v1::INDICATOR_TYPE_UNSPECIFIED
                          : static_cast<v1::IndicatorType>(value->number());
}

v1::IndicatorType AddressTypeOf(std::string_view value) {
  for (const auto type : {v1::INDICATOR_TYPE_IPV4, v1::INDICATOR_TYPE_IPV6,
                          v1::INDICATOR_TYPE_IPV4_NET, v1::INDICATOR_TYPE_IPV6_NET}) {
    if (record::CanonicalValue(type, value)) return type;
  }
  return v1::INDICATOR_TYPE_UNSPECIFIED;
}

v1::IndicatorType NameTypeOf(std::string_view value) {
  const auto name = record::CanonicalValue(v1::INDICATOR_TYPE_DOMAIN, value);
  if (!name) return v1::INDICATOR_TYPE_UNSPECIFIED;
  const std::size_t dot = name->find('.');
  const bool registered = dot == std::string::npos || record::IsPublicSuffix(name->substr(dot + 1));
  return registered ? v1::INDICATOR_TYPE_DOMAIN : v1::INDICATOR_TYPE_HOSTNAME;
}

v1::Role RoleOfNodeRole(std::string_view word) {
  if (word == "c2-server") return v1::ROLE_C2;
  for (const std::string_view delivery :
       {"malware-distribution", "phishing-site", "spear-phishing-site", "fraudulent-site"}) {
    if (word == delivery) return v1::ROLE_DELIVERY;
  }
  return v1::ROLE_UNSPECIFIED;
}

std::string_view NodeRoleOf(v1::Role role) {
  if (role == v1::ROLE_C2) return "c2-server";
  if (role == v1::ROLE_DELIVERY) return "malware-distribution";
  return "";
}

std::string_view SystemCategoryOf(v1::Role role) {
  if (role == v1::ROLE_SOURCE) return "source";
  if (role == v1::ROLE_TARGET) return "target";
  return "";
}

v1::IndicatorType HashTypeOf(std::string_view algorithm, std::size_t hex_digits) {
  for (const HashAlgorithm& one : kHashes) {
    if (one.uri == algorithm && one.digits == hex_digits) return one.type;
  }
  for (const HashAlgorithm& one : kHashes) {
    if (one.digits == hex_digits) return one.type;
  }
  return v1::INDICATOR_TYPE_OTHER_HASH;
}

std::string_view HashAlgorithmOf(v1::IndicatorType type) {
  for (const HashAlgorithm& one : kHashes) {
    if (one.type == type && type != v1::INDICATOR_TYPE_OTHER_HASH) return one.uri;
  }
  return "";
}

std::string HashHexOf(std::string_view digest_value) {
  const auto is_length = [](std::size_t digits) {
    return std::any_of(kHashes.begin(), kHashes.end(),
                       [digits](const HashAlgorithm& one) { return one.digits == digits; });
  };
  if (is_length(digest_value.size()) && HexDecode(digest_value)) return AsciiLower(digest_value);
  const auto bytes = Base64Decode(digest_value);
  if (!bytes) return "";
  // Digits that were encoded once more: no digest looks like them.
  if (is_length(bytes->size()) && HexDecode(*bytes)) return AsciiLower(*bytes);
  if (is_length(2 * bytes->size())) return HexEncode(*bytes);
  return "";
}

policy::Tlp TlpOfRestriction(std::string_view restriction, std::string_view extension) {
  if (restriction.empty() || restriction == "default") return policy::Tlp::kUnspecified;
  if (restriction == "public" || restriction == "white") return policy::Tlp::kClear;
  if (restriction == "green") return policy::Tlp::kGreen;
  if (restriction == "partner" || restriction == "amber") return policy::Tlp::kAmber;
  if (restriction == "need-to-know") return policy::Tlp::kAmberStrict;
  if (restriction == "ext-value") {
    std::string word = AsciiLower(extension);
    if (word.starts_with("tlp:")) word.erase(0, 4);
    return policy::TlpFromWord(word).value_or(policy::Tlp::kRed);
  }
  return policy::Tlp::kRed;
}

void AddRestriction(policy::Tlp tlp, IodefNode& node) {
  switch (tlp) {
    case policy::Tlp::kClear:
      node.Add("restriction", "white");
      return;
    case policy::Tlp::kGreen:
      node.Add("restriction", "green");
      return;
    case policy::Tlp::kAmber:
      node.Add("restriction", "amber");
      return;
    case policy::Tlp::kAmberStrict:
      node.Add("restriction", "ext-value");
      node.Add("ext-restriction", policy::ToWord(tlp));
      return;
    default:
      node.Add("restriction", "red");
  }
}

bool IsBusinessImpact(std::string_view word) { return HasWord(kBusinessImpacts, word); }
bool IsSystemImpact(std::string_view word) { return HasWord(kSystemImpacts, word); }
bool IsIodefAction(std::string_view word) { return HasWord(kActions, word); }

}  // namespace renkei::formats
