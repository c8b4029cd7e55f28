#include "node/record/sections.h"

#include <mutex>
#include <set>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include "node/base/encoding.h"
#include "node/record/limits.h"

namespace renkei::record {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kPaddingName = "padding";
constexpr std::int64_t kLatestSecond = 253'402'300'799;  // end of the year 9999

std::string ElementPath(const std::string& path, const FieldDescriptor& field, int index) {
  std::string full = path.empty() ? field.name() : fmt::format("{}.{}", path, field.name());
  if (field.is_repeated()) full += fmt::format("[{}]", index);
  return full;
}

absl::Status BadSection(const std::string& path, std::string_view rule) {
  return InvalidArgument(fmt::format("{}: {}", path, rule));
}

int CountOf(const Message& message, const FieldDescriptor& field) {
  const Reflection& r = *message.GetReflection();
  if (field.is_repeated()) return r.FieldSize(message, &field);
  return r.HasField(message, &field) ? 1 : 0;
}

const Message& SubMessage(const Message& message, const FieldDescriptor& field, int i) {
  const Reflection& r = *message.GetReflection();
  return field.is_repeated() ? r.GetRepeatedMessage(message, &field, i)
                             : r.GetMessage(message, &field);
}

std::string StringOf(const Message& message, const FieldDescriptor& field, int i) {
  const Reflection& r = *message.GetReflection();
  return field.is_repeated() ? r.GetRepeatedString(message, &field, i)
                             : r.GetString(message, &field);
}

std::size_t StringLimit(const FieldDescriptor& field) {
  const std::string& name = field.full_name();
  const bool is_long = name == "renkei.v1.Text.value" || name == "renkei.v1.Rule.body" ||
                       name == "renkei.v1.Excerpt.text";
  return is_long ? kLongTextBytesMax : kTextBytesMax;
}

absl::Status CheckScalar(const Message& message, const FieldDescriptor& field,
                         const std::string& path, int i) {
  const Reflection& r = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = StringOf(message, field, i);
      if (field.name() == kPaddingName) {
        const bool zeros = text.find_first_not_of('\0') == std::string::npos;
        return zeros && text.size() <= kPaddingBytesMax ? absl::OkStatus()
                                                        : BadSection(path, "not up to 512 zeros");
      }
      if (field.type() == FieldDescriptor::TYPE_BYTES) {
        return text.size() == 16 ? absl::OkStatus() : BadSection(path, "not 16 bytes");
      }
      if (text.size() > StringLimit(field)) {
        return BadSection(path, fmt::format("longer than {} bytes", StringLimit(field)));
      }
      return IsUtf8(text) ? absl::OkStatus() : BadSection(path, "not UTF-8");
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = field.is_repeated() ? r.GetRepeatedEnumValue(message, &field, i)
                                             : r.GetEnumValue(message, &field);
      const bool known = field.enum_type()->FindValueByNumber(number) != nullptr;
      return known ? absl::OkStatus() : BadSection(path, "unknown value");
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      const std::int64_t time = r.GetInt64(message, &field);
      const std::int64_t unit = field.name().ends_with("_us") ? 1'000'000 : 1;
      const bool in_range = time >= 0 && time / unit <= kLatestSecond;
      return in_range ? absl::OkStatus() : BadSection(path, "not between 1970 and 9999");
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      const bool ok = field.name() != "confidence" || r.GetUInt32(message, &field) <= 100;
      return ok ? absl::OkStatus() : BadSection(path, "over 100");
    }
    default:
      return absl::OkStatus();
  }
}

absl::Status CheckMessage(const Message& message, const std::string& path, int depth) {
  const Reflection& r = *message.GetReflection();
  if (depth > kSectionDepthMax) return BadSection(path, "nested too deep");
  if (r.GetUnknownFields(message).field_count() > 0) return BadSection(path, "unknown field");
  const auto* descriptor = message.GetDescriptor();
  for (int f = 0; f < descriptor->field_count(); ++f) {
    const FieldDescriptor& field = *descriptor->field(f);
    const int count = CountOf(message, field);
    if (static_cast<std::size_t>(count) > kItemsMax) {
      return BadSection(ElementPath(path, field, 0),
                        fmt::format("more than {} entries", kItemsMax));
    }
    for (int i = 0; i < count; ++i) {
      const std::string place = ElementPath(path, field, i);
      RETURN_IF_ERROR(field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
                          ? CheckMessage(SubMessage(message, field, i), place, depth + 1)
                          : CheckScalar(message, field, place, i));
    }
  }
  return absl::OkStatus();
}

