// Malware, actors, techniques and the other domain objects that have a name.
#include <algorithm>
#include <array>

#include "node/formats/stix_state.h"
#include "node/formats/stix_values.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

struct StixThing {
  std::string_view type{};
  v1::ActorKind kind = v1::ACTOR_KIND_UNSPECIFIED;
};

constexpr std::array<StixThing, 5> kActors = {{
    {"threat-actor", v1::ACTOR_KIND_THREAT_ACTOR},
    {"intrusion-set", v1::ACTOR_KIND_THREAT_ACTOR},
    {"malware", v1::ACTOR_KIND_MALWARE},
    {"tool", v1::ACTOR_KIND_TOOL},
    {"campaign", v1::ACTOR_KIND_CAMPAIGN},
}};

// Whose own text of a technique, tool or group everyone can look up by its id.
bool IsFramework(std::string_view source) {
  return source.starts_with("mitre-") && source.ends_with("attack");
}

struct FrameworkId {
  std::string framework{};
  std::string id{};
};

// The first reference that is an id in a framework.
FrameworkId FindFrameworkId(const StixReader& reader, bool is_technique) {
  FrameworkId found;
  const auto list = reader.node().Find("external_references");
  if (!list || !list->IsArray()) return found;
  const absl::Status walked = list->ForEachItem([&](const JsonNode& item) {
    const auto source = item.Find("source_name");
    const auto id = item.Find("external_id");
    const bool has_both = source && id && source->IsText() && id->IsText();
    if (!has_both || !found.id.empty()) return absl::OkStatus();
    const std::string_view name = *source->Text();
    // ATT&CK's files call the framework by several names, all with the prefix.
    if (is_technique || IsFramework(name)) found = {std::string(name), std::string(*id->Text())};
    return absl::OkStatus();
  });
  RENKEI_CHECK(walked.ok());
  return found;
}

// A thing with a place among the indicators, so that relationships can point at it.
void AddThingObject(StixState& state, StixReader& reader, const std::string& name, v1::Text comment,
                    std::int64_t first_us, std::int64_t last_us) {
  MispUnit unit;
  v1::Object& object = unit.object.emplace();
  object.set_name(reader.entry().type);
  object.set_template_(std::string(kStixTemplate));
  object.set_first_seen_us(first_us);
  object.set_last_seen_us(last_us);
  if (!comment.value().empty()) *object.mutable_comment() = std::move(comment);
  if (!reader.Own("object", object)) object.set_uuid(reader.Uuid());
  object.set_ref(state.made.NextRef('o'));
  v1::Indicator& indicator = unit.indicators.emplace_back();
  indicator.set_ref(state.made.NextRef('i'));
  indicator.set_type(v1::INDICATOR_TYPE_TEXT);
  indicator.set_value(name);
  v1::Member* member = object.add_members();
  member->set_relation("name");
  member->set_indicator(indicator.ref());
  state.ref_by_id[reader.entry().id] = object.ref();
  state.made.units.push_back(std::move(unit));
  state.made.report.Mapped(fmt::format("{}, with relationships", reader.entry().type));
}

// Whether the thing needs a place of its own among the indicators.
bool NeedsObject(const StixState& state, StixReader& reader, bool says_more) {
  if (reader.OwnNode("named")) return reader.OwnNode("object").has_value();
  return says_more || state.linked.count(reader.entry().id) > 0;
}

void ReadTechniqueThing(StixState& state, StixReader& reader, const std::string& name) {
  const FrameworkId id = FindFrameworkId(reader, true);
  v1::Text text = reader.Comment(name);
  const bool is_ours = reader.OwnNode("named").has_value();
  if (!is_ours && IsFramework(id.framework) && !text.value().empty()) {
    state.made.report.NotKeptByDesign(reader.Place("description"),
                                      "attack-pattern: the framework's own text: the id names it");
    text.Clear();
  }
  const bool has_object = NeedsObject(state, reader, false);
  v1::Technique technique;
  technique.set_framework(id.framework);
  technique.set_id(id.id);
  technique.set_name(name);
  if (!has_object && !text.value().empty()) *technique.mutable_comment() = text;
  std::vector<v1::KillChainPhase> phases = reader.Phases();
  if (phases.empty()) phases.emplace_back();
  if (!reader.Labels().empty()) reader.Lost("labels", "labels");
  const auto own = reader.OwnNode("techniques");
  auto& techniques = *state.made.draft.sections.mutable_techniques();
  if (own) {
    v1::Techniques list;
    reader.Own("techniques", list);
    techniques.mutable_techniques()->MergeFrom(list.techniques());
  } else if (!reader.OwnNode("named")) {
    for (const v1::KillChainPhase& phase : phases) {
      technique.set_tactic(phase.phase());
      const bool elsewhere =
          !phase.chain().empty() && !id.framework.empty() && phase.chain() != technique.framework();
      if (elsewhere) reader.Lost("kill_chain_phases", "the kill chain that a phase belongs to");
      *techniques.add_techniques() = technique;
    }
  }
  reader.References({id.id});
  state.made.report.Mapped("attack-pattern");
  if (has_object) AddThingObject(state, reader, name, std::move(text), 0, 0);
}

