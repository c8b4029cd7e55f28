#include "node/formats/value_type.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/base/encoding.h"
#include "node/formats/iodef_words.h"
#include "node/formats/misp_types.h"
#include "node/record/indicator_value.h"

namespace renkei::formats {
namespace {

std::optional<RecognisedValue> As(v1::IndicatorType type, std::string_view text) {
  auto value = record::CanonicalValue(type, text);
  if (!value) return std::nullopt;
  return RecognisedValue{.type = type, .value = *std::move(value)};
}

std::optional<RecognisedValue> AsHash(std::string_view text) {
  for (const auto type : {v1::INDICATOR_TYPE_MD5, v1::INDICATOR_TYPE_SHA1,
                          v1::INDICATOR_TYPE_SHA256, v1::INDICATOR_TYPE_SHA512}) {
    if (auto found = As(type, text)) return found;
  }
  return std::nullopt;
}

std::optional<RecognisedValue> AsPlace(std::string_view text) {
  if (const auto type = AddressTypeOf(text); type != v1::INDICATOR_TYPE_UNSPECIFIED) {
    return As(type, text);
  }
  // A name without a dot is a word.
  if (text.find('.') == std::string_view::npos) return std::nullopt;
  const auto type = NameTypeOf(text);
  if (type == v1::INDICATOR_TYPE_UNSPECIFIED) return std::nullopt;
  return As(type, text);
}

// `/gate/conf.php`: what servers of an adversary answer to, whatever they are called.
bool IsUriPath(std::string_view text) {
  constexpr std::size_t kPathBytesMin = 5;
  constexpr std::string_view kMore = "-._~%!$&'()*+,;=:@/?#[]";
  return text.size() >= kPathBytesMin && text[0] == '/' && text[1] != '/' &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  kMore.find(c) != std::string_view::npos;
         });
}

// `CVE-2026-1234`.
bool IsCve(std::string_view text) {
  const std::string lower = AsciiLower(text);
  if (!lower.starts_with("cve-") || lower.size() < 13 || lower.size() > 20) return false;
  return lower.find_first_not_of("0123456789-", 4) == std::string::npos && lower[8] == '-';
}

std::optional<RecognisedValue> AsPlaceAndPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view port = text.substr(colon + 1);
  const bool number = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string_view::npos;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with("[") && host.ends_with("]")) host = host.substr(1, host.size() - 2);
  auto found = number ? AsPlace(host) : std::nullopt;
  if (found) found->port = std::string(port);
  return found;
}

struct NamedAs {
  std::string_view word{};
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
};
// As feeds write them, in lower case, with `-` between.
constexpr std::array<NamedAs, 16> kOtherWords = {{{"ip-address", v1::INDICATOR_TYPE_IPV4},
                                                  {"ipv4-address", v1::INDICATOR_TYPE_IPV4},
                                                  {"ipv6-address", v1::INDICATOR_TYPE_IPV6},
                                                  {"cidr", v1::INDICATOR_TYPE_IPV4_NET},
                                                  {"domain-name", v1::INDICATOR_TYPE_DOMAIN},
                                                  {"host", v1::INDICATOR_TYPE_HOSTNAME},
                                                  {"uri", v1::INDICATOR_TYPE_URL},
                                                  {"filehash-md5", v1::INDICATOR_TYPE_MD5},
                                                  {"filehash-sha1", v1::INDICATOR_TYPE_SHA1},
                                                  {"filehash-sha256", v1::INDICATOR_TYPE_SHA256},
                                                  {"md5-hash", v1::INDICATOR_TYPE_MD5},
                                                  {"sha1-hash", v1::INDICATOR_TYPE_SHA1},
                                                  {"sha256-hash", v1::INDICATOR_TYPE_SHA256},
                                                  {"email-address", v1::INDICATOR_TYPE_EMAIL},
                                                  {"cve", v1::INDICATOR_TYPE_VULNERABILITY},
                                                  {"bitcoin", v1::INDICATOR_TYPE_BITCOIN_ADDRESS}}};

bool IsFamily(v1::IndicatorType type) {
  return type >= v1::INDICATOR_TYPE_IPV4 && type <= v1::INDICATOR_TYPE_HOSTNAME;
}

}  // namespace

std::optional<RecognisedValue> RecogniseValue(std::string_view text) {
  const auto plain = record::Refanged(TrimmedText(text));
  if (!plain || plain->empty() || plain->find_first_of(" \t") != std::string::npos) {
    return std::nullopt;
  }
  if (plain->find("://") != std::string::npos) return As(v1::INDICATOR_TYPE_URL, *plain);
  if (auto found = AsHash(*plain)) return found;
  if (auto found = AsPlace(*plain)) return found;
  if (plain->find('@') != std::string::npos && plain->find('/') == std::string::npos) {
    return As(v1::INDICATOR_TYPE_EMAIL, *plain);
  }
  if (auto found = AsPlaceAndPort(*plain)) return found;
  if (IsUriPath(*plain)) return As(v1::INDICATOR_TYPE_URI_PATH, *plain);
  if (IsCve(*plain)) return As(v1::INDICATOR_TYPE_VULNERABILITY, *plain);
  // `name/path`, `name:port/path`
  const std::size_t slash = plain->find('/');
  const std::string_view host = std::string_view(*plain).substr(0, slash);
  if (slash != std::string::npos && slash > 0 && (AsPlace(host) || AsPlaceAndPort(host))) {
    auto found = As(v1::INDICATOR_TYPE_URL, "http://" + *plain);
    if (found) found->guessed_scheme = true;
    return found;
  }
  for (const auto type : {v1::INDICATOR_TYPE_SSDEEP, v1::INDICATOR_TYPE_TLSH}) {
    if (auto found = As(type, *plain)) return found;
  }
  return std::nullopt;
}

NamedType TypeFromAnyWord(std::string_view text) {
  std::string word = AsciiLower(TrimmedText(text));
  std::replace(word.begin(), word.end(), ' ', '-');
  std::replace(word.begin(), word.end(), '_', '-');
  if (word == "ip" || word == "hash" || word == "network") {
    return {v1::INDICATOR_TYPE_IPV4, /*by_value=*/true};
  }
  v1::IndicatorType type = IndicatorFromWord(word);
  if (type == v1::INDICATOR_TYPE_UNSPECIFIED) {
    const auto found = std::find_if(kOtherWords.begin(), kOtherWords.end(),
                                    [&](const NamedAs& row) { return row.word == word; });
    if (found != kOtherWords.end()) type = found->type;
  }
  if (type == v1::INDICATOR_TYPE_UNSPECIFIED) {
    const MispType* misp = FindMispType(word);
    if (misp != nullptr && !IsComposite(*misp)) type = misp->type;
  }
  return {type, IsFamily(type)};
}

}  // namespace renkei::formats
