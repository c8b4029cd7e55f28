// IP addresses in text, and sets of networks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "node/anonymize/digit_words.h"

namespace renkei::anonymize {

// IPv4 stands in the mapped range, so one comparison serves both.
struct Address {
  std::array<std::uint8_t, 16> bytes{};

  bool IsV4() const;
  auto operator<=>(const Address&) const = default;
};
Address AddressOfV4(std::uint32_t number);
std::optional<Address> ParseAddress(std::string_view text);

// `length` counts from the start of the 16 bytes: an IPv4 /24 is 120.
struct Network {
  Address address{};  // host bits zero
  int length = 128;

  bool operator==(const Network&) const = default;
};
std::optional<Network> ParseNetwork(std::string_view cidr_or_address);
Network NetworkOf(const Address& address, int length);

// Immutable once filled, thread-safe.  A look-up costs one step per distinct prefix length.
class NetworkSet {
 public:
  void Add(const Network& network);
  // True if an entry of at least `length_min` bits holds the address.
  bool Contains(const Address& address, int length_min = 0) const;
  // True if an entry holds the network, or lies in it and is at most `wider_bits` longer.
  bool Touches(const Network& network, int wider_bits) const;
  bool empty() const { return by_length_.empty(); }

 private:
  struct OfLength {
    int length = 0;
    std::set<Address> addresses{};
  };
  std::vector<OfLength> by_length_{};
};

// An address or CIDR as written in a folded text.
struct AddressHit {
  std::size_t begin = 0;
  std::size_t end = 0;
  Address address{};
  int length = -1;  // of the CIDR, counted as in Network; -1: an address
};

// Dotted quads (leading zeros allowed) and IPv6 addresses, with or without a prefix length.  Three
// or five numbers with dots, and `v1.2.3.4`, are versions.
std::vector<AddressHit> FindAddresses(std::string_view folded, const std::vector<DigitWord>& words);

// An address in a form that only a decoder reads: reversed (DNS), decimal, hexadecimal, octal.
struct HiddenAddress {
  Address address{};
  std::string_view form{};  // `reversed`, `decimal`, `hexadecimal`, `octal`, `dashed`, `short`
  // The form is unlikely to be anything else (in-addr.arpa, host of a URL).
  bool certain = false;
};
// `plain`: what FindAddresses found in the same text.
std::vector<HiddenAddress> FindHiddenAddresses(std::string_view folded,
                                               const std::vector<DigitWord>& words,
                                               const std::vector<AddressHit>& plain);

}  // namespace renkei::anonymize
