// Reading JSON that somebody else wrote: bounded, strict, and with errors that name the place.
//
// Errors: INVALID_ARGUMENT (`line 3, column 14: ...` or `` `Event.info`: expected text, found
// list``), RESOURCE_EXHAUSTED above the size limit.
// A duplicate key is refused: two readers would disagree about which one counts.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "node/base/bytes.h"
#include "node/base/status.h"

namespace renkei::formats {

inline constexpr std::size_t kImportBytesMax = 64 * 1024 * 1024;
inline constexpr int kJsonDepthMax = 64;

struct JsonLimits {
  std::size_t bytes_max = kImportBytesMax;
  int depth_max = kJsonDepthMax;
};

// One value of a document and how one gets there.  Borrows from its document and its parent.
class JsonNode {
 public:
  using Element = simdjson::dom::element;

  explicit JsonNode(Element element) : element_(element) {}
  JsonNode(Element element, const JsonNode& parent, std::string_view key)
      : element_(element), parent_(&parent), key_(key) {}
  JsonNode(Element element, const JsonNode& parent, std::size_t index)
      : element_(element), parent_(&parent), index_(index) {}

  bool IsObject() const { return element_.is_object(); }
  bool IsArray() const { return element_.is_array(); }
  bool IsText() const { return element_.is_string(); }
  bool IsBool() const { return element_.is_bool(); }
  bool IsNull() const { return element_.is_null(); }
  // null, "", [] or {}: nothing is said, so nothing can be lost.
  bool IsVoid() const;

  // A member of an object; nothing if it is absent or this is no object.
  std::optional<JsonNode> Find(std::string_view key) const;

  // Strict readers.
  absl::StatusOr<std::string_view> Text() const;
  absl::StatusOr<bool> Bool() const;
  absl::StatusOr<std::uint64_t> Unsigned() const;
  absl::StatusOr<std::int64_t> Signed() const;

  // For MISP, where numbers, texts and booleans mix: a number is read as its digits, null as "".
  absl::StatusOr<std::string> LooseText() const;
  absl::StatusOr<bool> LooseBool() const;             // also 0, 1, "0", "1", ""; null is false
  absl::StatusOr<std::int64_t> LooseInteger() const;  // also digits in a text; null, "" are 0

  // Calls `visit(key, child)` / `visit(child)` until one fails.  WrongType for any other value.
  template <class Visit>
  absl::Status ForEachMember(const Visit& visit) const;
  template <class Visit>
  absl::Status ForEachItem(const Visit& visit) const;

  std::string path() const;  // `Event.Attribute[3].value`; the top is `(top)`
  std::string_view type_word() const;
  absl::Status WrongType(std::string_view expected) const;
  absl::Status Wrong(std::string_view what) const;  // `path`: what

  Element element() const { return element_; }

 private:
  Element element_;
  const JsonNode* parent_ = nullptr;
  std::string_view key_{};  // empty: an item of a list
  std::size_t index_ = 0;
};

// A parsed document; owns its bytes.
class JsonDocument {
 public:
  static absl::StatusOr<JsonDocument> Parse(BytesView bytes, const JsonLimits& limits = {});

  JsonNode top() const { return JsonNode(top_); }

 private:
  JsonDocument() = default;

  std::unique_ptr<simdjson::dom::parser> parser_{};
  simdjson::dom::element top_{};
};

template <class Visit>
absl::Status JsonNode::ForEachMember(const Visit& visit) const {
  simdjson::dom::object object;
  if (element_.get(object) != simdjson::SUCCESS) return WrongType("object");
  for (const auto [key, value] : object) {
    RETURN_IF_ERROR(visit(key, JsonNode(value, *this, key)));
  }
  return absl::OkStatus();
}

template <class Visit>
absl::Status JsonNode::ForEachItem(const Visit& visit) const {
  simdjson::dom::array array;
  if (element_.get(array) != simdjson::SUCCESS) return WrongType("list");
  std::size_t index = 0;
  for (const simdjson::dom::element item : array) {
    RETURN_IF_ERROR(visit(JsonNode(item, *this, index++)));
  }
  return absl::OkStatus();
}

}  // namespace renkei::formats
