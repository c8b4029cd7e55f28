#include "node/formats/json_reader.h"

#include <charconv>
#include <unordered_set>
#include <utility>
#include <vector>

#include "node/base/encoding.h"
#include "node/formats/json_place.h"

namespace renkei::formats {
namespace {

// Keys of objects smaller than this are compared in pairs, which is faster than hashing.
constexpr std::size_t kPairwiseKeysMax = 24;
// How much of a user's key an error shows.
constexpr std::size_t kShownKeyMax = 80;

absl::Status FlawAt(std::string_view text, std::size_t offset, std::string_view what) {
  return InvalidArgument(fmt::format("{}: {}", PlaceInText(text, offset), what));
}

std::size_t FirstBadUtf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto c = static_cast<unsigned char>(text[at]);
    const std::size_t length = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (!IsUtf8(text.substr(at, length))) return at;
    at += length;
  }
  return at;
}

absl::Status CheckText(std::string_view text) {
  if (text.empty()) return InvalidArgument("the file is empty");
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return InvalidArgument("the file is UTF-16; save it as UTF-8");
  }
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    return FlawAt(text, FirstBadUtf8(text), "not UTF-8");
  }
  return absl::OkStatus();
}

absl::Status CheckKeys(const JsonNode& node, const simdjson::dom::object& object) {
  std::vector<std::string_view> seen;
  std::unordered_set<std::string_view> many;
  for (const auto [key, value] : object) {
    bool twice = false;
    if (seen.size() < kPairwiseKeysMax) {
      for (const std::string_view other : seen) twice = twice || other == key;
    } else {
      if (many.empty()) many.insert(seen.begin(), seen.end());
      twice = !many.insert(key).second;
    }
    if (twice) return JsonNode(value, node, key).Wrong("this key stands twice");
    if (seen.size() < kPairwiseKeysMax) seen.push_back(key);
  }
  return absl::OkStatus();
}

// Duplicate keys anywhere, nesting too deep.  Recursion is bounded by the parser's own depth limit.
absl::Status CheckTree(const JsonNode& node, int depth_left) {
  if (!node.IsObject() && !node.IsArray()) return absl::OkStatus();
  if (depth_left == 0) return OutOfRange("too deep");
  if (node.IsArray()) {
    return node.ForEachItem(
        [depth_left](const JsonNode& item) { return CheckTree(item, depth_left - 1); });
  }
  simdjson::dom::object object;
  RENKEI_CHECK(node.element().get(object) == simdjson::SUCCESS);
  RETURN_IF_ERROR(CheckKeys(node, object));
  return node.ForEachMember([depth_left](std::string_view, const JsonNode& member) {
    return CheckTree(member, depth_left - 1);
  });
}

absl::Status Locate(std::string_view text, int depth_max, simdjson::error_code error) {
  const std::optional<JsonFlaw> flaw = FindJsonFlaw(text, depth_max);
  if (flaw) return FlawAt(text, flaw->offset, flaw->what);
  return InvalidArgument(fmt::format("not JSON: {}", simdjson::error_message(error)));
}

}  // namespace

bool JsonNode::IsVoid() const {
  if (IsNull()) return true;
  std::string_view text;
  if (element_.get(text) == simdjson::SUCCESS) return text.empty();
  simdjson::dom::array array;
  if (element_.get(array) == simdjson::SUCCESS) return array.size() == 0;
  simdjson::dom::object object;
  return element_.get(object) == simdjson::SUCCESS && object.size() == 0;
}

std::optional<JsonNode> JsonNode::Find(std::string_view key) const {
  simdjson::dom::object object;
  if (element_.get(object) != simdjson::SUCCESS) return std::nullopt;
  for (const auto [name, value] : object) {
    // The name is taken from the document, which outlives the caller's key.
    if (name == key) return JsonNode(value, *this, name);
  }
  return std::nullopt;
}

absl::StatusOr<std::string_view> JsonNode::Text() const {
  std::string_view text;
  if (element_.get(text) != simdjson::SUCCESS) return WrongType("text");
  return text;
}

absl::StatusOr<bool> JsonNode::Bool() const {
  bool value = false;
  if (element_.get(value) != simdjson::SUCCESS) return WrongType("true or false");
  return value;
}

