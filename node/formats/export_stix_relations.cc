// What STIX says between objects: relationships, and sightings with what they are of.
#include <array>

#include "node/formats/export_stix_parts.h"
#include "node/formats/message_json.h"
#include "node/formats/stix_extension.h"

namespace renkei::formats {
namespace {

std::string CountWord(std::string_view range) {
  for (const std::string_view known : {"1-9", "10-49", "50-249", "250-999", "1000+"}) {
    if (range == known) return std::string(known.substr(0, known.find_first_of("-+")));
  }
  return "";
}

bool IsRelationshipType(std::string_view type) {
  return !type.empty() && type.size() <= 250 &&
         type.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace

void StixRecordWriter::Relationships() {
  int index = 0;
  for (const v1::Relationship& one : sections_.indicators().relationships()) {
    ++index;
    if (embedded_.count(&one) > 0) continue;
    const auto from = id_by_ref_.find(one.from());
    const auto to = id_by_ref_.find(one.to());
    if (from == id_by_ref_.end() || to == id_by_ref_.end() || one.from() == one.to()) {
      LeaveOut(left_out_, "relationships without two ends");
      continue;
    }
    Json json = Head("relationship", fmt::format("relationship:{}", index));
    const bool sayable = IsRelationshipType(one.type());
    json["relationship_type"] = sayable ? one.type() : "related-to";
    json["source_ref"] = from->second;
    json["target_ref"] = to->second;
    const bool has_odd_comment = !PutDescription(json, one.comment()) && one.has_comment();
    v1::Relationship rest;
    if (has_odd_comment) *rest.mutable_comment() = one.comment();
    if (!sayable || has_odd_comment) {
      Json own = MessageToJson(rest);
      own["type"] = one.type();
      PutOwnExtension(json, "relationship", std::move(own));
    }
    Put(std::move(json));
  }
}

// What a sighting is of: something of this record, or a value that only the sighting names.
std::string StixRecordWriter::SightedId(const v1::Sighting& sighting) {
  if (sighting.type() == v1::INDICATOR_TYPE_UNSPECIFIED) return report_id_;
  const auto key = std::pair(sighting.type(), sighting.value());
  const auto found = id_by_value_.find(key);
  if (found != id_by_value_.end()) return found->second;
  v1::Indicator indicator;
  indicator.set_type(sighting.type());
  indicator.set_value(sighting.value());
  const std::string place = fmt::format("sighted:{}", id_by_value_.size());
  Json observable = ObservableOf(indicator);
  Json json;
  if (observable.is_null()) {
    json = Head("note", place);
    json["content"] = sighting.value();
    json["object_refs"].push_back(report_id_);
  } else {
    json = Observed(place, {}, std::move(observable));
  }
  PutOwnExtension(json, "sighted", MessageToJson(RestOfIndicator(indicator)));
  std::string id = json["id"];
  id_by_value_[key] = id;
  Put(std::move(json));
  return id;
}

void StixRecordWriter::Sightings() {
  int index = 0;
  for (const v1::Sighting& sighting : sections_.indicators().sightings()) {
    const std::string place = fmt::format("sighting:{}", ++index);
    const bool of_record = sighting.type() == v1::INDICATOR_TYPE_UNSPECIFIED;
    const bool sayable =
        sighting.verdict() != v1::VERDICT_UNSPECIFIED && of_record == sighting.value().empty();
    if (!sayable) {
      LeaveOut(left_out_, "sightings that say neither what nor how");
      continue;
    }
    const std::string of = SightedId(sighting);
    const bool is_wrong = sighting.verdict() == v1::VERDICT_FALSE_POSITIVE;
    v1::Sighting rest = sighting;
    rest.clear_type();
    rest.clear_value();
    rest.clear_verdict();
    Json json = Head(is_wrong ? "opinion" : "sighting", place);
    if (PutDescription(json, sighting.comment(), is_wrong ? "explanation" : "description")) {
      rest.clear_comment();
    }
    if (is_wrong) {
      json["opinion"] = "strongly-disagree";
      json["object_refs"].push_back(of);
    } else {
      json["sighting_of_ref"] = of;
      const std::string count = CountWord(sighting.count());
      if (sighting.verdict() == v1::VERDICT_NOT_SEEN) {
        json["count"] = 0;
      } else if (!count.empty()) {
        json["count"] = std::stoi(count);
        rest.clear_count();
      }
      const std::int64_t first_us = sighting.first_seen_us();
      const std::int64_t last_us = sighting.last_seen_us();
      const bool in_order = first_us == 0 || last_us == 0 || last_us >= first_us;
      if (in_order && first_us != 0) json["first_seen"] = StixTime(first_us);
      if (in_order && last_us != 0) json["last_seen"] = StixTime(last_us);
      if (in_order) rest.clear_first_seen_us();
      if (in_order) rest.clear_last_seen_us();
    }
    if (of_record) PutOwnExtension(json, "whole", true);
    if (rest.ByteSizeLong() > 0) PutOwnExtension(json, "sighting", MessageToJson(rest));
    Put(std::move(json));
  }
}

}  // namespace renkei::formats