void ReadActorThing(StixState& state, StixReader& reader, const std::string& name,
                    const StixThing& thing) {
  const FrameworkId id = FindFrameworkId(reader, false);
  v1::Text text = reader.Comment(name);
  if (!id.id.empty() && !text.value().empty() && !reader.OwnNode("named")) {
    state.made.report.NotKeptByDesign(
        reader.Place("description"),
        fmt::format("{}: the framework's own text: the id names it", thing.type));
    text.Clear();
  }
  const std::int64_t first_us = reader.Time("first_seen");
  const std::int64_t last_us = reader.Time("last_seen");
  v1::Actor actor;
  actor.set_kind(thing.kind);
  actor.set_name(name);
  if (thing.type == "intrusion-set") actor.set_namespace_("stix:intrusion-set");
  for (const char* key : {"aliases", "x_mitre_aliases"}) {
    for (const std::string& alias : reader.Texts(key)) {
      const auto& known = actor.aliases();
      if (alias != name && std::find(known.begin(), known.end(), alias) == known.end()) {
        actor.add_aliases(alias);
      }
    }
  }
  reader.Take("is_family");
  auto& actors = *state.made.draft.sections.mutable_techniques();
  if (reader.OwnNode("actors")) {
    v1::Techniques list;
    reader.Own("actors", list);
    actors.mutable_actors()->MergeFrom(list.actors());
  } else if (!reader.OwnNode("named")) {
    *actors.add_actors() = std::move(actor);
  }
  state.made.report.Mapped(thing.type);
  const bool says_more = !text.value().empty() || first_us != 0 || last_us != 0;
  if (NeedsObject(state, reader, says_more)) {
    AddThingObject(state, reader, name, std::move(text), first_us, last_us);
  }
}

void ReadWeaknessThing(StixState& state, StixReader& reader, const std::string& name) {
  v1::Indicator indicator;
  indicator.set_type(v1::INDICATOR_TYPE_VULNERABILITY);
  indicator.set_value(name);
  v1::Text text = reader.Comment(name);
  if (!text.value().empty()) *indicator.mutable_comment() = std::move(text);
  if (const auto confidence = reader.Confidence()) indicator.set_confidence(*confidence);
  for (std::string& label : reader.Labels()) indicator.add_labels(std::move(label));
  if (reader.Own("indicator", indicator)) {
    reader.References({name});
  } else {
    indicator.set_uuid(reader.Uuid());
    reader.References();
  }
  AddStixIndicator(state, std::move(indicator), reader.entry().id);
  state.made.report.Mapped("vulnerability");
}

void ReadActionThing(StixState& state, StixReader& reader, const std::string& name) {
  if (!reader.OwnNode("action") && state.linked.count(reader.entry().id) > 0) {
    AddThingObject(state, reader, name, reader.Comment(name), 0, 0);
    return;
  }
  if (reader.OwnNode("object")) {
    AddThingObject(state, reader, name, reader.Comment(name), 0, 0);
    return;
  }
  v1::Action action;
  if (reader.OwnNode("action")) {
    *action.mutable_description() = reader.Comment(name);
    reader.Own("action", action);
    if (action.description().ByteSizeLong() == 0) action.clear_description();
  } else {
    *action.mutable_description() = reader.Comment("");
  }
  *state.made.draft.sections.mutable_response()->add_actions() = std::move(action);
  state.made.report.Mapped("course-of-action");
}

// Who was hit belongs into the section that says so, with the levels that protect it.
void ReadVictimThing(StixState& state, StixReader& reader, const std::string& name) {
  v1::Victim& victim = *state.made.draft.sections.mutable_victim();
  v1::Asset& asset = *victim.add_assets();
  asset.set_type("target-org");
  asset.mutable_description()->set_value(name);
  for (const std::string& sector : reader.Texts("sectors")) {
    const auto& known = victim.sectors();
    if (std::find(known.begin(), known.end(), sector) == known.end()) victim.add_sectors(sector);
  }
  state.speaks_of_a_victim = true;
  state.made.report.Mapped("identity, targeted");
}

}  // namespace

void ReadStixThing(StixState& state, StixReader& reader) {
  const std::string& type = reader.entry().type;
  const bool is_linked = state.linked.count(reader.entry().id) > 0;
  const bool is_targeted = state.targeted.count(reader.entry().id) > 0;
  if (type == "identity" && !is_linked && !is_targeted && !reader.OwnNode("object")) {
    state.made.report.NotKeptByDesign(reader.Place("id"), fmt::format("identity: {}", kStixAuthor));
    return;
  }
  const std::string name = reader.Text("name", record::kTextBytesMax);
  if (name.empty()) {
    reader.Lost("name", "an object without a name");
    return;
  }
  const auto actor = std::find_if(kActors.begin(), kActors.end(),
                                  [&](const StixThing& thing) { return thing.type == type; });
  if (actor != kActors.end()) return ReadActorThing(state, reader, name, *actor);
  if (type == "attack-pattern") return ReadTechniqueThing(state, reader, name);
  if (type == "vulnerability") return ReadWeaknessThing(state, reader, name);
  if (type == "course-of-action") return ReadActionThing(state, reader, name);
  if (type == "identity" && is_targeted) return ReadVictimThing(state, reader, name);
  const std::int64_t first_us = type == "infrastructure" ? reader.Time("first_seen") : 0;
  const std::int64_t last_us = type == "infrastructure" ? reader.Time("last_seen") : 0;
  if (type == "identity") reader.Take("identity_class");
  AddThingObject(state, reader, name, reader.Comment(name), first_us, last_us);
}

}  // namespace renkei::formats
