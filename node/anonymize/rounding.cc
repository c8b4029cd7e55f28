#include "node/anonymize/rounding.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace renkei::anonymize {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::int64_t kHourSeconds = 3600;
constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kMicroseconds = 1'000'000;

bool EndsWith(std::string_view text, std::string_view end) { return text.ends_with(end); }

// Seconds that one unit of the field is a part of; 0: the field is no time.
std::int64_t UnitsPerSecond(const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_INT64) return 0;
  if (EndsWith(field.name(), "_us")) return kMicroseconds;
  return field.name() == "time" || field.name() == "date" ? 1 : 0;
}

void RoundMessage(std::int64_t seconds, Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field->is_repeated()) {
        RoundMessage(seconds, *reflection.MutableMessage(&message, field));
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        RoundMessage(seconds, *reflection.MutableRepeatedMessage(&message, field, i));
      }
      continue;
    }
    const std::int64_t units = UnitsPerSecond(*field) * seconds;
    if (units == 0 || field->is_repeated()) continue;
    const std::int64_t time = reflection.GetInt64(message, field);
    const std::int64_t into = ((time % units) + units) % units;
    reflection.SetInt64(&message, field, time - into);
  }
}

}  // namespace

void RoundTimes(policy::SourceMode source, record::v1::Sections& sections) {
  if (source == policy::SourceMode::kPseudonymous) RoundMessage(kHourSeconds, sections);
  if (source == policy::SourceMode::kAnonymous) RoundMessage(kDaySeconds, sections);
}

}  // namespace renkei::anonymize