// Refs name each thing once, and point only at things that are here.
absl::Status CheckRefs(const v1::Indicators& section) {
  std::set<std::string> indicators;
  std::set<std::string> all;
  for (const v1::Indicator& indicator : section.indicators()) {
    if (indicator.type() == v1::INDICATOR_TYPE_UNSPECIFIED) {
      return BadSection("indicators.indicators", "an indicator without a type");
    }
    if (indicator.value().empty()) return BadSection("indicators.indicators", "an empty value");
    if (indicator.ref().empty()) continue;
    if (!indicators.insert(indicator.ref()).second) {
      return BadSection("indicators.indicators", "two with the same ref");
    }
  }
  all = indicators;
  for (const v1::Object& object : section.objects()) {
    if (!object.ref().empty() && !all.insert(object.ref()).second) {
      return BadSection("indicators.objects", "a ref that is taken");
    }
    for (const v1::Member& member : object.members()) {
      if (indicators.count(member.indicator()) == 0) {
        return BadSection("indicators.objects", "a member that is no indicator here");
      }
    }
  }
  for (const v1::Relationship& relationship : section.relationships()) {
    if (all.count(relationship.from()) == 0 || all.count(relationship.to()) == 0) {
      return BadSection("indicators.relationships", "an end that is not here");
    }
  }
  return absl::OkStatus();
}

void Rewrite(
    Message& message, TextPlace place,
    const std::function<std::optional<std::string>(const TextPlace&, const std::string&)>& visit) {
  const Reflection& r = *message.GetReflection();
  const auto* descriptor = message.GetDescriptor();
  const std::string path = place.path;
  for (int f = 0; f < descriptor->field_count(); ++f) {
    const FieldDescriptor& field = *descriptor->field(f);
    const int count = CountOf(message, field);
    for (int i = 0; i < count; ++i) {
      place.path = ElementPath(path, field, i);
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Rewrite(field.is_repeated() ? *r.MutableRepeatedMessage(&message, &field, i)
                                    : *r.MutableMessage(&message, &field),
                place, visit);
      }
      if (field.type() != FieldDescriptor::TYPE_STRING) continue;
      place.field = &field;
      place.parent = &message;
      std::optional<std::string> text = visit(place, StringOf(message, field, i));
      if (!text) continue;
      if (field.is_repeated()) {
        r.SetRepeatedString(&message, &field, i, *std::move(text));
      } else {
        r.SetString(&message, &field, *std::move(text));
      }
    }
  }
}

const FieldDescriptor* FieldOf(SectionId section) {
  return v1::Sections::descriptor()->FindFieldByNumber(static_cast<int>(section));
}

}  // namespace

void SilenceProtobuf() {
  static std::once_flag once;
  std::call_once(once, [] { google::protobuf::SetLogHandler(nullptr); });
}

Bytes DeterministicBytes(const google::protobuf::Message& message) {
  Bytes bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    RENKEI_CHECK(message.SerializeToCodedStream(&coded));
  }
  return bytes;
}

SectionMask Present(const v1::Sections& sections) {
  SectionMask mask = 0;
  for (int i = 0; i < policy::kSectionCount; ++i) {
    const FieldDescriptor* field = FieldOf(static_cast<SectionId>(i));
    if (field != nullptr && sections.GetReflection()->HasField(sections, field)) {
      mask = static_cast<SectionMask>(mask | (1U << i));
    }
  }
  return mask;
}

std::optional<Bytes> EncodeSection(const v1::Sections& sections, SectionId section) {
  if ((Present(sections) & policy::Bit(section)) == 0) return std::nullopt;
  SilenceProtobuf();
  return DeterministicBytes(sections.GetReflection()->GetMessage(sections, FieldOf(section)));
}

