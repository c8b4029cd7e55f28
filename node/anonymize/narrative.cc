#include "node/anonymize/narrative.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace renkei::anonymize {
namespace {

// Prose by what the field is for, however short it is.
constexpr auto kProse =
    std::to_array<std::string_view>({"summary.description", "summary.reports", "victim.description",
                                     "victim.assets", "impact.description", "timeline.events",
                                     "response.actions", "log_excerpts.excerpts", "caveats.texts"});

bool IsLong(std::string_view text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  });
  return static_cast<std::size_t>(characters) > kShortTextCharacters ||
         text.find('\n') != std::string_view::npos;
}

bool IsText(const record::TextPlace& place) {
  return place.parent->GetDescriptor() == renkei::v1::Text::descriptor() &&
         place.field->number() == renkei::v1::Text::kValueFieldNumber;
}

// A value of a type that says nothing of its form holds whatever somebody wrote.
bool IsFreeValue(const record::TextPlace& place) {
  if (place.parent->GetDescriptor() != renkei::v1::Indicator::descriptor() ||
      place.field->number() != renkei::v1::Indicator::kValueFieldNumber) {
    return false;
  }
  const auto type = static_cast<const renkei::v1::Indicator&>(*place.parent).type();
  return type == renkei::v1::INDICATOR_TYPE_TEXT || type == renkei::v1::INDICATOR_TYPE_OTHER ||
         type == renkei::v1::INDICATOR_TYPE_EMAIL_SUBJECT;
}

bool IsExcerpt(const record::TextPlace& place) {
  return place.parent->GetDescriptor() == renkei::v1::Excerpt::descriptor() &&
         place.field->number() == renkei::v1::Excerpt::kTextFieldNumber;
}

bool IsNarrative(const record::TextPlace& place, std::string_view text) {
  if (IsExcerpt(place)) return true;
  if (IsText(place)) {
    const bool prose = std::any_of(kProse.begin(), kProse.end(), [&](std::string_view field) {
      return place.path.starts_with(field);
    });
    return prose || IsLong(text);
  }
  return IsFreeValue(place) && IsLong(text);
}

}  // namespace

std::vector<Narrative> FindNarratives(const record::v1::Sections& sections) {
  std::vector<Narrative> found;
  record::VisitTexts(sections, [&](const record::TextPlace& place, const std::string& text) {
    if (IsNarrative(place, text)) found.push_back({.place = place.path, .text = text});
  });
  return found;
}

}  // namespace renkei::anonymize
