// Observables, what was observed of them, and objects of a record that we wrote ourselves.
#include <algorithm>

#include "node/formats/message_json.h"
#include "node/formats/stix_extension.h"
#include "node/formats/stix_ids.h"
#include "node/formats/stix_state.h"
#include "node/formats/stix_values.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

struct StixPart {
  const StixProperty* property = nullptr;
  std::string path{};  // values[0].data
  std::string value{};
};

struct StixParts {
  std::vector<StixPart> parts{};
  std::vector<std::pair<std::string, std::string>> refs{};  // property, id
};

bool IsAsideKey(std::string_view key) {
  return key == "type" || key == "id" || key == "spec_version" || key == "object_marking_refs" ||
         key == "granular_markings" || key == "extension_type" || key == kOwnExtension;
}

// Leaves of an observable by their paths.  Recursion is bounded by the reader's depth limit.
class PartWalker {
 public:
  explicit PartWalker(StixReader& reader) : reader_(reader) {}

  StixParts Walk() {
    reader_.Fail(Members(reader_.node(), ""));
    return std::move(parts_);
  }

 private:
  absl::Status Members(const JsonNode& node, const std::string& path) {
    return node.ForEachMember([&](std::string_view key, const JsonNode& member) -> absl::Status {
      if (path.empty()) reader_.Take(key);
      if (IsAsideKey(key) || member.IsVoid()) return absl::OkStatus();
      const std::string inner = path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
      if (path.empty() && (key.ends_with("_ref") || key.ends_with("_refs"))) {
        return Refs(key, member);
      }
      return Value(member, inner);
    });
  }

  absl::Status Refs(std::string_view key, const JsonNode& member) {
    if (member.IsArray()) {
      return member.ForEachItem([&](const JsonNode& item) { return Refs(key, item); });
    }
    ASSIGN_OR_RETURN(const std::string_view id, member.Text());
    parts_.refs.emplace_back(key, id);
    return absl::OkStatus();
  }

  absl::Status Value(const JsonNode& node, const std::string& path) {
    if (node.IsObject()) return Members(node, path);
    if (node.IsArray()) {
      std::size_t at = 0;
      return node.ForEachItem(
          [&](const JsonNode& item) { return Value(item, fmt::format("{}[{}]", path, at++)); });
    }
    const StixProperty* property = FindStixProperty(reader_.entry().type, path);
    const absl::StatusOr<std::string> value = node.LooseText();
    const bool fits =
        value.ok() && !node.IsBool() && !value->empty() && value->size() <= record::kTextBytesMax;
    if (property == nullptr || !fits) {
      const bool says_nothing = node.IsBool() && !node.Bool().value_or(true);
      if (!says_nothing) reader_.Lost(path, "a property that a record has no place for");
      return absl::OkStatus();
    }
    parts_.parts.push_back({property, path, *value});
    return absl::OkStatus();
  }

  StixReader& reader_;
  StixParts parts_{};
};

bool IsNameBased(const Bytes& uuid) {
  return uuid.size() == 16 && (static_cast<unsigned char>(uuid[6]) >> 4) == 5;
}

// The members of an object, each typed by its property.
MispUnit MakeObservableUnit(StixState& state, const std::string& type, const StixParts& parts) {
  MispUnit unit;
  v1::Object& object = unit.object.emplace();
  object.set_ref(state.made.NextRef('o'));
  object.set_name(type);
  object.set_template_(std::string(kStixTemplate));
  object.set_source_type("stix-observable");
  for (const StixPart& part : parts.parts) {
    v1::Indicator& indicator =
        unit.indicators.emplace_back(IndicatorOf(*part.property, part.value));
    indicator.set_ref(state.made.NextRef('i'));
    v1::Member* member = object.add_members();
    member->set_relation(part.path);
    member->set_indicator(indicator.ref());
  }
  return unit;
}

// Relationship types of embedded references: `resolves_to_refs` is `resolves-to`.
std::string TypeOfRef(std::string_view property) {
  std::string type(property.substr(0, property.rfind("_ref")));
  std::replace(type.begin(), type.end(), '_', '-');
  return type;
}

void AddEmbedded(StixState& state, const StixReader& reader, const StixParts& parts,
                 const std::string& from) {
  for (const auto& [property, id] : parts.refs) {
    state.embedded.push_back({from, id, TypeOfRef(property), reader.Place(property)});
  }
}

