// What each character is folded to: NFKC_Casefold of Unicode, with white space, dashes and dots as
// one of each.
//
// Made once, from ICU (a few milliseconds); immutable, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace renkei::anonymize {

class FoldTable {
 public:
  static const FoldTable& Get();

  // The folded form of `code`, whose UTF-8 is `bytes`; empty: invisible.
  std::string_view Of(char32_t code, std::string_view bytes) const {
    if (code < kDirect) {
      const std::string_view folded = direct_[code];
      return folded.data() == nullptr ? bytes : folded;
    }
    const auto it = others_.find(code);
    return it == others_.end() ? bytes : std::string_view(it->second);
  }
  // True if `code` is folded to itself and makes no character with the one before it.
  bool Stays(char32_t code) const {
    return code < kDirect && ((stays_[code / 64] >> (code % 64)) & 1U) != 0;
  }
  // True if `code` may make one character with the one before it.
  bool Joins(char32_t code) const;
  // 0 if the two make none.
  char32_t Composed(char32_t base, char32_t mark) const;

 private:
  static constexpr char32_t kDirect = 0x10000;

  FoldTable();
  void Add(char32_t code);

  std::unordered_map<char32_t, std::string> others_{};  // all that change
  std::vector<std::string_view> direct_{};              // into others_; no data: unchanged
  // One bit each: small enough to stay near, which `direct_` is not.
  std::vector<std::uint64_t> stays_{};
};

}  // namespace renkei::anonymize