absl::StatusOr<std::uint64_t> JsonNode::Unsigned() const {
  std::uint64_t value = 0;
  if (!element_.is_number()) return WrongType("number");
  if (element_.get(value) != simdjson::SUCCESS) return Wrong("expected a whole number from 0");
  return value;
}

absl::StatusOr<std::int64_t> JsonNode::Signed() const {
  std::int64_t value = 0;
  if (!element_.is_number()) return WrongType("number");
  if (element_.get(value) != simdjson::SUCCESS) return Wrong("expected a whole number");
  return value;
}

absl::StatusOr<std::string> JsonNode::LooseText() const {
  std::string_view text;
  std::int64_t whole = 0;
  std::uint64_t large = 0;
  double real = 0;
  if (element_.get(text) == simdjson::SUCCESS) return std::string(text);
  if (IsNull()) return std::string();
  if (element_.is_int64() && element_.get(whole) == simdjson::SUCCESS) return fmt::to_string(whole);
  if (element_.is_uint64() && element_.get(large) == simdjson::SUCCESS) {
    return fmt::to_string(large);
  }
  if (element_.is_double() && element_.get(real) == simdjson::SUCCESS) return fmt::to_string(real);
  return WrongType("text");
}

absl::StatusOr<bool> JsonNode::LooseBool() const {
  bool value = false;
  if (element_.get(value) == simdjson::SUCCESS) return value;
  if (IsObject() || IsArray()) return WrongType("true or false");
  ASSIGN_OR_RETURN(const std::string text, LooseText());
  if (text.empty() || text == "0" || text == "false") return false;
  if (text == "1" || text == "true") return true;
  return Wrong("expected true or false");
}

absl::StatusOr<std::int64_t> JsonNode::LooseInteger() const {
  if (IsObject() || IsArray() || IsBool()) return WrongType("number");
  ASSIGN_OR_RETURN(const std::string text, LooseText());
  if (text.empty()) return 0;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Wrong("expected a whole number");
  }
  return value;
}

std::string JsonNode::path() const {
  if (parent_ == nullptr) return "(top)";
  std::string before = parent_->parent_ == nullptr ? "" : parent_->path();
  if (key_.data() == nullptr) return fmt::format("{}[{}]", before, index_);
  if (!before.empty()) before += '.';
  return before + Printable(key_, kShownKeyMax);
}

std::string_view JsonNode::type_word() const {
  switch (element_.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "list";
    case simdjson::dom::element_type::OBJECT:
      return "object";
    case simdjson::dom::element_type::STRING:
      return "text";
    case simdjson::dom::element_type::BOOL:
      return "true or false";
    case simdjson::dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "number";
  }
}

absl::Status JsonNode::WrongType(std::string_view expected) const {
  return Wrong(fmt::format("expected {}, found {}", expected, type_word()));
}

absl::Status JsonNode::Wrong(std::string_view what) const {
  return InvalidArgument(fmt::format("`{}`: {}", path(), what));
}

absl::StatusOr<JsonDocument> JsonDocument::Parse(BytesView bytes, const JsonLimits& limits) {
  if (bytes.size() > limits.bytes_max) {
    return ResourceExhausted(fmt::format("the file has {} bytes, more than the {} allowed",
                                         bytes.size(), limits.bytes_max));
  }
  // Some editors put a byte order mark in front of UTF-8; it says nothing.
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  RETURN_IF_ERROR(CheckText(bytes));

  JsonDocument document;
  document.parser_ = std::make_unique<simdjson::dom::parser>(limits.bytes_max);
  // One level more than allowed, so that the exact count is ours and not the library's.
  const auto depth = static_cast<std::size_t>(limits.depth_max) + 2;
  simdjson::error_code error = document.parser_->allocate(bytes.size(), depth);
  if (error == simdjson::SUCCESS) {
    error = document.parser_->parse(bytes.data(), bytes.size()).get(document.top_);
  }
  if (error != simdjson::SUCCESS) return Locate(bytes, limits.depth_max, error);
  const absl::Status tree = CheckTree(document.top(), limits.depth_max);
  if (absl::IsOutOfRange(tree)) return Locate(bytes, limits.depth_max, simdjson::DEPTH_ERROR);
  RETURN_IF_ERROR(tree);
  return document;
}

}  // namespace renkei::formats
