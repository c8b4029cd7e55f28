// What a bare value is: an address, a name, a URL, a hash, ... by its form alone.
//
// For lists that say no types.  Pure; linear; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/record/sections.h"

namespace renkei::formats {

namespace v1 = ::renkei::v1;

struct RecognisedValue {
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
  std::string value{};          // canonical
  std::string port{};           // of `192.0.2.1:8443`, `name:8443`; else empty
  bool guessed_scheme = false;  // a URL that came without one: taken as http
};

// Defanged forms too.  Nothing for what is none of these, such as a word without a dot.
std::optional<RecognisedValue> RecogniseValue(std::string_view text);

// The type that a word of others names: our words, those of MISP, and a few that feeds write (`ip`,
// `FileHash-SHA256`).  `by_value` if it names a family (`ip`, `hash`, `domain`).  UNSPECIFIED if
// nobody knows it.
struct NamedType {
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
  bool by_value = false;
};
NamedType TypeFromAnyWord(std::string_view word);

}  // namespace renkei::formats
