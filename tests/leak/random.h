// A random source that gives the same numbers everywhere, for corpora that a seed determines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace renkei::leak {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}

  // SplitMix64.
  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::size_t Below(std::size_t limit) { return static_cast<std::size_t>(Next() % limit); }
  std::size_t Between(std::size_t low, std::size_t high) { return low + Below(high - low + 1); }
  bool OneIn(std::size_t n) { return Below(n) == 0; }

  template <class List>
  const auto& Pick(const List& list) {
    return list[Below(list.size())];
  }
  std::string Chars(std::string_view alphabet, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text.push_back(alphabet[Below(alphabet.size())]);
    return text;
  }
  std::string Digits(std::size_t count) { return Chars("0123456789", count); }
  std::string Hex(std::size_t count) { return Chars("0123456789abcdef", count); }
  std::string Lower(std::size_t count) { return Chars("abcdefghijklmnopqrstuvwxyz", count); }
  std::string Token(std::size_t count) {
    return Chars("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", count);
  }
  std::string Bytes(std::size_t count) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<char>(Next() >> 56));
    return bytes;
  }

 private:
  std::uint64_t state_;
};

}  // namespace renkei::leak
