// Where a text stops being JSON, in words for the person who wrote the file.
//
// simdjson says that a document is wrong but not where; this slow, strict scanner runs only then.
// Thread-safe.  Linear, no recursion, keeps one byte per open level.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace renkei::formats {

struct JsonFlaw {
  std::size_t offset = 0;  // in bytes, from 0
  std::string what{};
};

// The first flaw of `text` by RFC 8259 (nesting deeper than `depth_max` counts as one); nothing if
// there is none.  REQUIRES: `text` is UTF-8.
std::optional<JsonFlaw> FindJsonFlaw(std::string_view text, int depth_max);

// `line 3, column 14`: both from 1, the column in bytes.
std::string PlaceInText(std::string_view text, std::size_t offset);

}  // namespace renkei::formats