absl::Status DecodeSection(SectionId section, BytesView value, v1::Sections& sections) {
  const std::string name(policy::ToWord(section));
  const FieldDescriptor* field = FieldOf(section);
  if (field == nullptr) return BadSection(name, "this version knows no such section");
  if (value.size() > kSectionBytesMax) return BadSection(name, "over 1 MiB");
  SilenceProtobuf();
  Message& message = *sections.GetReflection()->MutableMessage(&sections, field);
  if (!message.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return BadSection(name, "not the section's message, or text that is not UTF-8");
  }
  RETURN_IF_ERROR(CheckMessage(message, field->name(), 1));
  if (section == SectionId::kIndicators) return CheckRefs(sections.indicators());
  return absl::OkStatus();
}

absl::Status CheckSections(const v1::Sections& sections) {
  RETURN_IF_ERROR(CheckMessage(sections, "", 0));
  for (int i = 0; i < policy::kSectionCount; ++i) {
    const auto id = static_cast<SectionId>(i);
    if ((Present(sections) & policy::Bit(id)) == 0) continue;
    if (HasPadding(sections, id)) {
      return BadSection(std::string(policy::ToWord(id)), "padding is added when it is sealed");
    }
    const std::size_t size =
        sections.GetReflection()->GetMessage(sections, FieldOf(id)).ByteSizeLong();
    if (size > kSectionBytesMax) {
      return BadSection(std::string(policy::ToWord(id)), fmt::format("{} bytes, over 1 MiB", size));
    }
  }
  return CheckRefs(sections.indicators());
}

namespace {

// Null: the slot has no message.
const FieldDescriptor* PaddingOf(SectionId section) {
  const FieldDescriptor* field = FieldOf(section);
  return field == nullptr ? nullptr
                          : field->message_type()->FindFieldByName(std::string(kPaddingName));
}

}  // namespace

bool HasPadding(const v1::Sections& sections, SectionId section) {
  const FieldDescriptor* padding = PaddingOf(section);
  if (padding == nullptr || (Present(sections) & policy::Bit(section)) == 0) return false;
  const Message& message = sections.GetReflection()->GetMessage(sections, FieldOf(section));
  return message.GetReflection()->HasField(message, padding);
}

void ClearPadding(v1::Sections& sections) {
  for (int i = 0; i < policy::kSectionCount; ++i) {
    const auto id = static_cast<SectionId>(i);
    if (!HasPadding(sections, id)) continue;
    Message& message = *sections.GetReflection()->MutableMessage(&sections, FieldOf(id));
    message.GetReflection()->ClearField(&message, PaddingOf(id));
  }
}

Bytes PadSection(Bytes value) {
  constexpr std::size_t kTagBytes = 2;
  constexpr std::size_t kOneByteLength = 127;  // a longer field has a length of two bytes
  if (value.size() % kPaddedTo == 0) return value;
  // The least that fits: a field of no bytes is no field, and its length takes one byte or two.
  std::size_t room = kPaddedTo - value.size() % kPaddedTo;
  while (true) {
    for (const std::size_t length_bytes : {std::size_t{1}, std::size_t{2}}) {
      if (room <= kTagBytes + length_bytes) continue;
      const std::size_t zeros = room - kTagBytes - length_bytes;
      if ((zeros <= kOneByteLength) != (length_bytes == 1)) continue;
      v1::Summary padding;
      padding.set_padding(std::string(zeros, '\0'));
      return value.append(DeterministicBytes(padding));
    }
    room += kPaddedTo;
  }
}

void RewriteTexts(
    v1::Sections& sections,
    const std::function<std::optional<std::string>(const TextPlace&, const std::string&)>& visit) {
  for (int i = 0; i < policy::kSectionCount; ++i) {
    const auto id = static_cast<SectionId>(i);
    if ((Present(sections) & policy::Bit(id)) == 0) continue;
    TextPlace place;
    place.section = id;
    place.path = FieldOf(id)->name();
    Rewrite(*sections.GetReflection()->MutableMessage(&sections, FieldOf(id)), place, visit);
  }
}

void VisitTexts(const v1::Sections& sections,
                const std::function<void(const TextPlace&, const std::string&)>& visit) {
  // Rewriting nothing leaves the message as it is; the copy keeps the caller's const honest.
  v1::Sections copy = sections;
  RewriteTexts(copy, [&](const TextPlace& place, const std::string& text) {
    visit(place, text);
    return std::optional<std::string>();
  });
}

}  // namespace renkei::record
