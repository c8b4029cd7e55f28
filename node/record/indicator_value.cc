#include "node/record/indicator_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "node/base/encoding.h"
#include "node/record/host_name.h"
#include "node/record/ip_address.h"
#include "node/record/uri.h"

namespace renkei::record {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// As reports write them, in lower case.
constexpr std::array<Pair, 15> kDefanged = {{{"[.]", "."},
                                             {"(.)", "."},
                                             {"{.}", "."},
                                             {"[dot]", "."},
                                             {"(dot)", "."},
                                             {"{dot}", "."},
                                             {"[at]", "@"},
                                             {"(at)", "@"},
                                             {"[@]", "@"},
                                             {"(@)", "@"},
                                             {"[://]", "://"},
                                             {"[:]", ":"},
                                             {"[/]", "/"},
                                             {"[:/]", ":/"},
                                             {"\\.", "."}}};
constexpr std::string_view kDefangedBegin = "[({\\";  // how each of them begins
constexpr std::array<Pair, 5> kDefangedSchemes = {{{"hxxps:", "https:"},
                                                   {"hxxp:", "http:"},
                                                   {"h**ps:", "https:"},
                                                   {"h**p:", "http:"},
                                                   {"fxp:", "ftp:"}}};

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::string> CanonicalHash(std::string_view value, std::size_t digits) {
  const std::string hash = AsciiLower(value);
  const bool hex = std::all_of(hash.begin(), hash.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (!hex || hash.size() != digits) return std::nullopt;
  return hash;
}

// Certificates are named by SHA-1 or SHA-256, with or without colons.
std::optional<std::string> CanonicalCertificateHash(std::string_view value) {
  std::string digits(value);
  digits.erase(std::remove(digits.begin(), digits.end(), ':'), digits.end());
  for (const std::size_t length : {40U, 64U}) {
    if (auto hash = CanonicalHash(digits, length)) return hash;
  }
  return std::nullopt;
}

// The part before the `@` too in lower case: no mail system in use tells cases apart.
std::optional<std::string> CanonicalMail(std::string_view value) {
  const std::size_t at = value.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const std::string_view local = value.substr(0, at);
  const bool spaced = std::any_of(local.begin(), local.end(), [](char c) {
    return IsSpace(c) || static_cast<unsigned char>(c) < 0x20;
  });
  const auto host = CanonicalHostName(value.substr(at + 1));
  if (spaced || !host) return std::nullopt;
  return AsciiLower(local) + "@" + *host;
}

bool IsBase64Digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// `block size:hash:hash`; a name of the file may follow, as its tool writes it, and goes.
std::optional<std::string> CanonicalSsdeep(std::string_view value) {
  constexpr std::size_t kBlockDigitsMax = 10;
  constexpr std::size_t kSsdeepHashMax = 64;
  const std::size_t first = value.find(':');
  const std::size_t second = first == std::string_view::npos ? first : value.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::size_t comma = value.find(',', second);
  const std::string_view block = value.substr(0, first);
  const std::string_view hashes[] = {value.substr(first + 1, second - first - 1),
                                     value.substr(second + 1, comma - second - 1)};
  const bool number =
      std::all_of(block.begin(), block.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (block.empty() || block.size() > kBlockDigitsMax || !number) return std::nullopt;
  for (const std::string_view hash : hashes) {
    if (hash.size() > kSsdeepHashMax || !std::all_of(hash.begin(), hash.end(), IsBase64Digit)) {
      return std::nullopt;
    }
  }
  return std::string(value.substr(0, comma));
}

// 35 bytes in hex, in newer versions after `T1`.
std::optional<std::string> CanonicalTlsh(std::string_view value) {
  constexpr std::size_t kTlshDigits = 70;
  const bool newer = AsciiLower(value.substr(0, 2)) == "t1" && value.size() == kTlshDigits + 2;
  const auto hash = CanonicalHash(newer ? value.substr(2) : value, kTlshDigits);
  if (!hash) return std::nullopt;
  std::string upper = newer ? "T1" : "";
  for (const char c : *hash) {
    upper.push_back(c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return upper;
}

// Base58 with its version's first digit, or bech32 (BIP 173), of the main and test networks.  Its
// sum is not checked: the form alone keeps anything else out.
std::optional<std::string> CanonicalBitcoin(std::string_view value) {
  const std::string lower = AsciiLower(value);
  if (lower.starts_with("bc1") || lower.starts_with("tb1")) {
    constexpr std::string_view kBech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const bool digits = lower.find_first_not_of(kBech32, 3) == std::string::npos;
    return digits && lower.size() >= 14 && lower.size() <= 90 ? std::optional(lower) : std::nullopt;
  }
  const bool version = std::string_view("13mn2").find(value.front()) != std::string_view::npos;
  const bool digits = std::all_of(value.begin(), value.end(), [](char c) {
    return IsBase64Digit(c) && std::string_view("+/0OIl").find(c) == std::string_view::npos;
  });
  if (!version || !digits || value.size() < 26 || value.size() > 35) return std::nullopt;
  return std::string(value);
}

std::optional<std::string> CanonicalAsn(std::string_view value) {
  if (value.size() > 2 && AsciiLower(value.substr(0, 2)) == "as") value.remove_prefix(2);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return "AS" + std::to_string(number);
}

// EUI-48 or EUI-64 in pairs, however its parts are joined.
std::optional<std::string> CanonicalMac(std::string_view value) {
  std::string digits(value);
  std::erase_if(digits, [](char c) { return c == ':' || c == '-' || c == '.'; });
  auto hex = CanonicalHash(digits, 12);
  if (!hex) hex = CanonicalHash(digits, 16);
  if (!hex) return std::nullopt;
  std::string mac;
  for (std::size_t at = 0; at < hex->size(); at += 2) {
    mac += (mac.empty() ? "" : ":") + hex->substr(at, 2);
  }
  return mac;
}

// CVE ids in upper case; names that others give stay as they are.
std::string CanonicalVulnerability(std::string_view value) {
  std::string lower = AsciiLower(value);
  if (!lower.starts_with("cve-")) return std::string(value);
  return lower.replace(0, 3, "CVE");
}

std::optional<std::string> CanonicalUrl(std::string_view value) {
  const auto uri = ParseUri(value);
  if (!uri) return std::nullopt;
  return uri->Text();
}

std::optional<std::string> CanonicalNetworkOf(std::string_view value, bool ipv6) {
  auto network = CanonicalNetwork(value);
  if (network && (network->find(':') != std::string::npos) != ipv6) return std::nullopt;
  return network;
}

// What reports defang.
bool IsDefangedType(v1::IndicatorType type) {
  return type >= v1::INDICATOR_TYPE_IPV4 && type <= v1::INDICATOR_TYPE_EMAIL &&
         type != v1::INDICATOR_TYPE_URI_PATH;
}

std::optional<std::string> CanonicalPlace(v1::IndicatorType type, const std::string& value) {
  switch (type) {
    case v1::INDICATOR_TYPE_IPV4:
      return CanonicalIpv4(value);
    case v1::INDICATOR_TYPE_IPV6:
      return CanonicalIpv6(value);
    case v1::INDICATOR_TYPE_IPV4_NET:
      return CanonicalNetworkOf(value, /*ipv6=*/false);
    case v1::INDICATOR_TYPE_IPV6_NET:
      return CanonicalNetworkOf(value, /*ipv6=*/true);
    case v1::INDICATOR_TYPE_URL:
      return CanonicalUrl(value);
    case v1::INDICATOR_TYPE_EMAIL:
      return CanonicalMail(value);
    default:
      return CanonicalHostName(value);
  }
}

std::string_view WhyNotBlockHost(const std::string& host) {
  if (host.empty()) return "values without a host";
  if (CanonicalIpv4(host) || CanonicalIpv6(host)) return WhyNotBlockAddress(host);
  if (host == "invalid" || host.ends_with(".invalid")) return "names that only stand for one";
  if (IsPublicSuffix(host)) return "names under which strangers register theirs";
  return "";
}

// A list of anything at all is read by programs that know addresses, names and URLs: what looks
// like one must be said to be one, so that it is asked about as one.
std::string_view WhyNotBlockText(const std::string& text) {
  const auto uri = ParseUri(text);
  if (CanonicalNetwork(text) || (uri && !uri->host.empty())) {
    return "addresses, networks and URLs that are said to be something else";
  }
  const auto name = text.find('.') == std::string::npos ? std::nullopt : CanonicalHostName(text);
  return name ? WhyNotBlockHost(*name) : "";
}

}  // namespace

namespace {

std::string RefangedOnce(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  std::string_view rest = value;
  const std::string lower = AsciiLower(value);
  for (const auto& [defanged, scheme] : kDefangedSchemes) {
    if (lower.starts_with(defanged)) {
      out = scheme;
      rest.remove_prefix(defanged.size());
      break;
    }
  }
  while (!rest.empty()) {
    const std::size_t plain = std::min(rest.find_first_of(kDefangedBegin), rest.size());
    out += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    const std::string_view here = std::string_view(lower).substr(value.size() - rest.size());
    const auto found = std::find_if(kDefanged.begin(), kDefanged.end(),
                                    [&](const Pair& pair) { return here.starts_with(pair.first); });
    if (found == kDefanged.end()) {
      out.push_back(rest.front());
      rest.remove_prefix(1);
    } else {
      out += found->second;
      rest.remove_prefix(found->first.size());
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> Refanged(std::string_view value) {
  std::string out(value);
  for (int pass = 0; pass < kRefangPassesMax; ++pass) {
    std::string next = RefangedOnce(out);
    if (next == out) return out;
    out = std::move(next);
  }
  return std::nullopt;
}

std::optional<std::string> CanonicalValue(v1::IndicatorType type, std::string_view value) {
  value = Trimmed(value);
  if (value.empty()) return std::nullopt;
  if (IsDefangedType(type)) {
    const auto plain = Refanged(value);
    return plain ? CanonicalPlace(type, *plain) : std::nullopt;
  }
  switch (type) {
    case v1::INDICATOR_TYPE_MD5:
    case v1::INDICATOR_TYPE_IMPHASH:
    case v1::INDICATOR_TYPE_JA3:
      return CanonicalHash(value, 32);
    case v1::INDICATOR_TYPE_SHA1:
      return CanonicalHash(value, 40);
    case v1::INDICATOR_TYPE_SHA256:
      return CanonicalHash(value, 64);
    case v1::INDICATOR_TYPE_SHA512:
      return CanonicalHash(value, 128);
    case v1::INDICATOR_TYPE_CERTIFICATE_HASH:
      return CanonicalCertificateHash(value);
    case v1::INDICATOR_TYPE_ASN:
      return CanonicalAsn(value);
    case v1::INDICATOR_TYPE_MAC:
      return CanonicalMac(value);
    case v1::INDICATOR_TYPE_VULNERABILITY:
      return CanonicalVulnerability(value);
    case v1::INDICATOR_TYPE_SSDEEP:
      return CanonicalSsdeep(value);
    case v1::INDICATOR_TYPE_TLSH:
      return CanonicalTlsh(value);
    case v1::INDICATOR_TYPE_BITCOIN_ADDRESS:
      return CanonicalBitcoin(value);
    default:
      return std::string(value);
  }
}

std::string_view WhyNotBlock(v1::IndicatorType type, const std::string& canonical) {
  switch (type) {
    case v1::INDICATOR_TYPE_IPV4:
    case v1::INDICATOR_TYPE_IPV6:
    case v1::INDICATOR_TYPE_IPV4_NET:
    case v1::INDICATOR_TYPE_IPV6_NET:
      return WhyNotBlockAddress(canonical);
    case v1::INDICATOR_TYPE_DOMAIN:
    case v1::INDICATOR_TYPE_HOSTNAME:
      return WhyNotBlockHost(canonical);
    case v1::INDICATOR_TYPE_URL: {
      const auto uri = ParseUri(canonical);
      return WhyNotBlockHost(uri ? uri->host : "");
    }
    case v1::INDICATOR_TYPE_EMAIL:
      return WhyNotBlockHost(canonical.substr(canonical.rfind('@') + 1));
    default:
      return WhyNotBlockText(canonical);
  }
}

}  // namespace renkei::record
