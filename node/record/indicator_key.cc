#include "node/record/indicator_key.h"

#include <algorithm>
#include <utility>

#include "node/crypto/digest.h"
#include "node/record/host_name.h"
#include "node/record/indicator_value.h"
#include "node/record/ip_address.h"
#include "node/record/uri.h"

namespace renkei::record {
namespace {

// First byte of a place: names and addresses never mix.
constexpr char kNamePlace = 'n';
constexpr char kAddressPlace = 'a';

std::string_view WithoutSpace(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// `www.a.example` -> `nexample.a.www.`: what lies below a name begins as the name does.
Bytes NamePlace(std::string_view name) {
  Bytes place(1, kNamePlace);
  while (!name.empty()) {
    const std::size_t dot = name.rfind('.');
    const std::size_t begin = dot == std::string_view::npos ? 0 : dot + 1;
    place += name.substr(begin);
    place.push_back('.');
    name = name.substr(0, begin == 0 ? 0 : dot);
  }
  return place;
}

// Of a canonical host: a name, or an address without brackets.
Bytes HostPlace(std::string_view host) {
  if (host.empty()) return "";
  if (const auto range = AddressesOf(host)) return kAddressPlace + range->first;
  return NamePlace(host);
}

Bytes PlaceOf(v1::IndicatorType type, const std::string& canonical) {
  switch (type) {
    case v1::INDICATOR_TYPE_IPV4:
    case v1::INDICATOR_TYPE_IPV6:
    case v1::INDICATOR_TYPE_IPV4_NET:
    case v1::INDICATOR_TYPE_IPV6_NET:
    case v1::INDICATOR_TYPE_DOMAIN:
      return HostPlace(canonical);
    case v1::INDICATOR_TYPE_EMAIL:
      return HostPlace(std::string_view(canonical).substr(canonical.rfind('@') + 1));
    case v1::INDICATOR_TYPE_URL: {
      const auto uri = ParseUri(canonical);
      return HostPlace(uri ? uri->host : "");
    }
    default:
      return "";
  }
}

// `192.0.2.1/32` is an address.
void NarrowNetwork(KeyedIndicator& indicator) {
  const bool ipv4 = indicator.type == v1::INDICATOR_TYPE_IPV4_NET;
  if (!ipv4 && indicator.type != v1::INDICATOR_TYPE_IPV6_NET) return;
  const std::string_view whole = ipv4 ? "/32" : "/128";
  if (!std::string_view(indicator.value).ends_with(whole)) return;
  indicator.value.resize(indicator.value.size() - whole.size());
  indicator.type = ipv4 ? v1::INDICATOR_TYPE_IPV4 : v1::INDICATOR_TYPE_IPV6;
}

IndicatorKey MakeKey(v1::IndicatorType type, std::string_view value) {
  const Bytes head = ByteWriter()
                         .Raw(crypto::Tag16("RNK1.indicator"))
                         .U16(static_cast<std::uint16_t>(type))
                         .Take();
  return *IndicatorKey::From(crypto::Sha256({head, value}).view().substr(0, IndicatorKey::kSize));
}

// An address or network, if that is what the value is: said to be one of either family, or `other`,
// as formats call what they could not read (a defanged address).
std::optional<std::pair<v1::IndicatorType, std::string>> AsAddress(v1::IndicatorType type,
                                                                   std::string_view value) {
  const bool address = type >= v1::INDICATOR_TYPE_IPV4 && type <= v1::INDICATOR_TYPE_IPV6_NET;
  if (!address && type != v1::INDICATOR_TYPE_OTHER) return std::nullopt;
  const auto plain = Refanged(WithoutSpace(value));
  auto network = plain ? CanonicalNetwork(*plain) : std::nullopt;
  if (!network) return std::nullopt;
  const bool ipv6 = network->find(':') != std::string::npos;
  return std::pair(ipv6 ? v1::INDICATOR_TYPE_IPV6_NET : v1::INDICATOR_TYPE_IPV4_NET,
                   *std::move(network));
}

KeyedIndicator KeyOfCanonical(v1::IndicatorType type, std::string canonical) {
  KeyedIndicator indicator{.type = KeyType(type), .value = std::move(canonical)};
  NarrowNetwork(indicator);
  indicator.key = MakeKey(indicator.type, indicator.value);
  indicator.place = PlaceOf(indicator.type, indicator.value);
  return indicator;
}

}  // namespace

v1::IndicatorType KeyType(v1::IndicatorType type) {
  return type == v1::INDICATOR_TYPE_HOSTNAME ? v1::INDICATOR_TYPE_DOMAIN : type;
}

KeyedIndicator KeyOf(v1::IndicatorType type, std::string_view value) {
  if (const auto address = AsAddress(type, value))
    return KeyOfCanonical(address->first, address->second);
  if (auto canonical = CanonicalValue(type, value)) {
    return KeyOfCanonical(type, *std::move(canonical));
  }
  KeyedIndicator indicator{.type = KeyType(type), .value = std::string(WithoutSpace(value))};
  indicator.key = MakeKey(indicator.type, indicator.value);
  return indicator;
}

std::vector<KeyedIndicator> KeysOfAnyType(std::string_view value) {
  std::vector<KeyedIndicator> keys;
  if (WithoutSpace(value).empty()) return keys;
  for (int type = v1::IndicatorType_MIN; type <= v1::IndicatorType_MAX; ++type) {
    KeyedIndicator key = KeyOf(static_cast<v1::IndicatorType>(type), value);
    const bool known = std::any_of(keys.begin(), keys.end(),
                                   [&](const KeyedIndicator& one) { return one.key == key.key; });
    if (!known) keys.push_back(std::move(key));
  }
  return keys;
}

std::optional<PlaceRange> PlacesUnder(std::string_view value) {
  const auto plain = Refanged(WithoutSpace(value));
  if (!plain) return std::nullopt;
  if (const auto range = AddressesOf(*plain)) {
    // The last address of all has no next one; a byte more stands behind it.
    return PlaceRange{.from = kAddressPlace + range->first,
                      .to = kAddressPlace + range->last + std::string(1, '\0')};
  }
  const auto name = CanonicalHostName(*plain);
  if (!name) return std::nullopt;
  PlaceRange under{.from = NamePlace(*name), .to = NamePlace(*name)};
  under.to.back() = '.' + 1;
  return under;
}

std::vector<IndicatorKey> NetworksAround(std::string_view value) {
  std::vector<IndicatorKey> keys;
  const auto plain = Refanged(WithoutSpace(value));
  const auto range = plain ? AddressesOf(*plain) : std::nullopt;
  if (!range) return keys;
  const std::string address = plain->substr(0, plain->find('/'));
  const auto type = range->ipv6 ? v1::INDICATOR_TYPE_IPV6_NET : v1::INDICATOR_TYPE_IPV4_NET;
  for (int length = 0; length < range->length; ++length) {
    keys.push_back(KeyOf(type, address + "/" + std::to_string(length)).key);
  }
  return keys;
}

}  // namespace renkei::record
