// Host names as indicators hold them: ASCII, lower case, internationalized labels as A-labels.
//
// Thread-safe.  Sources: RFC 1035 2.3.4 (lengths), RFC 5891 (IDNA 2008, by libidn2), the public
// suffix list (by libpsl).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace renkei::record {

inline constexpr std::size_t kHostNameBytesMax = 253;
inline constexpr std::size_t kHostLabelBytesMax = 63;

// `Café.Example.` -> `xn--caf-dma.example`.  Nothing for what is no host name: an empty or too long
// label, a character that names don't have, a last label of digits only (that is an address).
// Underscores are let through: the adversary's names have them.
std::optional<std::string> CanonicalHostName(std::string_view text);

// Whether strangers register names below it (`com`, `co.jp`): it belongs to nobody in particular.
// `name` as CanonicalHostName gives it.
bool IsPublicSuffix(const std::string& name);

}  // namespace renkei::record
