#include "node/base/encoding.h"

#include <algorithm>
#include <array>
#include <vector>

#include "node/base/unseen.h"

namespace renkei {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase32Digits = "abcdefghijklmnopqrstuvwxyz234567";

// Packs bytes into digits of `bits` bits each.
std::string Pack(BytesView bytes, std::string_view digits, int bits) {
  std::string out;
  std::uint32_t buffer = 0;
  int filled = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<std::uint8_t>(c);
    filled += 8;
    while (filled >= bits) {
      filled -= bits;
      out.push_back(digits[(buffer >> filled) & ((1U << bits) - 1)]);
    }
    buffer &= (1U << filled) - 1;
  }
  if (filled > 0) out.push_back(digits[(buffer << (bits - filled)) & ((1U << bits) - 1)]);
  return out;
}

std::optional<Bytes> Unpack(std::string_view text, std::string_view digits, int bits) {
  Bytes out;
  std::uint32_t buffer = 0;
  int filled = 0;
  for (const char c : text) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = (buffer << bits) | static_cast<std::uint32_t>(digit);
    filled += bits;
    if (filled >= 8) {
      filled -= 8;
      out.push_back(static_cast<char>((buffer >> filled) & 0xff));
    }
    buffer &= (1U << filled) - 1;
  }
  // Left-over bits are fewer than one digit, and zero, in the canonical form.
  if (filled >= bits || buffer != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string HexEncode(BytesView bytes) { return Pack(bytes, kHexDigits, 4); }

std::optional<Bytes> HexDecode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  return Unpack(AsciiLower(text), kHexDigits, 4);
}

std::string Base64Encode(BytesView bytes) {
  std::string out = Pack(bytes, kBase64Digits, 6);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<Bytes> Base64Decode(std::string_view text) {
  if (text.size() % 4 == 0) {
    for (int pad = 0; pad < 2 && text.ends_with('='); ++pad) text.remove_suffix(1);
  }
  return Unpack(text, kBase64Digits, 6);
}

std::string Base32Encode(BytesView bytes) { return Pack(bytes, kBase32Digits, 5); }

std::optional<Bytes> Base32Decode(std::string_view text) {
  return Unpack(AsciiLower(text), kBase32Digits, 5);
}

bool IsUtf8(std::string_view text) {
  while (true) {
    const auto beyond = std::find_if(text.begin(), text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) > 0x7f; });
    if (beyond == text.end()) return true;
    text.remove_prefix(static_cast<std::size_t>(beyond - text.begin()));
    const std::size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
}

std::string AsciiLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool IsLabel(std::string_view text, std::size_t max_length) {
  if (text.empty() || text.size() > max_length) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string Printable(std::string_view text, std::size_t max) {
  std::string out;
  while (!text.empty() && out.size() < max) {
    const std::size_t length = Utf8Length(text);
    if (length == 0 || IsUnseen(text.substr(0, length))) {
      out.push_back('?');
      text.remove_prefix(std::max<std::size_t>(length, 1));
      continue;
    }
    out.append(text.substr(0, length));
    text.remove_prefix(length);
  }
  if (!text.empty()) out += "...";
  return out;
}

int EditDistance(std::string_view a, std::string_view b, int limit) {
  const std::size_t n = a.size();
  const std::size_t m = b.size();
  if (n > m + static_cast<std::size_t>(limit) || m > n + static_cast<std::size_t>(limit)) {
    return limit + 1;
  }
  std::vector<std::vector<int>> d(n + 1, std::vector<int>(m + 1));
  for (std::size_t i = 0; i <= n; ++i) d[i][0] = static_cast<int>(i);
  for (std::size_t j = 0; j <= m; ++j) d[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= n; ++i) {
    for (std::size_t j = 1; j <= m; ++j) {
      const int cost = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return std::min(d[n][m], limit + 1);
}

}  // namespace renkei
