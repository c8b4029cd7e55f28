// IP addresses and networks in their one canonical text.
//
// IPv4: four decimal numbers without leading zeros (some programs read those as octal); IPv6 as
// RFC 5952.  Networks have no host bits.  Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/base/bytes.h"

namespace renkei::record {

std::optional<std::string> CanonicalIpv4(std::string_view text);
std::optional<std::string> CanonicalIpv6(std::string_view text);  // no brackets, no zone
// Either family; a single address gets its full length.  Host bits are cleared.
std::optional<std::string> CanonicalNetwork(std::string_view text);

// First and last address of an address or network: 16 bytes each, IPv4 as ::ffff:0:0/96 has it, so
// that they sort.
struct AddressRange {
  Bytes first{};
  Bytes last{};
  bool ipv6 = false;
  int length = 0;  // of its prefix, in its own family
};
std::optional<AddressRange> AddressesOf(std::string_view address_or_network);

// Why nobody should block this address or network, or nothing: it is reserved, everybody's, or so
// wide that most of it is somebody else's.  Argument in canonical form, either family.
std::string_view WhyNotBlockAddress(std::string_view address_or_network);

inline constexpr int kBlockedIpv4LengthMin = 16;  // wider networks are nobody's to block unseen
inline constexpr int kBlockedIpv6LengthMin = 32;

}  // namespace renkei::record
