#include "node/record/ip_address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include <arpa/inet.h>

namespace renkei::record {
namespace {

struct Net {
  int family = AF_INET;
  std::array<std::uint8_t, 16> bytes{};
  int length = 0;

  int Bits() const { return family == AF_INET ? 32 : 128; }
};

bool ReadAddress(std::string_view text, int family, Net& net) {
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return false;
  net.family = family;
  net.length = net.Bits();
  return inet_pton(family, copy.c_str(), net.bytes.data()) == 1;
}

std::string AddressText(const Net& net) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(net.family, net.bytes.data(), text.data(), text.size());
  return text.data();
}

bool ReadNet(std::string_view text, Net& net) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (!ReadAddress(address, AF_INET, net) && !ReadAddress(address, AF_INET6, net)) return false;
  if (slash == std::string_view::npos) return true;
  const std::string_view digits = text.substr(slash + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), net.length);
  return error == std::errc() && !digits.empty() && end == digits.data() + digits.size() &&
         net.length >= 0 && net.length <= net.Bits();
}

void ClearHostBits(Net& net) {
  for (int bit = net.length; bit < net.Bits(); ++bit) {
    auto& byte = net.bytes[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<std::uint8_t>(byte & ~(0x80 >> (bit % 8)));
  }
}

bool Overlaps(const Net& a, const Net& b) {
  if (a.family != b.family) return false;
  Net shorter = a.length <= b.length ? a : b;
  Net longer = a.length <= b.length ? b : a;
  longer.length = shorter.length;
  ClearHostBits(longer);
  ClearHostBits(shorter);
  return longer.bytes == shorter.bytes;
}

struct Reserved {
  std::string_view network;
  std::string_view why;
};

constexpr std::string_view kSpecial = "addresses of special use";
constexpr std::string_view kInside = "private addresses";
constexpr std::string_view kResolver = "public resolvers and anycast services";

// IANA's special-purpose registries (RFC 6890), and the public resolvers that half the Internet
// asks.  Documentation ranges are not here: nobody is behind them.
constexpr std::array<Reserved, 32> kReserved = {{{"0.0.0.0/8", kSpecial},
                                                 {"10.0.0.0/8", kInside},
                                                 {"100.64.0.0/10", kInside},
                                                 {"127.0.0.0/8", kSpecial},
                                                 {"169.254.0.0/16", kSpecial},
                                                 {"172.16.0.0/12", kInside},
                                                 {"192.0.0.0/24", kSpecial},
                                                 {"192.168.0.0/16", kInside},
                                                 {"198.18.0.0/15", kSpecial},
                                                 {"224.0.0.0/4", kSpecial},
                                                 {"240.0.0.0/4", kSpecial},
                                                 {"::/127", kSpecial},
                                                 {"::ffff:0.0.0.0/96", kSpecial},
                                                 {"64:ff9b::/96", kSpecial},
                                                 {"100::/64", kSpecial},
                                                 {"fc00::/7", kInside},
                                                 {"fe80::/10", kSpecial},
                                                 {"ff00::/8", kSpecial},
                                                 {"1.0.0.1/32", kResolver},
                                                 {"1.1.1.1/32", kResolver},
                                                 {"8.8.4.4/32", kResolver},
                                                 {"8.8.8.8/32", kResolver},
                                                 {"9.9.9.9/32", kResolver},
                                                 {"149.112.112.112/32", kResolver},
                                                 {"208.67.220.220/32", kResolver},
                                                 {"208.67.222.222/32", kResolver},
                                                 {"2001:4860:4860::8844/128", kResolver},
                                                 {"2001:4860:4860::8888/128", kResolver},
                                                 {"2606:4700:4700::1001/128", kResolver},
                                                 {"2606:4700:4700::1111/128", kResolver},
                                                 {"2620:fe::9/128", kResolver},
                                                 {"2620:fe::fe/128", kResolver}}};

struct ReservedNet {
  Net net{};
  std::string_view why{};
};

const std::vector<ReservedNet>& ReservedNets() {
  static const auto& nets = *new std::vector<ReservedNet>([] {
    std::vector<ReservedNet> read;
    for (const Reserved& entry : kReserved) {
      ReservedNet& net = read.emplace_back();
      net.why = entry.why;
      ReadNet(entry.network, net.net);
    }
    return read;
  }());
  return nets;
}

}  // namespace

std::optional<std::string> CanonicalIpv4(std::string_view text) {
  Net net;
  if (!ReadAddress(text, AF_INET, net)) return std::nullopt;
  return AddressText(net);
}

std::optional<std::string> CanonicalIpv6(std::string_view text) {
  Net net;
  if (!ReadAddress(text, AF_INET6, net)) return std::nullopt;
  return AddressText(net);
}

std::optional<std::string> CanonicalNetwork(std::string_view text) {
  Net net;
  if (!ReadNet(text, net)) return std::nullopt;
  ClearHostBits(net);
  return AddressText(net) + "/" + std::to_string(net.length);
}

std::optional<AddressRange> AddressesOf(std::string_view address_or_network) {
  Net net;
  if (!ReadNet(address_or_network, net)) return std::nullopt;
  ClearHostBits(net);
  Net last = net;
  for (int bit = net.length; bit < net.Bits(); ++bit) {
    auto& byte = last.bytes[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<std::uint8_t>(byte | (0x80 >> (bit % 8)));
  }
  const bool ipv6 = net.family == AF_INET6;
  const auto bytes = [&](const Net& one) {
    const auto* data = reinterpret_cast<const char*>(one.bytes.data());
    return ipv6 ? Bytes(data, 16) : Bytes(10, '\0') + "\xff\xff" + Bytes(data, 4);
  };
  return AddressRange{.first = bytes(net), .last = bytes(last), .ipv6 = ipv6, .length = net.length};
}

std::string_view WhyNotBlockAddress(std::string_view address_or_network) {
  Net net;
  if (!ReadNet(address_or_network, net)) return "values that are no address";
  for (const ReservedNet& entry : ReservedNets()) {
    if (Overlaps(net, entry.net)) return entry.why;
  }
  const int least = net.family == AF_INET ? kBlockedIpv4LengthMin : kBlockedIpv6LengthMin;
  return net.length < least ? "networks too wide to block" : "";
}

}  // namespace renkei::record
