// An IODEF document as one tree, whether it was XML or JSON: what is mapped into records and what
// is written out of them.  Private to node/formats.
//
// Names are those of the classes and attributes of RFC 7970.  Attributes are children whose names
// begin with a small letter.  Wrappers that RFC 8727 leaves out (Flow, IndicatorData, Record,
// ApplicationHeader, SignatureData) are not in the tree, nor is JSON's Impact.  An id, value or
// handle that JSON keeps under a key of its own is the text of its node.
//
// Errors: INVALID_ARGUMENT naming the place and the rule; RESOURCE_EXHAUSTED above a limit; another
// version of IODEF is FAILED_PRECONDITION.  Functions are pure; a tree is not thread-safe.
// Sources: RFC 7970, RFC 8727.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/status.h"
#include "node/formats/json_reader.h"

namespace renkei::formats {

inline constexpr std::size_t kIodefNodesMax = 1'000'000;  // elements, attributes; JSON's values
inline constexpr std::string_view kIodefNamespace = "urn:ietf:params:xml:ns:iodef-2.0";
inline constexpr std::string_view kIodefTop = "IODEF-Document";

struct IodefNode {
  std::string name{};
  std::string text{};
  std::vector<IodefNode> children{};
  const IodefNode* parent = nullptr;  // set when the tree is whole
  std::uint32_t index = 0;            // among its parent's children of the same name
  bool listed = false;                // there are others of its name
  mutable bool taken = false;         // a reader has a place for its text

  // The first child of that name; null if there is none.
  const IodefNode* Find(std::string_view child) const;
  std::string_view TextOf(std::string_view child) const;  // "" if there is none

  // For writing: adds a child and answers it.  The reference holds until the next child is added.
  IodefNode& Add(std::string_view child, std::string_view value = {});
  // The same, unless the value is empty.
  void AddUnlessEmpty(std::string_view child, std::string_view value);

  std::string path() const;  // `Incident[0].EventData[1].System`
};

bool IsIodefAttribute(std::string_view name);
// Without white space at both ends.
std::string_view TrimmedText(std::string_view text);

// The document, linked.  `xml` and `json` as they came.
absl::StatusOr<std::unique_ptr<IodefNode>> ReadIodefXml(BytesView xml, const JsonLimits& limits);
absl::StatusOr<std::unique_ptr<IodefNode>> ReadIodefJson(const JsonDocument& document);
// Whether a JSON document says that it is IODEF.
bool LooksLikeIodef(const JsonNode& top);

std::string WriteIodefXml(const IodefNode& document);
std::string WriteIodefJson(const IodefNode& document);

// SHA-256 over names and texts of the tree, but for the children called `but`: the same whether it
// came as XML or as JSON, and in whatever order classes of different names stood.
std::string IodefDigestHex(const IodefNode& node, const IodefNode* but);

}  // namespace renkei::formats
