#include "node/gateway/search_terms.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "node/base/encoding.h"
#include "node/formats/message_json.h"
#include "node/formats/time_text.h"

namespace renkei::gateway {
namespace {

namespace v1 = formats::v1;

using Text = std::string SearchTerms::*;
constexpr std::array<std::pair<std::string_view, Text>, 9> kTexts = {
    {{"value", &SearchTerms::value},
     {"type", &SearchTerms::type},
     {"kind", &SearchTerms::kind},
     {"tag", &SearchTerms::tag},
     {"technique", &SearchTerms::technique},
     {"team", &SearchTerms::team},
     {"circle", &SearchTerms::circle},
     {"since", &SearchTerms::since},
     {"until", &SearchTerms::until}}};

constexpr std::size_t kShownBytes = 80;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

absl::Status Wrong(std::string_view option, std::string_view text, std::string_view expected) {
  return InvalidArgument(
      fmt::format("{} `{}`: expected {}", option, Printable(text, kShownBytes), expected));
}

// `36h`, `30d`: so long before now.
std::optional<Timestamp> Ago(std::string_view text, Timestamp now) {
  if (text.size() < 2 || (text.back() != 'h' && text.back() != 'd')) return std::nullopt;
  int number = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const int hours = text.back() == 'd' ? 24 : 1;
  if (error != std::errc() || stop != end || number < 0 || number > kSearchDaysMax) {
    return std::nullopt;
  }
  return now - std::chrono::hours(hours) * number;
}

absl::Status ReadTime(std::string_view option, const std::string& text, Timestamp now,
                      std::optional<Timestamp>& time) {
  if (text.empty()) return absl::OkStatus();
  time = Ago(text, now);
  if (time) return absl::OkStatus();
  const auto micros = formats::MicrosFromText(text);
  if (!micros) return Wrong(option, text, "a time as 2026-10-01, 36h or 30d");
  time = FromUnixSeconds(*micros / kMicrosPerSecond);
  return absl::OkStatus();
}

absl::Status ReadType(const std::string& text, std::optional<v1::IndicatorType>& type) {
  if (text.empty()) return absl::OkStatus();
  const auto& words = *v1::IndicatorType_descriptor();
  const auto* value = formats::EnumFromWord(words, text);
  if (value == nullptr) {
    const std::string nearest = NearestWord(text, formats::EnumWords(words));
    return InvalidArgument(
        fmt::format("type `{}`: no such type of indicator{}", Printable(text, kShownBytes),
                    nearest.empty() ? "" : " (did you mean `" + nearest + "`?)"));
  }
  type = record::KeyType(static_cast<v1::IndicatorType>(value->number()));
  return absl::OkStatus();
}

absl::Status ReadValue(const SearchTerms& terms, store::IndicatorQuery& query) {
  if (terms.value.empty()) {
    return terms.under ? InvalidArgument("under: expected a value that things lie under")
                       : absl::OkStatus();
  }
  if (terms.under) {
    query.under = record::PlacesUnder(terms.value);
    if (query.under) return absl::OkStatus();
    return Wrong("value", terms.value, "a name, an address or a network that things lie under");
  }
  if (query.type) {
    query.keys.push_back(record::KeyOf(*query.type, terms.value).key);
  } else {
    for (const auto& one : record::KeysOfAnyType(terms.value)) query.keys.push_back(one.key);
  }
  const auto around = record::NetworksAround(terms.value);
  query.keys.insert(query.keys.end(), around.begin(), around.end());
  return query.keys.empty() ? Wrong("value", terms.value, "a value") : absl::OkStatus();
}

bool SameWord(std::string_view a, std::string_view b) { return AsciiLower(a) == AsciiLower(b); }

}  // namespace

Json ToJson(const SearchTerms& terms) {
  Json json = Json::object();
  for (const auto& [key, text] : kTexts) {
    if (!(terms.*text).empty()) json[std::string(key)] = terms.*text;
  }
  if (terms.under) json["under"] = true;
  return json;
}

SearchTerms TermsFromJson(const Json& json) {
  SearchTerms terms;
  for (const auto& [key, text] : kTexts) {
    const auto found = json.find(std::string(key));
    if (found != json.end() && found->is_string()) terms.*text = found->get<std::string>();
  }
  const auto under = json.find("under");
  terms.under = under != json.end() && under->is_boolean() && under->get<bool>();
  return terms;
}

absl::StatusOr<store::IndicatorQuery> QueryOf(const SearchTerms& terms,
                                              const std::string& community, Timestamp now) {
  for (const auto& [key, text] : kTexts) {
    if ((terms.*text).size() <= kSearchTermBytesMax) continue;
    return Wrong(key, terms.*text, fmt::format("at most {} bytes", kSearchTermBytesMax));
  }
  store::IndicatorQuery query{.team = terms.team, .tag = terms.tag, .technique = terms.technique};
  RETURN_IF_ERROR(ReadType(terms.type, query.type));
  RETURN_IF_ERROR(ReadTime("since", terms.since, now, query.since));
  RETURN_IF_ERROR(ReadTime("until", terms.until, now, query.until));
  RETURN_IF_ERROR(ReadValue(terms, query));
  if (!terms.kind.empty()) {
    query.kind = policy::KindFromWord(terms.kind);
    if (!query.kind) {
      return Wrong("kind", terms.kind,
                   "incident, indicators, sighting, advisory, vulnerability or request");
    }
  }
  if (!terms.circle.empty()) query.circle = record::MakeCircleId(community, terms.circle);
  return query;
}

SearchMatch::SearchMatch(const SearchTerms& terms, store::IndicatorQuery query)
    : terms_(terms), query_(std::move(query)), keys_(query_.keys.begin(), query_.keys.end()) {}

bool SearchMatch::WantsIndicator(v1::IndicatorType type, std::string_view value) const {
  const record::KeyedIndicator one = record::KeyOf(type, value);
  if (query_.type && one.type != *query_.type) return false;
  if (!keys_.empty()) return keys_.count(one.key) > 0;
  if (!query_.under) return true;
  return !one.place.empty() && query_.under->from <= one.place && one.place < query_.under->to;
}

bool SearchMatch::HasIndicator(const formats::HeldRecord& record) const {
  const v1::Indicators& section = record.sections.indicators();
  const auto wanted = [&](const auto& one) { return WantsIndicator(one.type(), one.value()); };
  return std::any_of(section.indicators().begin(), section.indicators().end(), wanted) ||
         std::any_of(section.sightings().begin(), section.sightings().end(), wanted);
}

bool SearchMatch::HasTag(const formats::HeldRecord& record) const {
  const auto same = [&](const std::string& tag) { return SameWord(tag, query_.tag); };
  const auto& labels = record.sections.summary().labels();
  if (std::any_of(record.tags.begin(), record.tags.end(), same)) return true;
  if (std::any_of(labels.begin(), labels.end(), same)) return true;
  for (const v1::Indicator& one : record.sections.indicators().indicators()) {
    if (std::any_of(one.labels().begin(), one.labels().end(), same)) return true;
  }
  return false;
}

bool SearchMatch::HasTechnique(const formats::HeldRecord& record) const {
  for (const v1::Technique& one : record.sections.techniques().techniques()) {
    const std::string_view id = one.id();
    if (SameWord(id, query_.technique)) return true;
    if (SameWord(id.substr(0, std::min(id.find('.'), id.size())), query_.technique)) return true;
  }
  return false;
}

bool SearchMatch::Finds(const formats::HeldRecord& record) const {
  if (query_.kind && record.kind != *query_.kind) return false;
  if (query_.since && record.issued < *query_.since) return false;
  if (query_.until && record.issued >= *query_.until) return false;
  if (!query_.team.empty() && !SameWord(record.author, query_.team)) return false;
  if (!terms_.circle.empty() && std::find(record.circles.begin(), record.circles.end(),
                                          terms_.circle) == record.circles.end()) {
    return false;
  }
  if (!query_.tag.empty() && !HasTag(record)) return false;
  if (!query_.technique.empty() && !HasTechnique(record)) return false;
  const bool by_indicator = query_.type || query_.under || !keys_.empty();
  return !by_indicator || HasIndicator(record);
}

void SearchMatch::Narrow(formats::HeldRecord& record) const {
  if (!query_.type && !query_.under && keys_.empty()) return;
  auto* list = record.sections.mutable_indicators()->mutable_indicators();
  list->erase(std::remove_if(list->begin(), list->end(),
                             [&](const v1::Indicator& one) {
                               return !WantsIndicator(one.type(), one.value());
                             }),
              list->end());
}

}  // namespace renkei::gateway
