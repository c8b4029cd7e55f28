#include "node/anonymize/addresses.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

#include "node/anonymize/fold.h"

namespace renkei::anonymize {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kV6TextMax = 45;

bool IsV6Char(char c) { return HexValue(c) >= 0 || c == ':' || c == '.'; }

// A number of at most `digits_max` decimal digits at `at`, which is moved behind it.
std::optional<std::uint32_t> ReadNumber(std::string_view text, std::size_t& at,
                                        std::size_t digits_max) {
  std::uint64_t value = 0;
  const std::size_t start = at;
  while (at < text.size() && IsDigit(text[at]) && at - start <= digits_max) {
    value = value * 10 + static_cast<std::uint64_t>(text[at++] - '0');
  }
  const std::size_t digits = at - start;
  if (digits == 0 || digits > digits_max || value > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

// `/24` at `at`, moved behind it; -1 if there is none.
int ReadPrefix(std::string_view text, std::size_t& at, int max) {
  if (at >= text.size() || text[at] != '/') return -1;
  std::size_t end = at + 1;
  const std::optional<std::uint32_t> length = ReadNumber(text, end, 3);
  const bool goes_on = end < text.size() && (IsAsciiAlnum(text[end]) || text[end] == '/');
  if (!length || *length > static_cast<std::uint32_t>(max) || goes_on) return -1;
  at = end;
  return static_cast<int>(*length);
}

bool StartsV4(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  if (IsDigit(before)) return false;
  if (before == '.') return at < 2 || !IsDigit(text[at - 2]);
  const bool is_version = before == 'v' && (at < 2 || !IsAsciiAlnum(text[at - 2]));
  return !is_version;
}

// A dotted quad that begins at `at`; its octets, and `at` moved behind it.
std::optional<std::uint32_t> ReadQuad(std::string_view text, std::size_t& at) {
  std::uint32_t number = 0;
  std::size_t i = at;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0 && (i >= text.size() || text[i++] != '.')) return std::nullopt;
    const std::optional<std::uint32_t> value = ReadNumber(text, i, 3);
    if (!value || *value > 255) return std::nullopt;
    number = (number << 8) | *value;
  }
  if (i + 1 < text.size() && text[i] == '.' && IsDigit(text[i + 1])) return std::nullopt;
  at = i;
  return number;
}

bool FindV4(std::string_view text, std::size_t& at, std::vector<AddressHit>& hits) {
  // Three digits at most before the first dot.
  std::size_t dot = at;
  while (dot < text.size() && dot - at < 4 && IsDigit(text[dot])) ++dot;
  if (dot == at || dot - at > 3 || dot >= text.size() || text[dot] != '.') return false;
  if (!StartsV4(text, at)) return false;
  const bool in_url = at >= 2 && text[at - 1] == '/' && text[at - 2] == '/';
  std::size_t end = at;
  const std::optional<std::uint32_t> number = ReadQuad(text, end);
  if (!number) return false;
  const int prefix = in_url ? -1 : ReadPrefix(text, end, 32);
  hits.push_back({at, end, AddressOfV4(*number), prefix < 0 ? -1 : prefix + 96});
  at = end;
  return true;
}

// The run of IPv6 characters at `at`.
bool FindV6(std::string_view text, std::size_t& at, std::vector<AddressHit>& hits) {
  if (at > 0 && (IsAsciiAlnum(text[at - 1]) || text[at - 1] == ':')) return false;
  // A group has up to four digits.
  std::size_t end = at;
  while (end < text.size() && end - at < 4 && HexValue(text[end]) >= 0) ++end;
  if (end >= text.size() || text[end] != ':') return false;
  // Longer runs are no address; the bound keeps `a.a.a.a...` linear.
  while (end < text.size() && end - at <= kV6TextMax + 1 && IsV6Char(text[end])) ++end;
  const std::size_t run_end = end;
  if (end < text.size() && IsAsciiAlnum(text[end])) return false;
  while (end > at && text[end - 1] == '.') --end;
  if (end - at >= 2 && text[end - 1] == ':' && text[end - 2] != ':') --end;
  const std::string_view run = text.substr(at, end - at);
  if (std::count(run.begin(), run.end(), ':') < 2 || run.size() < 4 || run.size() > kV6TextMax) {
    return false;
  }
  const std::optional<Address> address = ParseAddress(run);
  if (!address) return false;
  const int prefix = ReadPrefix(text, end, 128);
  hits.push_back({at, end, *address, prefix});
  at = std::max(end, run_end);
  return true;
}

// One part of an address such as `0xcb`, `0313`, `203`: value and whether it is octal or hex.
struct Part {
  std::uint32_t value = 0;
  int base = 10;
};

std::optional<Part> ReadPart(std::string_view text, std::size_t& at) {
  Part part;
  std::size_t start = at;
  if (text.substr(at).starts_with("0x")) {
    part.base = 16;
    start = at + 2;
  } else if (text[at] == '0' && at + 1 < text.size() && IsDigit(text[at + 1])) {
    part.base = 8;
  }
  std::size_t end = start;
  while (end < text.size() && end - start < 12 && HexValue(text[end]) >= 0 &&
         HexValue(text[end]) < part.base) {
    ++end;
  }
  const auto [stop, error] =
      std::from_chars(text.data() + start, text.data() + end, part.value, part.base);
  if (error != std::errc() || end == start || stop != text.data() + end) return std::nullopt;
  at = end;
  return part;
}

bool IsUrlHost(std::string_view text, std::size_t at) {
  return at >= 3 && (text.substr(at - 3, 3) == "://" || text[at - 1] == '@');
}

// `0xcb.0x00.0x71.0x05`, `0313.0000.0161.0005`.
void FindDottedForm(std::string_view text, std::size_t at, std::vector<HiddenAddress>& found) {
  std::uint32_t number = 0;
  int base = 10;
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && (at >= text.size() || text[at++] != '.')) return;
    if (at >= text.size()) return;
    const std::optional<Part> part = ReadPart(text, at);
    if (!part || part->value > 255) return;
    if (part->base != 10) base = part->base;
    number = (number << 8) | part->value;
  }
  if (base == 10 || (at < text.size() && IsAsciiAlnum(text[at]))) return;
  found.push_back({AddressOfV4(number), base == 16 ? "hexadecimal" : "octal", true});
}

