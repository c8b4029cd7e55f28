// Punycode (RFC 3492) for labels of host names.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace renkei::anonymize {

inline constexpr std::size_t kPunycodeBytesMax = 256;

// `xn--...` (any case of the prefix) -> UTF-8.  Nothing if it is no such label, or too long.
std::optional<std::string> LabelToUnicode(std::string_view label);

// UTF-8 -> `xn--...`; an ASCII label stays.  Nothing if it is too long or not UTF-8.
std::optional<std::string> LabelToAscii(std::string_view label);

// Every label of a domain.
std::optional<std::string> DomainToUnicode(std::string_view domain);
std::optional<std::string> DomainToAscii(std::string_view domain);

}  // namespace renkei::anonymize
