// What covers what: domains by those above them, networks by wider ones.  For this folder only.
//
// Each has places in order; a question answers the first place that covers, in time that depends on
// the name's labels or the prefix alone, however many there are.  Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/learn_text.h"

namespace renkei::config {

// In lower case.
class CoveringDomains {
 public:
  void Add(const std::string& domain) { places_.try_emplace(domain, next_++); }
  // Of `name` itself or a domain above it.
  std::optional<std::size_t> Find(std::string_view name) const;
  std::size_t size() const { return next_; }

 private:
  std::unordered_map<std::string, std::size_t> places_{};
  std::size_t next_ = 0;
};

class CoveringNetworks {
 public:
  void Add(const Network& network);
  // Of the same network or one that holds it.
  std::optional<std::size_t> Find(const Network& network) const;

 private:
  static constexpr int kLengthMax = 128;
  std::unordered_map<std::string, std::size_t> places_{};
  std::array<std::array<bool, kLengthMax + 1>, 2> has_length_{};  // by family
  std::size_t next_ = 0;
};

}  // namespace renkei::config
