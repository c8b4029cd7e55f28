#include "node/anonymize/keyed_names.h"

#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "node/anonymize/addresses.h"
#include "node/anonymize/fold.h"
#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/crypto/ip_prefix.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kNameBytes = 10;  // 80 bits: 16 characters
constexpr int kMappedV4Bits = 96;

// `203.0.113.0/24` of `net:...cb007100/120`.
std::string_view CanonicalOf(std::string_view key) {
  const std::size_t colon = key.find(':');
  return colon == std::string_view::npos ? key : key.substr(colon + 1);
}

std::string AddressText(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4 = address.IsV4();
  const auto* bytes = address.bytes.data() + (v4 ? kMappedV4Bits / 8 : 0);
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text, sizeof text);
  return text;
}

}  // namespace

KeyedNames::KeyedNames(record::Correlation correlation, const KeySource& keys)
    : correlation_(correlation) {
  for (const NameClass one : {NameClass::kAddress, NameClass::kNetwork, NameClass::kHost,
                              NameClass::kUser, NameClass::kMailDomain, NameClass::kSubnets}) {
    keys_[one] = keys(one);
  }
}

KeyedNames::~KeyedNames() {
  for (auto& [name_class, key] : keys_) crypto::Wipe(key);
}

std::string KeyedNames::Digits(NameClass name_class, std::string_view canonical) const {
  const Bytes begin = {static_cast<char>(name_class), '\0'};
  return Base32Encode(crypto::Blake2b(keys_.at(name_class), {begin, canonical}, kNameBytes));
}

std::optional<std::string> KeyedNames::NameOf(EntityClass entity, std::string_view key,
                                              std::string_view found) const {
  const std::string_view canonical = CanonicalOf(key);
  switch (entity) {
    case EntityClass::kAddress:
      return "h-" + Digits(NameClass::kAddress, canonical) + ".invalid";
    case EntityClass::kNetwork:
      return "n-" + Digits(NameClass::kNetwork, canonical) + ".invalid";
    case EntityClass::kHost:
      return "h-" + Digits(NameClass::kHost, canonical) + ".invalid";
    case EntityClass::kUser:
      return "u-" + Digits(NameClass::kUser, canonical);
    case EntityClass::kMail: {
      const std::string folded = FoldText(found).text;
      const std::string domain = folded.substr(folded.rfind('@') + 1);
      return fmt::format("u-{}@o-{}.invalid", Digits(NameClass::kUser, canonical),
                         Digits(NameClass::kMailDomain, domain));
    }
    case EntityClass::kPerson:
    case EntityClass::kOrganization:
    case EntityClass::kProduct:
    case EntityClass::kSite:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string> KeyedNames::AnonIpOf(EntityClass entity, std::string_view key) const {
  const bool network = entity == EntityClass::kNetwork;
  if (correlation_ != record::Correlation::kSubnets) return std::nullopt;
  if (!network && entity != EntityClass::kAddress) return std::nullopt;
  const std::string_view canonical = CanonicalOf(key);
  const std::size_t slash = std::min(canonical.find('/'), canonical.size());
  const auto bytes = HexDecode(canonical.substr(0, slash));
  auto cipher = crypto::IpPrefixCipher::From(keys_.at(NameClass::kSubnets));
  Address address;
  if (!bytes || bytes->size() != address.bytes.size() || !cipher) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), address.bytes.begin());
  const Address encrypted{.bytes = cipher->Encrypt(address.bytes)};
  if (!network) return AddressText(encrypted);
  int length = 0;
  const std::string_view digits = canonical.substr(std::min(slash + 1, canonical.size()));
  std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool v4 = address.IsV4();
  if (length < (v4 ? kMappedV4Bits : 1) || length > 128) return std::nullopt;
  return fmt::format("{}/{}", AddressText(NetworkOf(encrypted, length).address),
                     v4 ? length - kMappedV4Bits : length);
}

}  // namespace renkei::anonymize