// `203-0-113-9`, as providers name their hosts.
void FindDashedForm(std::string_view text, std::size_t at, std::vector<HiddenAddress>& found) {
  const bool named = at >= 1 && (text[at - 1] == '-' || text[at - 1] == '.');
  std::size_t first = at;
  while (first < text.size() && first - at < 4 && IsDigit(text[first])) ++first;
  const char sign = first < text.size() ? text[first] : '\0';
  if (sign != '-' && sign != '_') return;
  std::uint32_t number = 0;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0 && (at >= text.size() || text[at++] != sign)) return;
    const std::optional<std::uint32_t> value = ReadNumber(text, at, 3);
    if (!value || *value > 255) return;
    number = (number << 8) | *value;
  }
  const bool goes_on = at < text.size() && (IsAsciiAlnum(text[at]) || text[at] == sign);
  if (!goes_on) found.push_back({AddressOfV4(number), "dashed", named});
}

// `203.29047`, `203.0.28937`: the last part stands for all bytes that are left.
void FindShortForm(std::string_view text, std::size_t at, std::vector<HiddenAddress>& found) {
  std::uint32_t number = 0;
  for (int part = 0; part < 3; ++part) {
    const std::optional<std::uint32_t> value = ReadNumber(text, at, 10);
    if (!value) return;
    const bool last =
        at >= text.size() || text[at] != '.' || !IsDigit(text[std::min(at + 1, text.size() - 1)]);
    const int bits_left = 32 - 8 * part;
    if (last) {
      if (part == 0 || (std::uint64_t{*value} >> bits_left) != 0) return;
      found.push_back({AddressOfV4(number | *value), "short", true});
      return;
    }
    if (*value > 255) return;
    number |= *value << (bits_left - 8);
    ++at;
  }
}

// `3405803781`, `0xcb007105`, `cb007105`, `031300070405`, standing alone.
void FindSingleNumber(std::string_view text, std::size_t at, std::vector<HiddenAddress>& found) {
  std::size_t end = at;
  while (end < text.size() && IsAsciiAlnum(text[end]) && end - at <= 12) ++end;
  const std::string_view token = text.substr(at, end - at);
  if (token.size() < 8 || token.size() > 12) return;
  const bool goes_on = end + 1 < text.size() && text[end] == '.' && IsDigit(text[end + 1]);
  if (goes_on) return;
  const bool certain = IsUrlHost(text, at);
  const bool has_0x = token.starts_with("0x");
  const std::string_view digits = has_0x ? token.substr(2) : token;
  const auto add = [&](int base, std::string_view form) {
    std::uint32_t value = 0;
    const char* last = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), last, value, base);
    if (error == std::errc() && stop == last && value >= (1U << 24)) {
      found.push_back({AddressOfV4(value), form, certain});
    }
  };
  if (digits.size() == 8) add(16, "hexadecimal");
  if (has_0x) return;
  add(10, "decimal");
  if (token.front() == '0') add(8, "octal");
}

void FindReversed(std::string_view text, const std::vector<AddressHit>& plain,
                  std::vector<HiddenAddress>& found) {
  for (const AddressHit& hit : plain) {
    if (!hit.address.IsV4() || hit.length >= 0) continue;
    Address reversed = hit.address;
    std::reverse(reversed.bytes.begin() + 12, reversed.bytes.end());
    // `5.113.0.203.in-addr.arpa`, or a block list's `5.113.0.203.zone.example`.
    const bool in_dns = hit.end + 1 < text.size() && text[hit.end] == '.' &&
                        text[hit.end + 1] >= 'a' && text[hit.end + 1] <= 'z';
    found.push_back({reversed, "reversed", in_dns});
  }
}

