// One attribute of a MISP event.
#include "node/formats/misp_state.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::array<KnownKey, 24> kAttributeKeys = {{
    {"type", ""},
    {"category", ""},
    {"to_ids", ""},
    {"uuid", ""},
    {"distribution", ""},
    {"comment", ""},
    {"value", ""},
    {"deleted", ""},
    {"first_seen", ""},
    {"last_seen", ""},
    {"Tag", ""},
    {"Galaxy", ""},
    {"Sighting", ""},
    {"object_relation", ""},
    {"data", "file contents: a record holds names and hashes"},
    {"id", kMispServerNumber},
    {"event_id", kMispServerNumber},
    {"object_id", kMispServerNumber},
    {"sharing_group_id", kMispServerNumber},
    {"object_uuid", "repeats its object"},
    {"timestamp", "last edit in MISP: a record has its own times"},
    {"disable_correlation", kMispServerState},
    {"SharingGroup", "who may see it is said by circles"},
    {"ShadowAttribute", "a proposal by another team"},
}};

constexpr std::array<KnownKey, 10> kSightingKeys = {{
    {"type", ""},
    {"date_sighting", ""},
    {"uuid", "a sighting has no id of its own here"},
    {"id", kMispServerNumber},
    {"attribute_id", kMispServerNumber},
    {"event_id", kMispServerNumber},
    {"org_id", "who saw it is not passed on"},
    {"source", "who saw it is not passed on"},
    {"Organisation", "who saw it is not passed on"},
    {"attribute_uuid", "repeats its attribute"},
}};

// What was read of an attribute, before it is decided where it goes.
struct Reading {
  std::string type_name{};
  const MispType* type = nullptr;  // null: not known to us
  std::string value{};
  std::string comment{};
  std::string category{};
  std::string relation{};
  std::string place{};
  Bytes uuid{};
  bool to_ids = false;
  std::int64_t first_seen_us = 0;
  std::int64_t last_seen_us = 0;
  std::vector<std::string> labels{};
  std::vector<v1::Sighting> sightings{};
  std::int64_t valid_until_us = 0;
};

void SetText(std::string text, v1::Text* into) { into->set_value(std::move(text)); }

absl::StatusOr<std::string> RequiredText(const JsonNode& node, std::string_view key) {
  const std::optional<JsonNode> member = node.Find(key);
  if (!member) return node.Wrong(fmt::format("`{}` is missing", key));
  return member->LooseText();
}

absl::Status ReadSighting(MispState& state, const JsonNode& node, Reading& reading) {
  if (!node.IsObject()) return node.WrongType("object");
  ReportOtherKeys(state, node, kSightingKeys);
  ASSIGN_OR_RETURN(const std::string type, TextMember(state, node, "type"));
  ASSIGN_OR_RETURN(const std::int64_t seen_us, TimeMember(state, node, "date_sighting"));
  if (type == "2") {
    reading.valid_until_us = seen_us;
    state.report.Mapped("Sighting type 2");
    return absl::OkStatus();
  }
  const bool is_known = type.empty() || type == "0" || type == "1" || type == "3";
  if (!is_known || reading.sightings.size() >= kMispSightingsMax) {
    state.report.NotKept(node.path(), is_known ? "more than 1000 sightings of one attribute"
                                               : "a sighting of a kind that is not known");
    return absl::OkStatus();
  }
  v1::Sighting sighting;
  sighting.set_verdict(type == "1" ? v1::VERDICT_FALSE_POSITIVE : v1::VERDICT_SEEN);
  sighting.set_first_seen_us(seen_us);
  sighting.set_last_seen_us(seen_us);
  reading.sightings.push_back(std::move(sighting));
  state.report.Mapped(fmt::format("Sighting type {}", type.empty() ? "0" : type));
  return absl::OkStatus();
}

