// The one canonical form of an indicator's value: equal indicators are equal bytes, whatever format
// they came in.
//
// Defanged forms are read (`hxxp`, `[.]`, `[at]`), names are in A-labels, addresses, networks and
// URLs as host_name.h, ip_address.h and uri.h say, hashes in lower case.  Linear; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/record/sections.h"

namespace renkei::record {

// Nothing if `value` can't be of `type`.  Types without a form of their own keep the value, less
// white space at both ends.
std::optional<std::string> CanonicalValue(v1::IndicatorType type, std::string_view value);

// Why no block list may hold a value, whoever says that it is bad; empty: it may.  `canonical` as
// CanonicalValue gives it.  Addresses: ip_address.h; names and hosts of URLs and mail addresses:
// public suffixes and names without a dot.  Of other types: what is an address, a network or a URL.
std::string_view WhyNotBlock(v1::IndicatorType type, const std::string& canonical);

// `hxxp://a[.]example` -> `http://a.example`, also where it was done twice.  Nothing if something
// is left to do after kRefangPassesMax times.
std::optional<std::string> Refanged(std::string_view value);

inline constexpr int kRefangPassesMax = 4;

}  // namespace renkei::record
