// What STIX has no property for, in an extension of our own (docs/formats.md): other tools keep it
// or drop it, and a node reads it back.
//
// Pure; thread-safe.  Source: STIX 2.1 section 7.3.
#pragma once

#include <optional>
#include <string_view>

#include "node/base/json.h"
#include "node/formats/json_reader.h"

namespace renkei::formats {

inline constexpr std::string_view kOwnExtension =
    "extension-definition--9b5c8f0e-7a35-5a0c-8f6d-2f1d3a7c4b61";
inline constexpr std::string_view kOwnIdentity = "identity--4c1f5e1c-2a57-5b43-9d0a-6a4f0e9d7c25";

// Whether `object` carries our extension with a member `key`.
inline bool HasOwnExtension(const JsonNode& object, std::string_view key) {
  const auto extensions = object.Find("extensions");
  const auto own = extensions ? extensions->Find(kOwnExtension) : std::nullopt;
  return own && own->Find(key).has_value();
}

// Adds `key: value` to our extension of `object`; an empty value adds nothing.
void PutOwnExtension(Json& object, std::string_view key, Json value);

// The two objects that say what the extension is and who defines it.
Json OwnIdentity();
Json OwnExtensionDefinition();

}  // namespace renkei::formats
