// A section message as JSON and back, by protobuf reflection: a new field of record.proto needs no
// code here.
//
// Rules: keys are the field names; enums are lower-case words with hyphens
// (`INDICATOR_TYPE_IPV4_NET` is `ipv4-net`); bytes are hex; every int64 is a time, in microseconds
// if its name ends with `_us`, and is written as RFC 3339; a Text is `{"value", "lang"}` and may be
// read from a plain text.  What is not said is not written.
//
// Errors: INVALID_ARGUMENT naming the path and the rule.  Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/message.h>

#include "node/base/encoding.h"
#include "node/base/json.h"
#include "node/base/status.h"
#include "node/formats/json_reader.h"

namespace renkei::formats {

Json MessageToJson(const google::protobuf::Message& message);
absl::Status MessageFromJson(const JsonNode& node, google::protobuf::Message& message);

// `ipv4-net` for INDICATOR_TYPE_IPV4_NET; "" for the unspecified value.
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value);
// Nothing for any word that EnumWord does not give.
const google::protobuf::EnumValueDescriptor* EnumFromWord(
    const google::protobuf::EnumDescriptor& type, std::string_view word);
std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type);

// `` `path`: unknown key (did you mean `x`?)``
template <class Keys>
absl::Status UnknownKey(const JsonNode& node, std::string_view key, const Keys& known) {
  const std::string nearest = NearestWord(key, known);
  if (nearest.empty()) return node.Wrong("unknown key");
  return node.Wrong(fmt::format("unknown key (did you mean `{}`?)", nearest));
}

}  // namespace renkei::formats