// 32 nibbles before `.ip6.arpa`.
void FindReversedV6(std::string_view text, const std::vector<DigitWord>& words,
                    std::vector<HiddenAddress>& found) {
  for (const DigitWord& word : words) {
    const bool is_zone = word.end - word.begin == 3 && word.begin > 0 &&
                         text.substr(word.begin - 1).starts_with(".ip6.arpa");
    if (!is_zone) continue;
    const std::size_t zone = word.begin - 1;
    Address address;
    std::size_t at = zone;
    std::size_t nibble = 0;
    while (nibble < 32 && at > 0 && HexValue(text[at - 1]) >= 0) {
      const auto value = static_cast<unsigned>(HexValue(text[at - 1]));
      const unsigned shift = nibble % 2 == 0 ? 4 : 0;
      address.bytes[nibble / 2] =
          static_cast<std::uint8_t>(address.bytes[nibble / 2] | (value << shift));
      ++nibble;
      at -= at >= 2 && text[at - 2] == '.' ? 2 : 1;
    }
    if (nibble >= 8) found.push_back({address, "reversed", true});
  }
}

}  // namespace

bool Address::IsV4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

Address AddressOfV4(std::uint32_t number) {
  Address address;
  std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
  for (std::size_t i = 0; i < 4; ++i) {
    address.bytes[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  return address;
}

std::optional<Address> ParseAddress(std::string_view text) {
  const std::string terminated(text);
  in_addr v4{};
  if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1) return AddressOfV4(ntohl(v4.s_addr));
  Address address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

Network NetworkOf(const Address& address, int length) {
  Network network{address, length};
  for (int i = 0; i < 16; ++i) {
    const int kept = std::clamp(length - 8 * i, 0, 8);
    auto& byte = network.address.bytes[static_cast<std::size_t>(i)];
    byte = static_cast<std::uint8_t>(byte & (0xff00U >> kept));
  }
  return network;
}

std::optional<Network> ParseNetwork(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Address> address = ParseAddress(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, 128};
  std::size_t at = slash;
  const bool v4 = address->IsV4() && text.find(':') == std::string_view::npos;
  const int prefix = ReadPrefix(text, at, v4 ? 32 : 128);
  if (prefix < 0 || at != text.size()) return std::nullopt;
  return NetworkOf(*address, v4 ? prefix + 96 : prefix);
}

void NetworkSet::Add(const Network& network) {
  for (OfLength& entry : by_length_) {
    if (entry.length != network.length) continue;
    entry.addresses.insert(network.address);
    return;
  }
  by_length_.push_back({network.length, {network.address}});
}

bool NetworkSet::Contains(const Address& address, int length_min) const {
  return std::any_of(by_length_.begin(), by_length_.end(), [&](const OfLength& entry) {
    return entry.length >= length_min &&
           entry.addresses.count(NetworkOf(address, entry.length).address) > 0;
  });
}

bool NetworkSet::Touches(const Network& network, int wider_bits) const {
  for (const OfLength& entry : by_length_) {
    if (entry.length <= network.length) {
      if (entry.addresses.count(NetworkOf(network.address, entry.length).address) > 0) return true;
      continue;
    }
    if (entry.length > network.length + wider_bits) continue;
    const auto first = entry.addresses.lower_bound(network.address);
    if (first != entry.addresses.end() &&
        NetworkOf(*first, network.length).address == network.address) {
      return true;
    }
  }
  return false;
}

std::vector<AddressHit> FindAddresses(std::string_view folded,
                                      const std::vector<DigitWord>& words) {
  std::vector<AddressHit> hits;
  std::size_t free = 0;  // of what the last one took
  for (const DigitWord& word : words) {
    const char after = word.end < folded.size() ? folded[word.end] : ' ';
    std::size_t at = word.begin;
    if (after == ':' && at >= free && FindV6(folded, at, hits)) free = at;
    if (after != '.' || word.end <= free) continue;
    // A quad begins with the last digits of a word.
    at = word.end;
    while (at > word.begin && word.end - at < 4 && IsDigit(folded[at - 1])) --at;
    if (at < word.end && at >= free && FindV4(folded, at, hits)) free = at;
  }
  return hits;
}

std::vector<HiddenAddress> FindHiddenAddresses(std::string_view folded,
                                               const std::vector<DigitWord>& words,
                                               const std::vector<AddressHit>& plain) {
  std::vector<HiddenAddress> found;
  for (const DigitWord& word : words) {
    const std::size_t at = word.begin;
    if (word.end == at || HexValue(folded[at]) < 0) continue;
    const bool in_quad = at >= 2 && folded[at - 1] == '.' && IsAsciiAlnum(folded[at - 2]);
    if (in_quad) continue;
    const std::size_t size = word.end - at;
    if (size >= 8 && size <= 12) FindSingleNumber(folded, at, found);
    if (!IsDigit(folded[at])) continue;
    // All other forms go on behind the first number.
    const char after = word.end < folded.size() ? folded[word.end] : ' ';
    if (after == '.') {
      FindDottedForm(folded, at, found);
      if (IsUrlHost(folded, at)) FindShortForm(folded, at, found);
    } else if (after == '-' || after == '_') {
      FindDashedForm(folded, at, found);
    }
  }
  FindReversed(folded, plain, found);
  FindReversedV6(folded, words, found);
  return found;
}

}  // namespace renkei::anonymize
