#include "node/gateway/list_filter.h"

#include <algorithm>
#include <charconv>

#include "node/base/encoding.h"
#include "node/formats/message_json.h"
#include "node/gateway/saved_searches.h"
#include "node/record/host_name.h"

namespace renkei::gateway {
namespace {

namespace v1 = formats::v1;

constexpr int kAgeHoursMax = 24 * 365 * 10;
constexpr std::size_t kCircleBytesMax = 64;

std::optional<int> WholeNumber(std::string_view text, int most) {
  int value = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < 0 || value > most) return std::nullopt;
  return value;
}

// `36h`, `30d`.
std::optional<std::chrono::hours> AgeFrom(std::string_view text) {
  if (text.size() < 2 || (text.back() != 'h' && text.back() != 'd')) return std::nullopt;
  const auto number = WholeNumber(text.substr(0, text.size() - 1), kAgeHoursMax);
  if (!number || *number == 0) return std::nullopt;
  return std::chrono::hours(*number * (text.back() == 'd' ? 24 : 1));
}

bool ReadTypes(std::string_view text, std::vector<v1::IndicatorType>& types) {
  const auto& words = *v1::IndicatorType_descriptor();
  while (true) {
    const std::size_t end = std::min(text.find(','), text.size());
    const auto* value = formats::EnumFromWord(words, text.substr(0, end));
    if (value == nullptr) return false;
    types.push_back(static_cast<v1::IndicatorType>(value->number()));
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
  }
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return true;
}

// What is expected of `key`, if `value` is not that; empty: it was read.
std::string ReadOne(const std::string& key, const std::string& value, FilterFor use,
                    ListFilter& filter) {
  const bool list = use != FilterFor::kWhole;
  const bool acts = use == FilterFor::kList || use == FilterFor::kZone;
  if (key == "kind") {
    filter.kind = policy::KindFromWord(value);
    return filter.kind ? "" : "incident, indicators, sighting, advisory, vulnerability, request";
  }
  if (key == "tlp") {
    filter.tlp = policy::TlpFromWord(value);
    return filter.tlp ? "" : "clear, green, amber, amber+strict, red";
  }
  if (key == "age") {
    filter.age = AgeFrom(value);
    return filter.age ? "" : "hours or days, as 36h or 30d";
  }
  if (key == "circle") {
    filter.circle = value;
    return IsLabel(value, kCircleBytesMax) ? "" : "the name of a circle";
  }
  if (key == "type" && list) {
    return ReadTypes(value, filter.types) ? "" : "types of indicators, as ipv4,domain";
  }
  if (key == "confidence" && list) {
    const auto number = WholeNumber(value, 100);
    filter.confidence = number.value_or(0);
    return number ? "" : "0 to 100";
  }
  if (key == "zone" && use == FilterFor::kZone) {
    filter.zone = record::CanonicalHostName(value).value_or("");
    return filter.zone.empty() ? "a DNS name" : "";
  }
  if (key == "score" && acts) {
    const auto number = WholeNumber(value, 100);
    filter.score = number.value_or(0);
    return number ? "" : "0 to 100";
  }
  if (key == "search") {
    filter.search = value;
    return IsLabel(value, kSavedNameBytesMax) ? "" : "the name of a saved search";
  }
  return fmt::format("one of kind, {}tlp, {}age, circle, search{}", list ? "type, " : "",
                     acts   ? "confidence, score, "
                     : list ? "confidence, "
                            : "",
                     use == FilterFor::kZone ? ", zone" : "");
}

}  // namespace

ListFilter ReadListFilter(const std::map<std::string, std::string>& query, FilterFor use,
                          std::optional<WrongFilter>& wrong) {
  ListFilter filter;
  for (const auto& [key, value] : query) {
    std::string expected = ReadOne(key, value, use, filter);
    if (expected.empty()) continue;
    wrong = WrongFilter{.parameter = Printable(key, 40), .expected = std::move(expected)};
    return filter;
  }
  return filter;
}

std::string ToText(const ListFilter& filter) {
  std::string text;
  for (const auto type : filter.types) text += fmt::format("{},", static_cast<int>(type));
  return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", filter.kind ? static_cast<int>(*filter.kind) : 0,
                     text, filter.tlp ? static_cast<int>(*filter.tlp) : 0, filter.confidence,
                     filter.age ? filter.age->count() : 0, filter.circle, filter.zone, filter.score,
                     filter.search);
}

bool WantsRecord(const ListFilter& filter, const formats::HeldRecord& record, Timestamp now) {
  if (filter.kind && record.kind != *filter.kind) return false;
  if (filter.tlp && record.tlp > *filter.tlp) return false;
  if (filter.age && record.issued + *filter.age < now) return false;
  return filter.circle.empty() || std::find(record.circles.begin(), record.circles.end(),
                                            filter.circle) != record.circles.end();
}

void NarrowRecord(const ListFilter& filter, formats::HeldRecord& record) {
  if (filter.types.empty() && filter.confidence == 0) return;
  // An indicator that says nothing of its own is as sure as its record.
  const v1::Summary& summary = record.sections.summary();
  const auto confidence = [&](const v1::Indicator& indicator) {
    if (indicator.has_confidence()) return static_cast<int>(indicator.confidence());
    return summary.has_confidence() ? static_cast<int>(summary.confidence()) : 0;
  };
  const auto unwanted = [&](const v1::Indicator& indicator) {
    const bool type =
        filter.types.empty() ||
        std::binary_search(filter.types.begin(), filter.types.end(), indicator.type());
    return !type || confidence(indicator) < filter.confidence;
  };
  auto* list = record.sections.mutable_indicators()->mutable_indicators();
  list->erase(std::remove_if(list->begin(), list->end(), unwanted), list->end());
}

}  // namespace renkei::gateway
