// The text of a JSON document with one long list, made item by item: byte for byte what
// ToPrettyText writes, without all of it as a tree.
//
// Private to node/formats.  Confined to one thread.
#pragma once

#include <string>
#include <string_view>

#include "node/base/json.h"

namespace renkei::formats {

class JsonListText {
 public:
  // An item, as it stands in the list.
  static std::string ItemText(const Json& item);

  void Add(const Json& item) { AddText(ItemText(item)); }
  void AddText(std::string_view item);
  // Makes room for `count` items of so many bytes together, and for what stands around them.
  void Reserve(std::size_t count, std::size_t bytes);

  // The document: `top`, with the items in its empty list under `key`.
  std::string Within(const Json& top, std::string_view key) &&;

 private:
  std::string items_{};
};

}  // namespace renkei::formats