void ReadOwnIndicator(StixState& state, StixReader& reader, const StixParts& parts) {
  if (parts.parts.size() != 1) return;
  const StixPart& part = parts.parts.front();
  v1::Indicator indicator = IndicatorOf(*part.property, part.value);
  indicator.clear_role();
  indicator.clear_source_type();
  v1::Text comment = reader.Comment("");
  if (!comment.value().empty()) *indicator.mutable_comment() = std::move(comment);
  for (std::string& label : reader.Labels()) indicator.add_labels(std::move(label));
  if (const auto confidence = reader.Confidence()) indicator.set_confidence(*confidence);
  const std::string value = indicator.value();
  reader.Own("indicator", indicator);
  if (indicator.value() != value || indicator.type() == v1::INDICATOR_TYPE_UNSPECIFIED) {
    indicator.set_value(value);
  }
  AddStixIndicator(state, std::move(indicator), reader.entry().id);
}

void ReadOwnObservable(StixState& state, StixReader& reader, const std::string& type,
                       const StixParts& parts) {
  MispUnit unit = MakeObservableUnit(state, type, parts);
  unit.object->clear_name();
  unit.object->clear_template_();
  unit.object->clear_source_type();
  reader.Own("object", *unit.object);
  if (const auto own = reader.OwnNode("indicators")) {
    std::size_t at = 0;
    reader.Fail(own->ForEachItem([&](const JsonNode& item) -> absl::Status {
      if (at >= unit.indicators.size()) return absl::OkStatus();
      v1::Indicator& indicator = unit.indicators[at++];
      const v1::Indicator natural = indicator;
      indicator.clear_role();
      indicator.clear_source_type();
      RETURN_IF_ERROR(MessageFromJson(item, indicator));
      indicator.set_ref(natural.ref());
      indicator.set_value(natural.value());
      return absl::OkStatus();
    }));
  }
  const std::string ref = unit.object->ref();
  state.ref_by_id[reader.entry().id] = ref;
  AddEmbedded(state, reader, parts, ref);
  for (const v1::Indicator& indicator : unit.indicators) {
    state.values_by_id[reader.entry().id].emplace_back(indicator.type(), indicator.value());
  }
  state.made.units.push_back(std::move(unit));
}

// What we wrote stands in the observation; its observable has the value alone.
void ReadOwnObservation(StixState& state, StixReader& reader, const std::string& observable_id) {
  reader.Time("first_observed");
  reader.Time("last_observed");
  reader.Take("number_observed");
  const StixEntry* observable = state.file.Find(observable_id);
  if (observable == nullptr) {
    reader.Lost("object_refs", "it points at something that is not in the file");
    return;
  }
  const absl::StatusOr<JsonDocument> document = state.file.Parse(*observable);
  if (!document.ok()) return reader.Fail(document.status());
  StixReader inner(state, *observable, *document);
  const StixParts parts = PartWalker(inner).Walk();
  reader.Fail(inner.status());
  state.done.insert(observable_id);
  if (reader.OwnNode("sighted")) {
    if (parts.parts.empty()) return;
    v1::Indicator indicator = IndicatorOf(*parts.parts.front().property, parts.parts.front().value);
    reader.Own("sighted", indicator);
    state.values_by_id[reader.entry().id] = {{indicator.type(), indicator.value()}};
  } else if (reader.OwnNode("indicator")) {
    ReadOwnIndicator(state, reader, parts);
  } else {
    ReadOwnObservable(state, reader, observable->type, parts);
  }
  // The observable itself may be what others point at.
  const auto ref = state.ref_by_id.find(reader.entry().id);
  if (ref != state.ref_by_id.end()) state.ref_by_id.emplace(observable_id, ref->second);
}

}  // namespace

void ReadStixObservation(StixState& state, StixReader& reader) {
  const std::vector<std::string>& refs = reader.entry().refs;
  reader.Take("object_refs");
  const bool own =
      reader.OwnNode("indicator") || reader.OwnNode("object") || reader.OwnNode("sighted");
  if (own && !refs.empty()) return ReadOwnObservation(state, reader, refs.front());
  StixSeen seen;
  seen.first_us = reader.Time("first_observed");
  seen.last_us = reader.Time("last_observed");
  seen.labels = reader.Labels();
  if (reader.Number("number_observed").value_or(1) != 1) {
    reader.Lost("number_observed", "how often it was observed");
  }
  if (reader.Take("objects")) reader.Lost("objects", "observables in the form of STIX 2.0");
  for (const std::string& id : refs) state.seen_by_id[id] = seen;
  if (!refs.empty()) state.observed_of[reader.entry().id] = refs.front();
  state.made.report.Mapped("observed-data");
}

