// The one key of an indicator: equal indicators have equal keys, whatever format they came in and
// however they were written; and where they stand among their like, so that what lies under a name
// or a network is one range.
//
// A host name is a domain; a network of one address is that address; an address is one of its
// family whatever it was said to be of these, or if it was only called `other`.  A value that can't
// be of its type keeps its bytes, less white space at both ends, and is found again as it was
// written. Linear; thread-safe; never fails.  Forms: indicator_value.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/record/sections.h"

namespace renkei::record {

using IndicatorKey = FixedBytes<16, struct IndicatorKeyTag>;

struct KeyedIndicator {
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;  // never a host name
  std::string value{};                                      // canonical, or as written
  IndicatorKey key{};
  // By which ranges are asked for; empty: there is nothing it lies under.  Of a URL or a mail
  // address that of its host.
  Bytes place{};
};

KeyedIndicator KeyOf(v1::IndicatorType type, std::string_view value);

// The type as keys have it.
v1::IndicatorType KeyType(v1::IndicatorType type);

// What somebody may mean who writes a value and no type: it as every type that it can be, each key
// once.  Empty if `value` is.
std::vector<KeyedIndicator> KeysOfAnyType(std::string_view value);

// Places from `from` to before `to`.
struct PlaceRange {
  Bytes from{};
  Bytes to{};
};

// All that lies under a name, an address or a network, in any written form, itself included.
// Nothing if it is none of these.
std::optional<PlaceRange> PlacesUnder(std::string_view value);

// The networks that an address or a network lies in, widest first, itself not included.  Empty if
// it is neither.
std::vector<IndicatorKey> NetworksAround(std::string_view value);

}  // namespace renkei::record
