// Which of 64 bytes are of a kind, as the bits of a number: what looks for few bytes in many asks
// about 64 at once and jumps from bit to bit, instead of a branch for each byte.
//
// SSE2 where the processor has it (every x86-64), else byte by byte.  Thread-safe.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace renkei::anonymize {

inline constexpr std::size_t kBlockBytes = 64;

// A block of `text` from `at`, which is not behind its end; zeros stand behind the end.
class ByteBlock {
 public:
  ByteBlock(std::string_view text, std::size_t at) {
    const std::size_t left = text.size() - at;
    if (left >= kBlockBytes) {
      std::memcpy(bytes_, text.data() + at, kBlockBytes);
    } else {
      std::memset(bytes_, 0, kBlockBytes);
      std::memcpy(bytes_, text.data() + at, left);
    }
  }

  // Bit i is set if byte i is from `first` to `last`, both included.
  [[gnu::always_inline]] std::uint64_t Between(unsigned char first, unsigned char last) const {
    return Compare(0, first, last);
  }
  // ASCII letters from `first` to `last` (lower case), of either case.
  [[gnu::always_inline]] std::uint64_t Letters(char first, char last) const {
    // Capitals become small; no sign becomes a letter but those that were letters.
    return Compare(0x20, static_cast<unsigned char>(first), static_cast<unsigned char>(last));
  }
  [[gnu::always_inline]] std::uint64_t Of(char c) const {
    return Between(static_cast<unsigned char>(c), static_cast<unsigned char>(c));
  }
  // The block with its ASCII capitals made small.
  void Lower(char (&out)[kBlockBytes]) const {
#ifdef __SSE2__
    const __m128i move = _mm_set1_epi8(static_cast<char>(0x80 - 'A'));
    const __m128i limit = _mm_set1_epi8(static_cast<char>(-0x80 + ('Z' - 'A')));
    for (std::size_t i = 0; i < kBlockBytes; i += 16) {
      const __m128i bytes = _mm_load_si128(reinterpret_cast<const __m128i*>(bytes_ + i));
      const __m128i other = _mm_cmpgt_epi8(_mm_add_epi8(bytes, move), limit);
      const __m128i bit = _mm_andnot_si128(other, _mm_set1_epi8(0x20));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm_or_si128(bytes, bit));
    }
#else
    for (std::size_t i = 0; i < kBlockBytes; ++i) {
      const bool capital = bytes_[i] >= 'A' && bytes_[i] <= 'Z';
      out[i] = static_cast<char>(bytes_[i] | (capital ? 0x20 : 0));
    }
#endif
  }

 private:
  // Of each byte with the bits of `also` set.
  [[gnu::always_inline]] std::uint64_t Compare(unsigned char also, unsigned char first,
                                               unsigned char last) const {
    std::uint64_t mask = 0;
#ifdef __SSE2__
    // Of bytes, only signed ones can be compared: all are moved so that the first is the least.
    const __m128i set = _mm_set1_epi8(static_cast<char>(also));
    const __m128i move =
        _mm_set1_epi8(static_cast<char>(static_cast<unsigned char>(0x80U - first)));
    const __m128i limit = _mm_set1_epi8(
        static_cast<char>(static_cast<unsigned char>(0x80U + (unsigned{last} - first))));
    for (std::size_t i = 0; i < kBlockBytes; i += 16) {
      const __m128i bytes =
          _mm_or_si128(_mm_load_si128(reinterpret_cast<const __m128i*>(bytes_ + i)), set);
      const __m128i over = _mm_cmpgt_epi8(_mm_add_epi8(bytes, move), limit);
      const auto out = static_cast<std::uint32_t>(_mm_movemask_epi8(over));
      mask |= static_cast<std::uint64_t>(~out & 0xffffU) << i;
    }
#else
    for (std::size_t i = 0; i < kBlockBytes; ++i) {
      const unsigned byte = unsigned{bytes_[i]} | also;
      const bool in = byte >= first && byte <= last;
      mask |= static_cast<std::uint64_t>(in ? 1 : 0) << i;
    }
#endif
    return mask;
  }

  alignas(16) unsigned char bytes_[kBlockBytes];
};

// Bits from `begin` up to before `end`, which is greater.
inline std::uint64_t BitsBetween(unsigned begin, unsigned end) {
  return (~std::uint64_t{0} >> (kBlockBytes - (end - begin))) << begin;
}

// Walks from place to place where `mask_of(block)` has a bit; each block is looked at once.
template <class MaskOf>
class MaskWalker {
 public:
  MaskWalker(std::string_view text, MaskOf mask_of) : text_(text), mask_of_(mask_of) {}

  // The first place from `at`, which is never less than the last; the end of the text if there is
  // none.
  std::size_t Next(std::size_t at) {
    if (at >= text_.size()) return text_.size();
    if (at / kBlockBytes + 1 != block_) Read(at / kBlockBytes);
    std::uint64_t left = mask_ & (~std::uint64_t{0} << (at % kBlockBytes));
    while (left == 0) {
      if (block_ * kBlockBytes >= text_.size()) return text_.size();
      Read(block_);
      left = mask_;
    }
    return (block_ - 1) * kBlockBytes + static_cast<std::size_t>(std::countr_zero(left));
  }

 private:
  void Read(std::size_t block) {
    mask_ = mask_of_(ByteBlock(text_, block * kBlockBytes));
    block_ = block + 1;
  }

  std::string_view text_;
  MaskOf mask_of_;
  std::size_t block_ = 0;  // one more than that of mask_; 0: none yet
  std::uint64_t mask_ = 0;
};

// Calls `each(begin, end)` for every run of bytes that `mask_of(block)` marks, in order.
template <class MaskOf, class Each>
void ForEachRun(std::string_view text, MaskOf mask_of, Each each) {
  std::size_t begin = 0;  // of a run that goes on in the next block
  bool open = false;
  for (std::size_t base = 0; base < text.size(); base += kBlockBytes) {
    std::uint64_t left = mask_of(ByteBlock(text, base));
    if (open) {
      const auto end = static_cast<unsigned>(std::countr_one(left));
      if (end == kBlockBytes) continue;
      open = false;
      each(begin, base + end);
      left &= ~std::uint64_t{0} << end;
    }
    while (left != 0) {
      const auto first = static_cast<unsigned>(std::countr_zero(left));
      const auto end = first + static_cast<unsigned>(std::countr_one(left >> first));
      open = end == kBlockBytes;
      begin = base + first;
      if (open) break;
      each(begin, base + end);
      left &= ~BitsBetween(first, end);
    }
  }
  if (open) each(begin, text.size());
}

}  // namespace renkei::anonymize
