// What the readers of learn.h share.  For this folder only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/learn.h"

namespace renkei::config {

// Lines without their ends; those over kLearnLineBytesMax are empty.
std::vector<std::string_view> LearnLines(std::string_view text);
std::string_view Trimmed(std::string_view text);

// Collects what one source says, within kLearnEntriesMax.
class Collector {
 public:
  explicit Collector(std::string_view source) : source_(source) {}
  void Add(AssetList list, std::string_view entry, std::size_t line);
  // `a@b.example`: the domain.
  void AddMail(std::string_view address, std::size_t line);
  // `srv-01.alpha.example`: the host, and the domain above it; `srv-01`: the host.
  void AddHost(std::string_view name, std::size_t line);
  bool full() const { return found_.size() >= kLearnEntriesMax; }
  Findings Take() { return std::move(found_); }

 private:
  std::string source_;
  Findings found_{};
};

// An address or CIDR in binary.
struct Network {
  bool v6 = false;
  std::array<unsigned char, 16> bytes{};
  int length = 0;  // prefix

  bool Contains(const Network& other) const;
};
std::optional<Network> ParseNetwork(std::string_view text);
std::string ToText(const Network& network);  // masked; without /32 or /128

// True if it is nobody's own: loopback, link-local, multicast, a public resolver, ...
bool IsForeignNetwork(const Network& network);
bool IsForeignDomain(std::string_view domain);  // a mail provider, a public suffix, localhost
bool IsCommonHost(std::string_view label);      // www, mail, ns1, ...
bool IsCommonUser(std::string_view name);       // admin, root, info, ...
bool IsCommonWord(std::string_view name);       // cloud, portal, office, ...

}  // namespace renkei::config
