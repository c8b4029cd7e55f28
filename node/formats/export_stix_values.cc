// Indicators as STIX: what may be acted on is an indicator, what is context an observation, and
// what STIX has no observable for a note.
#include <algorithm>
#include <array>

#include "node/formats/export_stix_parts.h"
#include "node/formats/message_json.h"
#include "node/formats/stix_extension.h"
#include "node/formats/stix_ids.h"
#include "node/formats/stix_pattern.h"

namespace renkei::formats {
namespace {

v1::Object RestOfObject(const v1::Object& object) {
  v1::Object rest = object;
  rest.clear_ref();
  rest.clear_members();
  if (!object.comment().value().empty()) rest.clear_comment();
  return rest;
}

// Labels, confidence and phases in STIX's own words where they fit; taken out of `rest`.
void PutCommon(Json& object, v1::Indicator& rest) {
  if (!rest.labels().empty() && FitsLabels(rest.labels())) {
    for (const std::string& label : rest.labels()) object["labels"].push_back(label);
    rest.clear_labels();
  }
  if (rest.has_confidence()) object["confidence"] = rest.confidence();
  rest.clear_confidence();
}

void PutPhases(Json& object, v1::Indicator& rest) {
  const auto fits = [](const v1::KillChainPhase& phase) {
    const auto is_name = [](const std::string& name) {
      return !name.empty() && name.size() <= 512;
    };
    return is_name(phase.chain()) && is_name(phase.phase());
  };
  const auto& phases = rest.phases();
  const bool all_fit = phases.size() <= 500 && std::all_of(phases.begin(), phases.end(), fits);
  if (phases.empty() || !all_fit) return;
  for (const v1::KillChainPhase& phase : phases) {
    object["kill_chain_phases"].push_back(
        {{"kill_chain_name", phase.chain()}, {"phase_name", phase.phase()}});
  }
  rest.clear_phases();
}

bool IsNameOnly(const v1::Indicator& indicator) {
  v1::Indicator plain;
  plain.set_ref(indicator.ref());
  plain.set_type(v1::INDICATOR_TYPE_TEXT);
  plain.set_value(indicator.value());
  return plain.SerializeAsString() == indicator.SerializeAsString();
}

// The first steps of all paths, each in one run: JSON keeps them together.
bool PathsStandTogether(const v1::Object& object) {
  std::vector<std::string> steps;
  std::set<std::string> paths;
  for (const v1::Member& member : object.members()) {
    if (!paths.insert(member.relation()).second) return false;
    const std::string step = member.relation().substr(0, member.relation().find_first_of(".["));
    if (!steps.empty() && steps.back() == step) continue;
    if (std::find(steps.begin(), steps.end(), step) != steps.end()) return false;
    steps.push_back(step);
  }
  return true;
}

}  // namespace

v1::Indicator RestOfIndicator(const v1::Indicator& indicator) {
  v1::Indicator rest = indicator;
  rest.clear_ref();
  rest.clear_value();
  return rest;
}

Json StixRecordWriter::IndicatorObject(const std::string& place, const v1::Indicator& indicator,
                                       std::string pattern) {
  Json object = Head("indicator", place);
  object["pattern"] = std::move(pattern);
  object["pattern_type"] = "stix";
  object["pattern_version"] = "2.1";
  const std::int64_t first_us = indicator.first_seen_us();
  const std::int64_t from_us = first_us == 0 ? created_us_ : first_us;
  object["valid_from"] = StixTime(from_us);
  if (indicator.valid_until_us() > from_us) {
    object["valid_until"] = StixTime(indicator.valid_until_us());
  }
  if (indicator.role() == v1::ROLE_BENIGN) object["indicator_types"].push_back("benign");
  return object;
}

Json StixRecordWriter::Observed(const std::string& place, const v1::Indicator& times,
                                Json observable) {
  Json object = Head("observed-data", place);
  const std::int64_t first_us = times.first_seen_us() == 0 ? created_us_ : times.first_seen_us();
  object["first_observed"] = StixTime(first_us);
  object["last_observed"] = StixTime(std::max(first_us, times.last_seen_us()));
  object["number_observed"] = 1;
  observable["id"] = ObservableId(observable);
  object["object_refs"].push_back(observable["id"]);
  PutObservable(std::move(observable));
  return object;
}

void StixRecordWriter::Value(const v1::Indicator& indicator, const std::string& place) {
  v1::Indicator rest = RestOfIndicator(indicator);
  Json object;
  const std::string pattern = indicator.actionable() ? PatternOf(indicator) : "";
  Json observable = pattern.empty() ? ObservableOf(indicator) : Json(nullptr);
  if (indicator.type() == v1::INDICATOR_TYPE_VULNERABILITY) {
    object = Head("vulnerability", place);
    object["name"] = indicator.value();
    if (indicator.value().starts_with("CVE-")) {
      object["external_references"].push_back(
          {{"source_name", "cve"}, {"external_id", indicator.value()}});
    }
    if (PutDescription(object, indicator.comment())) rest.clear_comment();
  } else if (!pattern.empty()) {
    object = IndicatorObject(place, indicator, pattern);
    object["name"] = indicator.value();
    if (PutDescription(object, indicator.comment())) rest.clear_comment();
    PutPhases(object, rest);
  } else if (!observable.is_null()) {
    object = Observed(place, indicator, std::move(observable));
    observable_by_ref_[indicator.ref()] = object["object_refs"][0].get<std::string>();
  } else {
    object = Head("note", place);
    const auto* type = v1::IndicatorType_descriptor()->FindValueByNumber(indicator.type());
    object["abstract"] = type == nullptr ? "" : EnumWord(*type);
    object["content"] = indicator.value();
    object["object_refs"].push_back(report_id_);
  }
  PutCommon(object, rest);
  PutOwnExtension(object, "indicator", MessageToJson(rest));
  id_by_ref_.emplace(indicator.ref(), object["id"].get<std::string>());
  id_by_value_.emplace(std::pair(indicator.type(), indicator.value()),
                       object["id"].get<std::string>());
  PutPattern(std::move(object), !pattern.empty() && IsTakenOut(indicator));
}

bool StixRecordWriter::IsTakenOut(const v1::Indicator& indicator) const {
  return options_.judged && !options_.judged(indicator.type(), indicator.value()).empty();
}

// Its report names it either way: what the author wrote is passed on as it was written, or not.
void StixRecordWriter::PutPattern(Json object, bool taken_out) {
  if (!taken_out) return Put(std::move(object));
  report_refs_.push_back(object["id"]);
  LeaveOut(left_out_, "values that teams call false positives");
}

std::vector<const v1::Indicator*> StixRecordWriter::OwnMembers(const v1::Object& object,
                                                               const IndicatorByRef& by_ref) const {
  std::vector<const v1::Indicator*> members;
  if (object.template_() != kStixTemplate) return members;
  for (const v1::Member& member : object.members()) {
    const auto found = by_ref.find(member.indicator());
    if (found == by_ref.end() || shared_.count(member.indicator()) > 0) return {};
    members.push_back(found->second);
  }
  return members;
}

// `[a OR b]` or `[a AND b]`, as it was read.
bool StixRecordWriter::PatternObject(const v1::Object& object, const IndicatorByRef& by_ref) {
  const bool all = object.source_type() == "stix-all";
  const auto members = OwnMembers(object, by_ref);
  if (members.size() < 2 || (!all && object.source_type() != "stix-any")) return false;
  std::string pattern;
  Json rests = Json::array();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string& relation = object.members(static_cast<int>(i)).relation();
    const std::size_t colon = relation.find(':');
    if (colon == std::string::npos) return false;
    const StixProperty* property =
        FindStixProperty(relation.substr(0, colon), relation.substr(colon + 1));
    if (property == nullptr) return false;
    const v1::Indicator natural = IndicatorOf(*property, members[i]->value());
    if (PatternOf(natural).empty() || PatternOf(natural) != PatternOf(*members[i])) return false;
    pattern += pattern.empty() ? "[" : all ? " AND " : " OR ";
    pattern += PatternTerm(property->object, relation.substr(colon + 1), members[i]->value(),
                           property->is_number);
    rests.push_back(MessageToJson(RestOfIndicator(*members[i])));
  }
  v1::Indicator common = *members.front();
  common.set_first_seen_us(object.first_seen_us());
  Json json = IndicatorObject("object:" + object.ref(), common, pattern + "]");
  PutDescription(json, object.comment());
  PutCommon(json, common);
  PutPhases(json, common);
  PutOwnExtension(json, "object", MessageToJson(RestOfObject(object)));
  PutOwnExtension(json, "indicators", std::move(rests));
  id_by_ref_[object.ref()] = json["id"].get<std::string>();
  const bool taken_out = std::any_of(members.begin(), members.end(), [&](const auto* member) {
    return member->actionable() && IsTakenOut(*member);
  });
  PutPattern(std::move(json), taken_out);
  return true;
}

