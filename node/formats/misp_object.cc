// One object of a MISP event: its members, and what it points at.
#include "node/formats/misp_state.h"
#include "node/formats/uuid.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::array<KnownKey, 18> kObjectKeys = {{
    {"name", ""},
    {"meta-category", ""},
    {"template_uuid", ""},
    {"template_version", ""},
    {"uuid", ""},
    {"distribution", ""},
    {"comment", ""},
    {"deleted", ""},
    {"first_seen", ""},
    {"last_seen", ""},
    {"ObjectReference", ""},
    {"Attribute", ""},
    {"description", "the template's own text"},
    {"id", kMispServerNumber},
    {"event_id", kMispServerNumber},
    {"sharing_group_id", kMispServerNumber},
    {"timestamp", "last edit in MISP: a record has its own times"},
    {"SharingGroup", "who may see it is said by circles"},
}};

constexpr std::array<KnownKey, 16> kReferenceKeys = {{
    {"referenced_uuid", ""},
    {"relationship_type", ""},
    {"comment", ""},
    {"deleted", ""},
    {"uuid", "a relationship has no id of its own here"},
    {"id", kMispServerNumber},
    {"object_id", kMispServerNumber},
    {"event_id", kMispServerNumber},
    {"referenced_id", kMispServerNumber},
    {"referenced_type", "repeats what it points at"},
    {"object_uuid", "repeats its object"},
    {"source_uuid", "repeats its object"},
    {"Object", "repeats what it points at"},
    {"Attribute", "repeats what it points at"},
    {"Event", "repeats what it points at"},
    {"timestamp", "last edit in MISP: a record has its own times"},
}};

absl::Status ReadReference(MispState& state, const JsonNode& node, const std::string& from) {
  if (!node.IsObject()) return node.WrongType("object");
  ASSIGN_OR_RETURN(const bool withheld, IsWithheld(state, node));
  if (withheld) return absl::OkStatus();
  ReportOtherKeys(state, node, kReferenceKeys);
  PendingRelationship pending;
  pending.from = from;
  pending.place = node.path();
  ASSIGN_OR_RETURN(pending.to_uuid, UuidMember(state, node, "referenced_uuid"));
  ASSIGN_OR_RETURN(pending.type, TextMember(state, node, "relationship_type"));
  ASSIGN_OR_RETURN(pending.comment, TextMember(state, node, "comment", record::kTextBytesMax));
  state.relationships.push_back(std::move(pending));
  return absl::OkStatus();
}

absl::StatusOr<v1::Object> ReadObjectHead(MispState& state, const JsonNode& node) {
  v1::Object object;
  object.set_ref(state.NextRef('o'));
  ASSIGN_OR_RETURN(*object.mutable_name(), TextMember(state, node, "name"));
  ASSIGN_OR_RETURN(*object.mutable_source_category(), TextMember(state, node, "meta-category"));
  ASSIGN_OR_RETURN(const std::string made_from, TextMember(state, node, "template_uuid"));
  ASSIGN_OR_RETURN(const std::string version, TextMember(state, node, "template_version"));
  if (!made_from.empty()) {
    object.set_template_(version.empty() ? made_from : fmt::format("{}/{}", made_from, version));
  }
  ASSIGN_OR_RETURN(*object.mutable_uuid(), UuidMember(state, node, "uuid"));
  ASSIGN_OR_RETURN(const std::string comment,
                   TextMember(state, node, "comment", record::kTextBytesMax));
  if (!comment.empty()) object.mutable_comment()->set_value(comment);
  ASSIGN_OR_RETURN(const std::int64_t first_seen_us, TimeMember(state, node, "first_seen"));
  ASSIGN_OR_RETURN(const std::int64_t last_seen_us, TimeMember(state, node, "last_seen"));
  object.set_first_seen_us(first_seen_us);
  object.set_last_seen_us(last_seen_us);
  return object;
}

// The attributes of an object that stays behind are counted with it.
absl::Status SkipWithMembers(MispState& state, const JsonNode& node) {
  const std::optional<JsonNode> attributes = node.Find("Attribute");
  if (!attributes || attributes->IsVoid()) return absl::OkStatus();
  return attributes->ForEachItem([&](const JsonNode& attribute) {
    state.report.CountAttributes(1);
    state.report.SkipAttributes(1);
    state.report.NotKept(attribute.path(), "member of an object that is left out");
    return absl::OkStatus();
  });
}

v1::Relationship Made(const PendingRelationship& pending, std::string to) {
  v1::Relationship relationship;
  relationship.set_from(pending.from);
  relationship.set_to(std::move(to));
  relationship.set_type(pending.type);
  if (!pending.comment.empty()) relationship.mutable_comment()->set_value(pending.comment);
  if (!pending.lang.empty()) relationship.mutable_comment()->set_lang(pending.lang);
  return relationship;
}

}  // namespace

absl::Status ReadObject(MispState& state, const JsonNode& object) {
  if (!object.IsObject()) return object.WrongType("object");
  ASSIGN_OR_RETURN(const bool withheld, IsWithheld(state, object));
  if (withheld) return SkipWithMembers(state, object);

  MispUnit unit;
  ASSIGN_OR_RETURN(unit.object, ReadObjectHead(state, object));
  ReportOtherKeys(state, object, kObjectKeys);
  if (!unit.object->uuid().empty()) {
    state.ref_by_uuid.emplace(unit.object->uuid(), unit.object->ref());
  }
  if (unit.object->name() == "incident") state.speaks_of_a_victim = true;
  state.report.Mapped("Object");
  if (!unit.object->source_category().empty()) state.report.Mapped("Object.meta-category");

  if (const auto attributes = object.Find("Attribute"); attributes && !attributes->IsVoid()) {
    RETURN_IF_ERROR(attributes->ForEachItem(
        [&](const JsonNode& attribute) { return ReadAttribute(state, attribute, &unit); }));
  }
  if (const auto references = object.Find("ObjectReference"); references && !references->IsVoid()) {
    RETURN_IF_ERROR(references->ForEachItem([&](const JsonNode& reference) {
      return ReadReference(state, reference, unit.object->ref());
    }));
  }
  state.units.push_back(std::move(unit));
  return absl::OkStatus();
}

std::vector<v1::Relationship> ResolveRelationships(MispState& state) {
  std::vector<v1::Relationship> resolved;
  for (const PendingRelationship& pending : state.relationships) {
    if (!pending.to.empty()) {
      resolved.push_back(Made(pending, pending.to));
      continue;
    }
    const auto found = state.ref_by_uuid.find(pending.to_uuid);
    if (found == state.ref_by_uuid.end()) {
      state.report.NotKept(pending.place, "it points at something that this record does not hold");
      continue;
    }
    state.report.Mapped(found->second.starts_with('o') ? "ObjectReference to an object"
                                                       : "ObjectReference to an attribute");
    resolved.push_back(Made(pending, found->second));
  }
  return resolved;
}

}  // namespace renkei::formats
