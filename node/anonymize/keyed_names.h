// Names for own entities that mean the same in all records which one author writes to one circle in
// one epoch, and nothing to anybody else (ANONYMITY section 1; docs/anonymity.md).
//
//   h-<16>.invalid           addresses, hosts and domains      n-<16>.invalid   networks
//   u-<16>@o-<16>.invalid    mail addresses                    u-<16>           users
//   <16> = base32(BLAKE2b-80bit(key = the class's key, class || 0x00 || canonical value))
//
// No tool resolves or blocks what ends in `.invalid`.  Without the key nobody can try values.
// People, organizations, products and sites have no keyed name.
//
// Thread-safe.  Keys are wiped when it goes.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "node/anonymize/stand_ins.h"
#include "node/base/bytes.h"
#include "node/record/correlation.h"

namespace renkei::anonymize {

// Part of what a name is derived from: never numbered anew.
enum class NameClass : std::uint8_t {
  kAddress = 1,     // as 32 hex digits, IPv4 in ::ffff:0:0/96
  kNetwork = 2,     // ... `/` and the length in bits of those 128
  kHost = 3,        // folded
  kUser = 4,        // folded, without a domain
  kMailDomain = 5,  // folded
  kSubnets = 6,     // the key of ipcrypt-pfx
};

class KeyedNames {
 public:
  using KeySource = std::function<Bytes(NameClass)>;  // 32 bytes each

  KeyedNames(record::Correlation correlation, const KeySource& keys);
  ~KeyedNames();
  KeyedNames(const KeyedNames&) = delete;
  KeyedNames& operator=(const KeyedNames&) = delete;

  // `key`: as OwnMatch has it.  `found`: the text that was found, which says a mail address's
  // domain.  Nothing for what has no keyed name.
  std::optional<std::string> NameOf(EntityClass entity, std::string_view key,
                                    std::string_view found) const;

  // The value of an anon-ip indicator, for an address or a network; nothing for others, or unless
  // the circle asks for subnets.  It looks like somebody else's address: never for free text.
  std::optional<std::string> AnonIpOf(EntityClass entity, std::string_view key) const;

 private:
  std::string Digits(NameClass name_class, std::string_view canonical) const;

  const record::Correlation correlation_;
  std::map<NameClass, Bytes> keys_{};
};

}  // namespace renkei::anonymize