bool StixRecordWriter::ThingObject(const v1::Object& object, const IndicatorByRef& by_ref) {
  static constexpr std::array<std::string_view, 9> kThings = {
      "malware",          "tool",           "campaign",
      "threat-actor",     "intrusion-set",  "attack-pattern",
      "course-of-action", "infrastructure", "identity"};
  const bool is_thing = std::find(kThings.begin(), kThings.end(), object.name()) != kThings.end();
  const auto members = OwnMembers(object, by_ref);
  const bool fits = is_thing && members.size() == 1 && object.members(0).relation() == "name" &&
                    object.source_type().empty() && IsNameOnly(*members[0]);
  if (!fits) return false;
  Json json = Head(object.name(), "object:" + object.ref());
  const std::string& name = members[0]->value();
  json["name"] = name;
  if (object.name() == "malware") json["is_family"] = true;
  if (object.name() == "identity") json["identity_class"] = "unknown";
  PutDescription(json, object.comment());
  PutOwnExtension(json, "named", true);
  PutOwnExtension(json, "object", MessageToJson(RestOfObject(object)));
  v1::Techniques same;
  for (const v1::Technique& one : sections_.techniques().techniques()) {
    if (object.name() != "attack-pattern" || one.name() != name) continue;
    if (named_techniques_.insert(&one).second) *same.add_techniques() = one;
  }
  for (const v1::Actor& one : sections_.techniques().actors()) {
    if (StixTypeOf(one) != object.name() || one.name() != name) continue;
    if (named_actors_.insert(&one).second) *same.add_actors() = one;
  }
  if (same.techniques_size() > 0 && !same.techniques(0).framework().empty() &&
      !same.techniques(0).id().empty()) {
    json["external_references"].push_back({{"source_name", same.techniques(0).framework()},
                                           {"external_id", same.techniques(0).id()}});
  }
  if (same.techniques_size() > 0) PutOwnExtension(json, "techniques", MessageToJson(same));
  if (same.actors_size() > 0) {
    PutAliases(json, same.actors(0));
    PutOwnExtension(json, "actors", MessageToJson(same));
  }
  id_by_ref_[object.ref()] = json["id"].get<std::string>();
  Put(std::move(json));
  return true;
}