absl::StatusOr<Reading> ReadAll(MispState& state, const JsonNode& node) {
  Reading reading;
  reading.place = node.path();
  ASSIGN_OR_RETURN(reading.type_name, RequiredText(node, "type"));
  ASSIGN_OR_RETURN(reading.value, RequiredText(node, "value"));
  reading.type = FindMispType(reading.type_name);
  ASSIGN_OR_RETURN(reading.comment, TextMember(state, node, "comment", record::kTextBytesMax));
  ASSIGN_OR_RETURN(reading.category, TextMember(state, node, "category"));
  ASSIGN_OR_RETURN(reading.relation, TextMember(state, node, "object_relation"));
  ASSIGN_OR_RETURN(reading.uuid, UuidMember(state, node, "uuid"));
  ASSIGN_OR_RETURN(reading.to_ids, BoolMember(node, "to_ids"));
  ASSIGN_OR_RETURN(reading.first_seen_us, TimeMember(state, node, "first_seen"));
  ASSIGN_OR_RETURN(reading.last_seen_us, TimeMember(state, node, "last_seen"));
  ASSIGN_OR_RETURN(reading.labels, ReadLabels(state, node));
  ReportOtherKeys(state, node, kAttributeKeys);
  if (const auto sightings = node.Find("Sighting"); sightings && !sightings->IsVoid()) {
    RETURN_IF_ERROR(sightings->ForEachItem(
        [&](const JsonNode& item) { return ReadSighting(state, item, reading); }));
  }
  return reading;
}

void CountRows(MispState& state, const Reading& reading) {
  if (!reading.uuid.empty()) state.report.Mapped("Attribute.uuid");
  if (!reading.category.empty()) state.report.Mapped("Attribute.category");
  if (!reading.comment.empty()) state.report.Mapped("Attribute.comment");
  if (reading.to_ids) state.report.Mapped("Attribute.to_ids");
  if (reading.first_seen_us != 0) state.report.Mapped("Attribute.first_seen");
  if (reading.last_seen_us != 0) state.report.Mapped("Attribute.last_seen");
  if (reading.type != nullptr) {
    state.report.Mapped(fmt::format("type {}", reading.type->name));
  }
}

// What the new home of an attribute has no field for.
void ReportLeftovers(MispState& state, const Reading& reading, std::string_view home) {
  const auto lost = [&](bool is_set, std::string_view what) {
    if (is_set) state.report.NotKept(reading.place, fmt::format("{} of {}", what, home));
  };
  lost(!reading.labels.empty(), "tags");
  lost(reading.first_seen_us != 0 || reading.last_seen_us != 0, "times");
  lost(!reading.sightings.empty(), "sightings");
  lost(reading.valid_until_us != 0, "expiry");
}

v1::Indicator MakeIndicator(MispState& state, std::string_view type_name, const MispType* type,
                            std::string_view value) {
  v1::Indicator indicator;
  indicator.set_ref(state.NextRef('i'));
  indicator.set_value(std::string(value));
  indicator.set_type(type == nullptr || IsComposite(*type) ? v1::INDICATOR_TYPE_OTHER
                                                           : RefineType(*type, value));
  if (type != nullptr) indicator.set_role(type->role);
  const bool says_it = DefaultMispType(indicator.type(), indicator.role(), value) == type_name;
  // `other` written as `other` needs no word; any other OTHER does.
  if (!says_it) indicator.set_source_type(std::string(type_name));
  return indicator;
}

void AddSightings(const Reading& reading, const v1::Indicator& of, MispUnit& unit) {
  for (v1::Sighting sighting : reading.sightings) {
    sighting.set_type(of.type());
    sighting.set_value(of.value());
    unit.sightings.push_back(std::move(sighting));
  }
}

void AddIndicator(MispState& state, const Reading& reading, MispUnit* object) {
  v1::Indicator indicator = MakeIndicator(state, reading.type_name, reading.type, reading.value);
  indicator.set_actionable(reading.to_ids);
  if (!reading.comment.empty()) SetText(reading.comment, indicator.mutable_comment());
  indicator.set_first_seen_us(reading.first_seen_us);
  indicator.set_last_seen_us(reading.last_seen_us);
  indicator.set_valid_until_us(reading.valid_until_us);
  indicator.mutable_labels()->Assign(reading.labels.begin(), reading.labels.end());
  indicator.set_source_category(reading.category);
  indicator.set_uuid(reading.uuid);
  if (!reading.uuid.empty()) state.ref_by_uuid.emplace(reading.uuid, indicator.ref());

  const bool is_odd = reading.type != nullptr && indicator.type() == v1::INDICATOR_TYPE_OTHER &&
                      reading.type->type != v1::INDICATOR_TYPE_OTHER;
  state.report.Mapped(is_odd                    ? "Attribute, value not of its type"
                      : reading.type == nullptr ? "Attribute, unknown type"
                                                : "Attribute, one value");
  if (is_odd) {
    state.report.Note(fmt::format("`{}`: not a well-formed {}; kept as `other`", reading.place,
                                  reading.type_name));
  }
  if (object == nullptr) object = &state.units.emplace_back();
  if (object->object) {
    v1::Member* member = object->object->add_members();
    member->set_relation(reading.relation);
    member->set_indicator(indicator.ref());
    if (!reading.relation.empty()) state.report.Mapped("Object.Attribute.object_relation");
  }
  AddSightings(reading, indicator, *object);
  object->indicators.push_back(std::move(indicator));
}