void ReadStixObservable(StixState& state, StixReader& reader) {
  const std::string& id = reader.entry().id;
  if (state.done.count(id) > 0) return;
  const StixParts parts = PartWalker(reader).Walk();
  if (parts.parts.empty()) {
    reader.Lost("id", "an observable without a value that has a type here");
    return;
  }
  const auto found = state.seen_by_id.find(id);
  const StixSeen seen = found == state.seen_by_id.end() ? StixSeen() : found->second;
  state.made.report.Mapped("observable");
  const bool is_single = parts.parts.size() == 1;
  if (is_single) {
    v1::Indicator indicator = IndicatorOf(*parts.parts[0].property, parts.parts[0].value);
    const StixValue value(indicator.type(), indicator.value());
    const auto known = state.ref_by_value.find(value);
    std::string ref;
    if (known != state.ref_by_value.end()) {
      ref = known->second;
      state.ref_by_id[id] = ref;
      state.values_by_id[id] = {value};
    } else {
      indicator.set_first_seen_us(seen.first_us);
      indicator.set_last_seen_us(seen.last_us);
      for (const std::string& label : seen.labels) indicator.add_labels(label);
      if (!IsNameBased(reader.Uuid())) indicator.set_uuid(reader.Uuid());
      ref = AddStixIndicator(state, std::move(indicator), id);
    }
    AddEmbedded(state, reader, parts, ref);
    return;
  }
  MispUnit unit = MakeObservableUnit(state, reader.entry().type, parts);
  v1::Object& object = *unit.object;
  object.set_first_seen_us(seen.first_us);
  object.set_last_seen_us(seen.last_us);
  if (!IsNameBased(reader.Uuid())) object.set_uuid(reader.Uuid());
  if (!seen.labels.empty()) {
    reader.Lost("labels", "labels of an observation of several values", seen.labels.size());
  }
  state.ref_by_id[id] = object.ref();
  for (const v1::Indicator& indicator : unit.indicators) {
    state.values_by_id[id].emplace_back(indicator.type(), indicator.value());
  }
  AddEmbedded(state, reader, parts, object.ref());
  state.made.units.push_back(std::move(unit));
}

// A grouping that ties values of a record together.  Its members are read already.
void ReadStixOwnObject(StixState& state, StixReader& reader) {
  MispUnit tied;
  v1::Object& object = tied.object.emplace();
  reader.Take("object_refs");
  reader.Take("context");
  reader.Take("name");
  const std::string description = reader.Text("description", record::kLongTextBytesMax);
  const std::string lang = reader.Lang();
  if (!description.empty()) {
    object.mutable_comment()->set_value(description);
    object.mutable_comment()->set_lang(lang);
  }
  reader.Own("object", object);
  object.set_ref(state.made.NextRef('o'));
  std::vector<v1::Member> members(object.members().begin(), object.members().end());
  object.clear_members();
  std::size_t at = 0;
  for (const std::string& id : reader.entry().refs) {
    if (at >= members.size()) break;  // the report, if there is nothing else to name
    const auto ref = state.ref_by_id.find(id);
    const auto unit = ref == state.ref_by_id.end() ? state.unit_by_ref.end()
                                                   : state.unit_by_ref.find(ref->second);
    v1::Member member = members[at++];
    if (unit == state.unit_by_ref.end()) {
      reader.Lost("object_refs", "a member that is not in this record");
      continue;
    }
    // What belongs together must stay in one part.
    tied.indicators.push_back(std::move(state.made.units[unit->second].indicators.front()));
    state.made.units[unit->second].indicators.clear();
    state.unit_by_ref.erase(unit);
    member.set_indicator(tied.indicators.back().ref());
    *object.add_members() = std::move(member);
  }
  state.ref_by_id[reader.entry().id] = object.ref();
  state.made.units.push_back(std::move(tied));
}

}  // namespace renkei::formats