// Traffic has no place of its own without an end.
bool StixRecordWriter::EmbedEnds(const v1::Object& object, Json& observable) {
  if (!observable.contains("protocols")) return false;
  for (const v1::Relationship& one : sections_.indicators().relationships()) {
    const auto to = observable_by_ref_.find(one.to());
    const bool is_end = one.from() == object.ref() &&
                        (one.type() == "src" || one.type() == "dst") &&
                        to != observable_by_ref_.end() && !one.has_comment() &&
                        !observable.contains(one.type() + "_ref");
    if (!is_end) continue;
    observable[one.type() + "_ref"] = to->second;
    embedded_.insert(&one);
  }
  return observable.contains("src_ref") || observable.contains("dst_ref");
}

bool StixRecordWriter::ObservableObject(const v1::Object& object, const IndicatorByRef& by_ref) {
  const auto members = OwnMembers(object, by_ref);
  const bool fits = !members.empty() && object.source_type() == "stix-observable" &&
                    object.comment().ByteSizeLong() == 0 && PathsStandTogether(object);
  if (!fits) return false;
  Json observable = {{"type", object.name()}, {"spec_version", "2.1"}};
  Json rests = Json::array();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string& path = object.members(static_cast<int>(i)).relation();
    const StixProperty* property = FindStixProperty(object.name(), path);
    const bool can =
        property != nullptr && path.find("_ref") == std::string::npos &&
        path.find("values.") == std::string::npos &&
        (!property->is_number || PropertyOf(IndicatorOf(*property, members[i]->value())));
    if (!can) return false;
    PutAtPath(observable, path, members[i]->value(), property->is_number);
    rests.push_back(MessageToJson(RestOfIndicator(*members[i])));
  }
  if (object.name() == "network-traffic" && !EmbedEnds(object, observable)) return false;
  CompleteObservable(observable);
  v1::Indicator times;
  times.set_first_seen_us(object.first_seen_us());
  times.set_last_seen_us(object.last_seen_us());
  Json json = Observed("object:" + object.ref(), times, std::move(observable));
  PutOwnExtension(json, "object", MessageToJson(RestOfObject(object)));
  PutOwnExtension(json, "indicators", std::move(rests));
  id_by_ref_[object.ref()] = json["id"].get<std::string>();
  observable_by_ref_[object.ref()] = json["object_refs"][0].get<std::string>();
  Put(std::move(json));
  return true;
}