// Where `a|b` is cut: a file name may hold a bar, a hash or port never does.
std::size_t BarOf(const MispType& type, std::string_view value) {
  return type.target == MispTarget::kSecond && type.name != "regkey|value" ? value.rfind('|')
                                                                           : value.find('|');
}

void AddComposite(MispState& state, const Reading& reading, MispUnit* parent) {
  const MispType& type = *reading.type;
  const std::size_t bar = BarOf(type, reading.value);
  const MispHalves halves = HalvesOf(type);
  MispUnit& unit = state.units.emplace_back();
  unit.object.emplace();
  v1::Object& object = *unit.object;
  object.set_ref(state.NextRef('o'));
  object.set_name(type.target == MispTarget::kSecond
                      ? (type.name == "regkey|value" ? "registry-key" : "file")
                      : (type.name == "domain|ip" ? "domain-ip" : "ip-port"));
  object.set_source_type(std::string(type.name));
  object.set_source_category(reading.category);
  object.set_uuid(reading.uuid);
  object.set_first_seen_us(reading.first_seen_us);
  object.set_last_seen_us(reading.last_seen_us);
  if (!reading.comment.empty()) SetText(reading.comment, object.mutable_comment());
  if (!reading.uuid.empty()) state.ref_by_uuid.emplace(reading.uuid, object.ref());

  const std::string_view value = reading.value;
  const auto add = [&](std::string_view name, std::string_view half, bool says) {
    v1::Indicator indicator = MakeIndicator(state, name, FindMispType(name), half);
    indicator.set_actionable(reading.to_ids && says);
    indicator.set_valid_until_us(reading.valid_until_us);
    indicator.set_role(type.role == v1::ROLE_UNSPECIFIED ? indicator.role() : type.role);
    v1::Member* member = object.add_members();
    member->set_relation(std::string(name));
    member->set_indicator(indicator.ref());
    unit.indicators.push_back(std::move(indicator));
  };
  add(halves.first, value.substr(0, bar), type.target != MispTarget::kSecond);
  add(halves.second, value.substr(bar + 1), type.target != MispTarget::kFirst);
  v1::Indicator& main = unit.indicators[type.target == MispTarget::kSecond ? 1 : 0];
  main.mutable_labels()->Assign(reading.labels.begin(), reading.labels.end());
  AddSightings(reading, main, unit);

  state.report.Mapped(parent == nullptr ? "Attribute, composite" : "Object.Attribute, composite");
  if (parent == nullptr) return;
  state.relationships.push_back(
      {parent->object->ref(), object.ref(), {}, reading.relation, {}, reading.place});
}

void AddReference(MispState& state, const Reading& reading) {
  v1::Reference& reference = *state.draft.sections.mutable_references()->add_references();
  reference.set_source("misp");
  reference.set_url(reading.value);
  if (!reading.comment.empty()) SetText(reading.comment, reference.mutable_description());
  state.report.Mapped("Attribute, link of External analysis");
}

void AddWeakness(MispState& state, const Reading& reading, MispUnit* object) {
  AddIndicator(state, reading, object);
  v1::Reference& reference = *state.draft.sections.mutable_references()->add_references();
  reference.set_source("cve");
  reference.set_external_id(reading.value);
  state.report.Mapped("Attribute, vulnerability");
}

void AddRule(MispState& state, const Reading& reading) {
  v1::Rule& rule = *state.draft.sections.mutable_detection_rules()->add_rules();
  rule.set_language(reading.type_name);
  rule.set_body(reading.value);
  rule.set_uuid(reading.uuid);
  if (!reading.comment.empty()) SetText(reading.comment, rule.mutable_comment());
  rule.mutable_labels()->Assign(reading.labels.begin(), reading.labels.end());
  Reading rest = reading;
  rest.labels.clear();
  ReportLeftovers(state, rest, "a rule");
  state.report.Mapped("Attribute, rule");
}

