// Ids of STIX objects.  Observables get the id that everyone else computes for the same content;
// everything else is named after the record and the place in it, so that the same record gives the
// same ids on every node.
//
// Pure; thread-safe.  Source: STIX 2.1 section 2.9 with Errata 01, RFC 8785, RFC 4122.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/base/json.h"

namespace renkei::formats {

// `ipv4-addr--28bb3599-...`: version 5 over the properties that count.  If none does, a name of our
// own over the whole object.
std::string ObservableId(const Json& object);

// RFC 8785, for texts, whole numbers, booleans, lists and objects with ASCII keys.
std::string CanonicalJson(const Json& json);

// Version 5 over a namespace (as text) and a name.
std::string UuidV5(std::string_view namespace_uuid, std::string_view name);

// The type of `indicator--28bb...`; nothing if it is no STIX id.
std::optional<std::string_view> TypeOfStixId(std::string_view id);

}  // namespace renkei::formats