// Any other object ties values that stand on their own.
void StixRecordWriter::TieObject(const v1::Object& object) {
  Json json = Head("grouping", "object:" + object.ref());
  json["name"] = object.name().empty() ? "object" : object.name();
  json["context"] = "unspecified";
  PutDescription(json, object.comment());
  json["object_refs"] = Json::array();
  v1::Object rest = RestOfObject(object);
  for (const v1::Member& member : object.members()) {
    const auto id = id_by_ref_.find(member.indicator());
    const bool taken = id == id_by_ref_.end() || !members_.insert(member.indicator()).second;
    if (taken) {
      LeaveOut(left_out_, "values that another object has already");
      continue;
    }
    json["object_refs"].push_back(id->second);
    rest.add_members()->set_relation(member.relation());
  }
  if (json["object_refs"].empty()) json["object_refs"].push_back(report_id_);
  PutOwnExtension(json, "object", MessageToJson(rest));
  id_by_ref_[object.ref()] = json["id"].get<std::string>();
  Put(std::move(json));
}

// Values that may not vanish inside a pattern or an observable: something else points at them.
void StixRecordWriter::FindShared() {
  std::set<std::string> seen;
  for (const v1::Object& object : sections_.indicators().objects()) {
    for (const v1::Member& member : object.members()) {
      if (!seen.insert(member.indicator()).second) shared_.insert(member.indicator());
    }
  }
  for (const v1::Relationship& one : sections_.indicators().relationships()) {
    shared_.insert(one.from());
    shared_.insert(one.to());
  }
}

void StixRecordWriter::Values() {
  const v1::Indicators& section = sections_.indicators();
  FindShared();
  IndicatorByRef by_ref;
  for (const v1::Indicator& one : section.indicators()) {
    if (!one.ref().empty()) by_ref[one.ref()] = &one;
  }
  std::set<std::string> written;  // refs
  std::vector<const v1::Object*> ties;
  const auto write_object = [&](const v1::Object& object) {
    const bool done = PatternObject(object, by_ref) || ThingObject(object, by_ref) ||
                      ObservableObject(object, by_ref);
    if (!done) ties.push_back(&object);
    for (const v1::Member& member : object.members()) {
      if (done) written.insert(member.indicator());
    }
  };
  std::set<std::string> of_traffic;  // written after what it goes between
  for (const v1::Object& object : section.objects()) {
    if (object.name() != "network-traffic") {
      write_object(object);
      continue;
    }
    for (const v1::Member& member : object.members()) of_traffic.insert(member.indicator());
  }
  int at = 0;
  const auto write_values = [&](bool wanted) {
    for (const v1::Indicator& one : section.indicators()) {
      const bool is_free = one.ref().empty() || written.count(one.ref()) == 0;
      if (!is_free || (of_traffic.count(one.ref()) > 0) != wanted) continue;
      Value(one, one.ref().empty() ? fmt::format("indicator#{}", ++at) : "indicator:" + one.ref());
    }
  };
  write_values(false);
  for (const v1::Object& object : section.objects()) {
    if (object.name() == "network-traffic") write_object(object);
  }
  write_values(true);
  for (const v1::Object* object : ties) TieObject(*object);
}

}  // namespace renkei::formats
