// Byte strings and fixed-size identifiers.
//
// Bytes travel as std::string (protobuf's own choice); a length that matters is a type: FixedBytes.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace renkei {

using Bytes = std::string;
using BytesView = std::string_view;

// N bytes with a meaning: two ids of different `Tag` never mix.  All zero by default.
template <std::size_t N, class Tag>
class FixedBytes {
 public:
  static constexpr std::size_t kSize = N;

  FixedBytes() = default;

  // Empty if `bytes` is not exactly N long.
  static std::optional<FixedBytes> From(BytesView bytes) {
    if (bytes.size() != N) return std::nullopt;
    FixedBytes result;
    std::memcpy(result.bytes_.data(), bytes.data(), N);
    return result;
  }

  BytesView view() const { return {reinterpret_cast<const char*>(bytes_.data()), N}; }
  Bytes str() const { return Bytes(view()); }
  const std::uint8_t* data() const { return bytes_.data(); }
  std::uint8_t* data() { return bytes_.data(); }
  static constexpr std::size_t size() { return N; }
  bool IsZero() const {
    return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t b) { return b == 0; });
  }

  auto operator<=>(const FixedBytes&) const = default;

 private:
  std::array<std::uint8_t, N> bytes_{};
};

// Hash for maps whose keys a peer does not choose freely (ids are hashes).
struct FixedBytesHash {
  template <std::size_t N, class Tag>
  std::size_t operator()(const FixedBytes<N, Tag>& key) const {
    return std::hash<std::string_view>()(key.view());
  }
};

// Builds a byte string of big-endian integers and raw bytes.
class ByteWriter {
 public:
  ByteWriter& U8(std::uint8_t v) { return Integer(v, 1); }
  ByteWriter& U16(std::uint16_t v) { return Integer(v, 2); }
  ByteWriter& U32(std::uint32_t v) { return Integer(v, 4); }
  ByteWriter& U64(std::uint64_t v) { return Integer(v, 8); }
  ByteWriter& I64(std::int64_t v) { return Integer(static_cast<std::uint64_t>(v), 8); }
  ByteWriter& Raw(BytesView bytes) {
    out_.append(bytes);
    return *this;
  }
  Bytes Take() { return std::move(out_); }
  const Bytes& bytes() const { return out_; }

 private:
  ByteWriter& Integer(std::uint64_t v, int width) {
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
      out_.push_back(static_cast<char>((v >> shift) & 0xff));
    }
    return *this;
  }

  Bytes out_;
};

// Reads what ByteWriter wrote.  A read past the end yields zero and makes ok() false for good.
class ByteReader {
 public:
  explicit ByteReader(BytesView bytes) : rest_(bytes) {}
  std::uint8_t U8() { return static_cast<std::uint8_t>(Integer(1)); }
  std::uint16_t U16() { return static_cast<std::uint16_t>(Integer(2)); }
  std::uint32_t U32() { return static_cast<std::uint32_t>(Integer(4)); }
  std::uint64_t U64() { return Integer(8); }
  std::int64_t I64() { return static_cast<std::int64_t>(Integer(8)); }
  BytesView Raw(std::size_t n) {
    if (rest_.size() < n) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const BytesView head = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return head;
  }
  template <class Fixed>
  Fixed Read() {
    return Fixed::From(Raw(Fixed::kSize)).value_or(Fixed{});
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::uint64_t Integer(std::size_t width) {
    std::uint64_t v = 0;
    for (const char c : Raw(width)) v = (v << 8) | static_cast<std::uint8_t>(c);
    return v;
  }

  BytesView rest_;
  bool ok_ = true;
};

}  // namespace renkei
