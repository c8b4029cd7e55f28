// Where a text stops being XML that we read, in words for the person who wrote the file.
//
// XML 1.0 without a document type: nothing in a file can define entities, name other files or grow
// while it is read.  Stricter than the parser behind it, which lets much pass: every start has its
// end, no attribute stands twice, only the five references and numbers of XML are written with `&`.
// Thread-safe.  Linear, no recursion.  Source: XML 1.0, fifth edition.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace renkei::formats {

inline constexpr int kXmlAttributesMax = 64;  // of one element

struct XmlLimits {
  int depth_max = 64;
  std::size_t nodes_max = 1'000'000;  // elements and attributes
};

struct XmlFlaw {
  std::size_t offset = 0;  // in bytes, from 0
  std::string what{};
  bool too_large = false;  // well-formed perhaps, but beyond `limits.nodes_max`
};

// The first flaw of `text`; nothing if there is none.  REQUIRES: `text` is UTF-8 without a byte
// order mark.
std::optional<XmlFlaw> FindXmlFlaw(std::string_view text, const XmlLimits& limits);

}  // namespace renkei::formats
