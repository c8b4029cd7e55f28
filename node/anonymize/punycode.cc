#include "node/anonymize/punycode.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "node/anonymize/fold.h"
#include "node/base/encoding.h"

namespace renkei::anonymize {
namespace {

constexpr std::uint32_t kBase = 36;
constexpr std::uint32_t kTMin = 1;
constexpr std::uint32_t kTMax = 26;
constexpr std::uint32_t kSkew = 38;
constexpr std::uint32_t kDamp = 700;
constexpr std::uint32_t kFirstBias = 72;
constexpr std::uint32_t kFirstCode = 128;
constexpr std::uint32_t kCodeMax = 0x10ffff;

std::uint32_t Adapt(std::uint32_t delta, std::uint32_t points, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / points;
  std::uint32_t k = 0;
  while (delta > ((kBase - kTMin) * kTMax) / 2) {
    delta /= kBase - kTMin;
    k += kBase;
  }
  return k + (kBase - kTMin + 1) * delta / (delta + kSkew);
}

std::uint32_t Threshold(std::uint32_t k, std::uint32_t bias) {
  if (k <= bias) return kTMin;
  return std::min(k - bias, kTMax);
}

int DigitValue(char c) {
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= '0' && c <= '9') return c - '0' + 26;
  return -1;
}

char Digit(std::uint32_t value) {
  return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
}

// Reads one generalized variable-length integer of `text` at `at`.
std::optional<std::uint64_t> ReadDelta(std::string_view text, std::size_t& at, std::uint32_t bias) {
  std::uint64_t delta = 0;
  std::uint64_t weight = 1;
  for (std::uint32_t k = kBase;; k += kBase) {
    if (at >= text.size()) return std::nullopt;
    const int digit = DigitValue(text[at++]);
    if (digit < 0) return std::nullopt;
    delta += static_cast<std::uint64_t>(digit) * weight;
    if (delta > UINT32_MAX) return std::nullopt;
    const std::uint32_t t = Threshold(k, bias);
    if (static_cast<std::uint32_t>(digit) < t) return delta;
    weight *= kBase - t;
    if (weight > UINT32_MAX) return std::nullopt;
  }
}

void WriteDelta(std::uint32_t delta, std::uint32_t bias, std::string& out) {
  for (std::uint32_t k = kBase;; k += kBase) {
    const std::uint32_t t = Threshold(k, bias);
    if (delta < t) break;
    out.push_back(Digit(t + (delta - t) % (kBase - t)));
    delta = (delta - t) / (kBase - t);
  }
  out.push_back(Digit(delta));
}

template <class Convert>
std::optional<std::string> EachLabel(std::string_view domain, Convert convert) {
  std::string result;
  std::size_t start = 0;
  while (start <= domain.size()) {
    const std::size_t dot = std::min(domain.find('.', start), domain.size());
    const std::optional<std::string> label = convert(domain.substr(start, dot - start));
    if (!label) return std::nullopt;
    if (start > 0) result.push_back('.');
    result += *label;
    start = dot + 1;
  }
  return result;
}

}  // namespace

std::optional<std::string> LabelToUnicode(std::string_view label) {
  if (label.size() < 5 || label.size() > kPunycodeBytesMax) return std::nullopt;
  if (AsciiLower(label.substr(0, 4)) != "xn--") return std::nullopt;
  const std::string_view text = label.substr(4);
  std::vector<char32_t> codes;
  const std::size_t hyphen = text.rfind('-');
  std::size_t at = hyphen == std::string_view::npos ? 0 : hyphen + 1;
  for (std::size_t i = 0; i + 1 < at; ++i) codes.push_back(static_cast<unsigned char>(text[i]));

  std::uint64_t code = kFirstCode;
  std::uint64_t position = 0;
  std::uint32_t bias = kFirstBias;
  bool first = true;
  while (at < text.size()) {
    const std::optional<std::uint64_t> delta = ReadDelta(text, at, bias);
    if (!delta) return std::nullopt;
    const auto points = static_cast<std::uint32_t>(codes.size() + 1);
    bias = Adapt(static_cast<std::uint32_t>(*delta), points, first);
    first = false;
    position += *delta;
    code += position / points;
    position %= points;
    if (code > kCodeMax || (code >= 0xd800 && code <= 0xdfff)) return std::nullopt;
    codes.insert(codes.begin() + static_cast<std::ptrdiff_t>(position),
                 static_cast<char32_t>(code));
    ++position;
  }
  std::string utf8;
  for (const char32_t c : codes) AppendUtf8(c, utf8);
  return utf8;
}

std::optional<std::string> LabelToAscii(std::string_view label) {
  if (label.size() > kPunycodeBytesMax) return std::nullopt;
  std::vector<char32_t> codes;
  std::string out;
  for (std::size_t at = 0; at < label.size();) {
    const Utf8Char c = DecodeUtf8(label, at);
    if (c.length == 0) return std::nullopt;
    codes.push_back(c.code);
    if (c.code < kFirstCode) out.push_back(static_cast<char>(c.code));
    at += c.length;
  }
  if (out.size() == codes.size()) return std::string(label);
  const auto basic = static_cast<std::uint32_t>(out.size());
  if (basic > 0) out.push_back('-');

  std::uint32_t code = kFirstCode;
  std::uint32_t delta = 0;
  std::uint32_t bias = kFirstBias;
  std::uint32_t done = basic;
  while (done < codes.size()) {
    char32_t next = kCodeMax + 1;
    for (const char32_t c : codes) {
      if (c >= code && c < next) next = c;
    }
    // At most 256 points and 0x10ffff codes: below 2^32.
    delta += (static_cast<std::uint32_t>(next) - code) * (done + 1);
    code = static_cast<std::uint32_t>(next);
    for (const char32_t c : codes) {
      if (c < code) ++delta;
      if (c != code) continue;
      WriteDelta(delta, bias, out);
      bias = Adapt(delta, done + 1, done == basic);
      delta = 0;
      ++done;
    }
    ++delta;
    ++code;
  }
  return "xn--" + out;
}

std::optional<std::string> DomainToUnicode(std::string_view domain) {
  return EachLabel(domain, [](std::string_view label) -> std::optional<std::string> {
    if (!label.starts_with("xn--")) return std::string(label);
    return LabelToUnicode(label);
  });
}

std::optional<std::string> DomainToAscii(std::string_view domain) {
  return EachLabel(domain, LabelToAscii);
}

}  // namespace renkei::anonymize
