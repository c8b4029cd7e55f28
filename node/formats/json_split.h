// Cuts one long list out of a JSON document by its outer structure alone, so that its items can be
// parsed one at a time: a bundle of 60 MB never stands in memory as a tree.
//
// Sound because every piece is parsed strictly afterwards: if the head and each item are JSON, so
// is the document.  Linear, no recursion.  Thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace renkei::formats {

struct JsonSlice {
  std::size_t offset = 0;
  std::size_t size = 0;

  std::string_view Of(std::string_view text) const { return text.substr(offset, size); }
};

struct JsonSplit {
  std::string head{};  // the document with `[]` in place of the list
  std::vector<JsonSlice> items{};
};

// Nothing if `text` is no object, is broken in its outer structure, or has no list under `key`.  A
// second list of that name stays in the head, where a strict reader refuses it.
std::optional<JsonSplit> SplitJsonList(std::string_view text, std::string_view key);

}  // namespace renkei::formats