void AddAttachment(MispState& state, const Reading& reading) {
  v1::Attachment& attachment = *state.draft.sections.mutable_attachments()->add_attachments();
  std::string_view name = reading.value;
  const std::size_t bar = name.rfind('|');
  std::string md5;
  if (reading.type_name == "malware-sample" && bar != std::string_view::npos) {
    md5 = name.substr(bar + 1);
    name = name.substr(0, bar);
    attachment.set_md5(md5);
  }
  attachment.set_name(std::string(name));
  if (!reading.comment.empty()) SetText(reading.comment, attachment.mutable_comment());
  state.report.Mapped("Attribute, attachment");
  // The file stays behind, but what can be looked for must not.
  if (reading.to_ids && !md5.empty()) {
    Reading hash = reading;
    hash.type_name = "filename|md5";
    hash.type = FindMispType(hash.type_name);
    AddComposite(state, hash, nullptr);
    return;
  }
  ReportLeftovers(state, reading, "an attachment");
}

void AddVictim(MispState& state, const Reading& reading) {
  v1::Asset& asset = *state.draft.sections.mutable_victim()->add_assets();
  asset.set_type(reading.type_name);
  SetText(reading.value, asset.mutable_description());
  state.speaks_of_a_victim = true;
  if (!reading.comment.empty()) {
    state.report.NotKept(reading.place, "comment of a victim's asset");
  }
  ReportLeftovers(state, reading, "a victim's asset");
  state.report.Mapped("Attribute, target-*");
}

// A reference holds an address and a comment; a link that says more stays an indicator.
bool IsPlainReference(const Reading& reading) {
  return reading.category == "External analysis" && !reading.to_ids && reading.labels.empty() &&
         reading.first_seen_us == 0 && reading.last_seen_us == 0 && reading.sightings.empty() &&
         reading.valid_until_us == 0;
}

void Place(MispState& state, const Reading& reading, MispUnit* object) {
  const MispTarget target = reading.type == nullptr ? MispTarget::kIndicator : reading.type->target;
  const bool leaves_object = target == MispTarget::kRule || target == MispTarget::kAttachment ||
                             target == MispTarget::kVictim;
  if (object != nullptr && leaves_object) {
    state.report.NotKept(reading.place, "that it belongs to an object; its value is kept");
  }
  switch (target) {
    case MispTarget::kRule:
      return AddRule(state, reading);
    case MispTarget::kAttachment:
      return AddAttachment(state, reading);
    case MispTarget::kVictim:
      return AddVictim(state, reading);
    case MispTarget::kWeakness:
      return AddWeakness(state, reading, object);
    case MispTarget::kReference:
      if (object == nullptr && IsPlainReference(reading)) return AddReference(state, reading);
      return AddIndicator(state, reading, object);
    case MispTarget::kFirst:
    case MispTarget::kSecond:
    case MispTarget::kBoth: {
      const std::size_t bar = BarOf(*reading.type, reading.value);
      const bool has_halves = bar != std::string::npos && bar > 0 && bar + 1 < reading.value.size();
      if (has_halves) return AddComposite(state, reading, object);
      return AddIndicator(state, reading, object);
    }
    case MispTarget::kIndicator:
      return AddIndicator(state, reading, object);
  }
}

std::size_t ValueBytesMax(const Reading& reading) {
  const bool is_rule = reading.type != nullptr && reading.type->target == MispTarget::kRule;
  return is_rule ? record::kLongTextBytesMax : record::kTextBytesMax;
}

}  // namespace

absl::Status ReadAttribute(MispState& state, const JsonNode& attribute, MispUnit* object) {
  if (!attribute.IsObject()) return attribute.WrongType("object");
  state.report.CountAttributes(1);
  ASSIGN_OR_RETURN(const bool withheld, IsWithheld(state, attribute));
  if (withheld) {
    state.report.SkipAttributes(1);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Reading reading, ReadAll(state, attribute));
  if (reading.value.empty() || reading.value.size() > ValueBytesMax(reading)) {
    state.report.NotKept(
        reading.place, reading.value.empty()
                           ? "an empty value"
                           : fmt::format("a value of more than {} bytes", ValueBytesMax(reading)));
    state.report.SkipAttributes(1);
    return absl::OkStatus();
  }
  CountRows(state, reading);
  Place(state, reading, object);
  return absl::OkStatus();
}

}  // namespace renkei::formats
