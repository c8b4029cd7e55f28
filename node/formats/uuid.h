// UUIDs as the 16 bytes that a record keeps.  Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/base/bytes.h"

namespace renkei::formats {

// Either case, with dashes.  Nothing for any other text.
std::optional<Bytes> UuidFromText(std::string_view text);
// REQUIRES: 16 bytes.
std::string UuidToText(BytesView uuid);
// The same text for the same `name`, for ever: SHA-256 of a fixed namespace and the name, marked as
// version 5.
std::string UuidFromName(std::string_view name);

}  // namespace renkei::formats
