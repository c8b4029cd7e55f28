#include "node/record/host_name.h"

#include <algorithm>
#include <memory>

#include <idn2.h>
#include <libpsl.h>

#include "node/base/encoding.h"

namespace renkei::record {
namespace {

// Longer input is no host name in any script: an A-label is no longer than its 4-byte characters.
constexpr std::size_t kHostNameInputMax = 4 * kHostNameBytesMax;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool IsHostChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool IsHostLabel(std::string_view label) {
  return !label.empty() && label.size() <= kHostLabelBytesMax && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), IsHostChar);
}

bool IsNumber(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string> ToAscii(std::string_view text) {
  if (!IsUtf8(text)) return std::nullopt;
  char* ascii = nullptr;
  const std::string name(text);
  const int result = idn2_to_ascii_8z(name.c_str(), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (result != IDN2_OK) return std::nullopt;
  const std::unique_ptr<char, decltype(&idn2_free)> owned(ascii, &idn2_free);
  return std::string(ascii);
}

}  // namespace

std::optional<std::string> CanonicalHostName(std::string_view text) {
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  if (text.empty() || text.size() > kHostNameInputMax ||
      text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::optional<std::string> ascii = IsAscii(text) ? std::string(text) : ToAscii(text);
  if (!ascii || ascii->size() > kHostNameBytesMax) return std::nullopt;
  std::string name = AsciiLower(*ascii);
  std::string_view rest = name;
  std::string_view label;
  for (bool more = true; more;) {
    const std::size_t dot = rest.find('.');
    more = dot != std::string_view::npos;
    label = rest.substr(0, dot);
    if (!IsHostLabel(label)) return std::nullopt;
    if (more) rest.remove_prefix(dot + 1);
  }
  if (IsNumber(label)) return std::nullopt;
  return name;
}

bool IsPublicSuffix(const std::string& name) {
  // A top-level domain that the list doesn't know is treated as a suffix, as the list's own
  // algorithm says (its rule `*`).
  return psl_is_public_suffix2(psl_builtin(), name.c_str(), PSL_TYPE_ANY) == 1;
}

}  // namespace renkei::record
