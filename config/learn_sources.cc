// resolv.conf, and the interfaces of this machine.

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "config/learn_text.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

std::vector<std::string_view> BlankSeparated(std::string_view line) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t begin = line.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, at - begin));
  }
  return words;
}

int PrefixLength(const sockaddr* mask) {
  if (mask == nullptr) return 0;
  const bool v6 = mask->sa_family == AF_INET6;
  const auto* bytes = v6 ? reinterpret_cast<const sockaddr_in6*>(mask)->sin6_addr.s6_addr
                         : reinterpret_cast<const unsigned char*>(
                               &reinterpret_cast<const sockaddr_in*>(mask)->sin_addr);
  int length = 0;
  for (int bit = 0; bit < (v6 ? 128 : 32); ++bit) {
    if ((bytes[bit / 8] & (0x80U >> (bit % 8))) == 0) break;
    ++length;
  }
  return length;
}

}  // namespace

Findings LearnResolver(std::string_view text, std::string_view source) {
  Collector collector(source);
  std::size_t number = 0;
  for (const std::string_view line : LearnLines(text)) {
    ++number;
    const std::vector<std::string_view> words =
        BlankSeparated(line.substr(0, line.find_first_of("#;")));
    if (words.size() < 2) continue;
    const std::string key = AsciiLower(words.front());
    for (std::size_t i = 1; i < words.size(); ++i) {
      std::string_view word = words[i];
      if (key == "search" || key == "domain") {
        if (word.ends_with('.')) word.remove_suffix(1);
        collector.Add(AssetList::kDomains, AsciiLower(word), number);
      } else if (key == "nameserver") {
        collector.Add(AssetList::kNetworks, word.substr(0, word.find('%')), number);
      }
    }
  }
  return collector.Take();
}

Findings LearnInterfaces() {
  Findings found;
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return found;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    Network network;
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      const auto* bytes = reinterpret_cast<const unsigned char*>(&address->sin_addr);
      std::copy(bytes, bytes + 4, network.bytes.begin());
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
      std::copy(address->sin6_addr.s6_addr, address->sin6_addr.s6_addr + 16, network.bytes.begin());
      network.v6 = true;
    } else {
      continue;
    }
    network.length = PrefixLength(one->ifa_netmask);
    if (network.length == 0) continue;
    found.push_back({.list = AssetList::kNetworks,
                     .entry = ToText(network),
                     .from = fmt::format("interface {}", Printable(one->ifa_name, IFNAMSIZ))});
  }
  freeifaddrs(all);
  return found;
}

}  // namespace renkei::config
