#include "node/formats/message_json.h"

#include <algorithm>
#include <limits>

#include "node/formats/time_text.h"

namespace renkei::formats {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

bool IsMicros(const FieldDescriptor& field) { return field.name().ends_with("_us"); }

// A time that RFC 3339 can't write (a peer may say anything) stays a number.
Json TimeToJson(const FieldDescriptor& field, std::int64_t time) {
  const std::optional<std::string> text =
      IsMicros(field) ? MicrosToText(time) : SecondsToText(time);
  return text ? Json(*text) : Json(time);
}

absl::StatusOr<std::int64_t> TimeFromJson(const JsonNode& node, const FieldDescriptor& field) {
  if (!node.IsText()) {
    if (node.element().is_int64()) return node.Signed();
    return node.WrongType("time as text");
  }
  ASSIGN_OR_RETURN(const std::string_view text, node.Text());
  const std::optional<std::int64_t> micros = MicrosFromText(text);
  if (!micros) return node.Wrong("expected a time such as `2026-11-22T01:36:17Z`");
  if (IsMicros(field)) return *micros;
  if (*micros % kMicrosPerSecond != 0) return node.Wrong("expected a time in whole seconds");
  return *micros / kMicrosPerSecond;
}

bool IsText(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type()->full_name() == "renkei.v1.Text";
}

std::string StringOf(const Message& message, const FieldDescriptor& field, int i) {
  const Reflection& r = *message.GetReflection();
  return field.is_repeated() ? r.GetRepeatedString(message, &field, i)
                             : r.GetString(message, &field);
}

Json ValueToJson(const Message& message, const FieldDescriptor& field, int i) {
  const Reflection& r = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(field.is_repeated() ? r.GetRepeatedMessage(message, &field, i)
                                               : r.GetMessage(message, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = StringOf(message, field, i);
      return field.type() == FieldDescriptor::TYPE_BYTES ? HexEncode(text) : text;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = r.GetEnumValue(message, &field);
      const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
      return value == nullptr ? Json(number) : Json(EnumWord(*value));
    }
    case FieldDescriptor::CPPTYPE_INT64:
      return TimeToJson(field, r.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return r.GetUInt64(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return r.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return r.GetBool(message, &field);
    default:
      break;
  }
  RENKEI_CHECK(false);  // record.proto has no field of another type; a test walks them all
  return {};
}

absl::Status TextFieldFromJson(const JsonNode& node, const FieldDescriptor& field,
                               Message& message) {
  const Reflection& r = *message.GetReflection();
  ASSIGN_OR_RETURN(const std::string_view text, node.Text());
  std::string value(text);
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    const std::optional<Bytes> bytes = HexDecode(text);
    if (!bytes) return node.Wrong("expected hex digits");
    value = *bytes;
  }
  if (field.is_repeated()) {
    r.AddString(&message, &field, std::move(value));
  } else {
    r.SetString(&message, &field, std::move(value));
  }
  return absl::OkStatus();
}

absl::Status EnumFieldFromJson(const JsonNode& node, const FieldDescriptor& field,
                               Message& message) {
  ASSIGN_OR_RETURN(const std::string_view word, node.Text());
  const EnumValueDescriptor* value = EnumFromWord(*field.enum_type(), word);
  if (value == nullptr) {
    const std::string nearest = NearestWord(word, EnumWords(*field.enum_type()));
    return node.Wrong(fmt::format(
        "unknown word `{}`{}", Printable(word, 80),
        nearest.empty() ? std::string() : fmt::format(" (did you mean `{}`?)", nearest)));
  }
  message.GetReflection()->SetEnum(&message, &field, value);
  return absl::OkStatus();
}

// A text may be written without its wrapping: "..." is {"value": "..."}.
absl::Status MessageFieldFromJson(const JsonNode& node, const FieldDescriptor& field,
                                  Message& message) {
  const Reflection& r = *message.GetReflection();
  Message& inner =
      field.is_repeated() ? *r.AddMessage(&message, &field) : *r.MutableMessage(&message, &field);
  if (IsText(field) && node.IsText()) {
    return TextFieldFromJson(node, *field.message_type()->FindFieldByName("value"), inner);
  }
  return MessageFromJson(node, inner);
}

absl::Status ValueFromJson(const JsonNode& node, const FieldDescriptor& field, Message& message) {
  const Reflection& r = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageFieldFromJson(node, field, message);
    case FieldDescriptor::CPPTYPE_STRING:
      return TextFieldFromJson(node, field, message);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumFieldFromJson(node, field, message);
    case FieldDescriptor::CPPTYPE_INT64: {
      ASSIGN_OR_RETURN(const std::int64_t time, TimeFromJson(node, field));
      r.SetInt64(&message, &field, time);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      ASSIGN_OR_RETURN(const std::uint64_t number, node.Unsigned());
      r.SetUInt64(&message, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      ASSIGN_OR_RETURN(const std::uint64_t number, node.Unsigned());
      if (number > std::numeric_limits<std::uint32_t>::max()) return node.Wrong("too large");
      r.SetUInt32(&message, &field, static_cast<std::uint32_t>(number));
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      ASSIGN_OR_RETURN(const bool value, node.Bool());
      r.SetBool(&message, &field, value);
      return absl::OkStatus();
    }
    default:
      break;
  }
  RENKEI_CHECK(false);
  return absl::OkStatus();
}

std::vector<std::string> FieldNames(const Message& message) {
  std::vector<std::string> names;
  for (int f = 0; f < message.GetDescriptor()->field_count(); ++f) {
    names.push_back(message.GetDescriptor()->field(f)->name());
  }
  return names;
}

}  // namespace

std::string EnumWord(const EnumValueDescriptor& value) {
  if (value.number() == 0) return "";
  // The unspecified value is the prefix of all: INDICATOR_TYPE_UNSPECIFIED.
  const std::string& zero = value.type()->FindValueByNumber(0)->name();
  const std::size_t prefix = zero.size() - std::string_view("UNSPECIFIED").size();
  std::string word = AsciiLower(value.name().substr(prefix));
  std::replace(word.begin(), word.end(), '_', '-');
  return word;
}

const EnumValueDescriptor* EnumFromWord(const EnumDescriptor& type, std::string_view word) {
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0 && EnumWord(*type.value(i)) == word) return type.value(i);
  }
  return nullptr;
}

std::vector<std::string> EnumWords(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) words.push_back(EnumWord(*type.value(i)));
  }
  return words;
}

Json MessageToJson(const Message& message) {
  const Reflection& r = *message.GetReflection();
  Json json = Json::object();
  for (int f = 0; f < message.GetDescriptor()->field_count(); ++f) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(f);
    if (field.is_repeated()) {
      const int count = r.FieldSize(message, &field);
      if (count == 0) continue;
      Json list = Json::array();
      for (int i = 0; i < count; ++i) list.push_back(ValueToJson(message, field, i));
      json[field.name()] = std::move(list);
    } else if (r.HasField(message, &field)) {
      json[field.name()] = ValueToJson(message, field, 0);
    }
  }
  return json;
}

absl::Status MessageFromJson(const JsonNode& node, Message& message) {
  return node.ForEachMember([&](std::string_view key, const JsonNode& member) -> absl::Status {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(key));
    if (field == nullptr) return UnknownKey(member, key, FieldNames(message));
    if (!field->is_repeated()) return ValueFromJson(member, *field, message);
    return member.ForEachItem(
        [&](const JsonNode& item) { return ValueFromJson(item, *field, message); });
  });
}

}  // namespace renkei::formats
