#include "config/learn_cover.h"

#include <algorithm>

namespace renkei::config {
namespace {

void KeepFirst(std::optional<std::size_t>& first, std::size_t place) {
  first = first ? std::min(*first, place) : place;
}

// Family, length, and the bits of the prefix.
std::string PrefixKey(const Network& network, int length) {
  std::string key{static_cast<char>(network.v6 ? 1 : 0), static_cast<char>(length)};
  for (int bit = 0; bit < length; bit += 8) {
    const unsigned byte = network.bytes[static_cast<std::size_t>(bit / 8)];
    const int kept = std::min(length - bit, 8);
    key.push_back(static_cast<char>(byte & (0xFFU << (8 - kept)) & 0xFFU));
  }
  return key;
}

}  // namespace

std::optional<std::size_t> CoveringDomains::Find(std::string_view name) const {
  std::optional<std::size_t> first;
  while (true) {
    const auto found = places_.find(std::string(name));
    if (found != places_.end()) KeepFirst(first, found->second);
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return first;
    name.remove_prefix(dot + 1);
  }
}

void CoveringNetworks::Add(const Network& network) {
  places_.try_emplace(PrefixKey(network, network.length), next_++);
  has_length_[network.v6 ? 1 : 0][static_cast<std::size_t>(network.length)] = true;
}

std::optional<std::size_t> CoveringNetworks::Find(const Network& network) const {
  std::optional<std::size_t> first;
  for (int length = 0; length <= network.length; ++length) {
    if (!has_length_[network.v6 ? 1 : 0][static_cast<std::size_t>(length)]) continue;
    const auto found = places_.find(PrefixKey(network, length));
    if (found != places_.end()) KeepFirst(first, found->second);
  }
  return first;
}

}  // namespace renkei::config
