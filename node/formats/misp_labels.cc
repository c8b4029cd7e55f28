// Tags and galaxy clusters of an event and of its parts.
#include <algorithm>

#include "node/formats/misp_state.h"
#include "node/formats/misp_tags.h"

namespace renkei::formats {
namespace {

using Is = TagMeaning::Is;

constexpr std::array<KnownKey, 12> kTagKeys = {{
    {"name", ""},
    {"local", ""},
    {"exportable", ""},
    {"colour", "how a tag looks"},
    {"id", "number inside its MISP server"},
    {"user_id", "number inside its MISP server"},
    {"org_id", "number inside its MISP server"},
    {"hide_tag", "how a tag looks"},
    {"numerical_value", "the tag's own definition"},
    {"is_galaxy", "the tag's own definition"},
    {"is_custom_galaxy", "the tag's own definition"},
    {"local_only", "the tag's own definition"},
}};

constexpr std::string_view kClusterText = "the galaxy's own text: the tag names it";

// Calls `visit(name, place)` for every tag of `node` that may be shared.
template <class Visit>
absl::Status ForEachTag(MispState& state, const JsonNode& node, const Visit& visit) {
  const std::optional<JsonNode> tags = node.Find("Tag");
  if (!tags || tags->IsVoid()) return absl::OkStatus();
  return tags->ForEachItem([&](const JsonNode& tag) -> absl::Status {
    if (!tag.IsObject()) return tag.WrongType("object");
    const std::optional<JsonNode> name_node = tag.Find("name");
    if (!name_node) return tag.Wrong("`name` is missing");
    ASSIGN_OR_RETURN(const std::string name, name_node->LooseText());
    ReportOtherKeys(state, tag, kTagKeys);
    ASSIGN_OR_RETURN(const bool local, BoolMember(tag, "local"));
    const std::optional<JsonNode> exportable = tag.Find("exportable");
    const bool may_leave = !exportable || exportable->LooseBool().value_or(true);
    return visit(name, tag.path(), !local && may_leave);
  });
}

absl::StatusOr<std::string> ClusterTag(const JsonNode& cluster) {
  if (const auto name = cluster.Find("tag_name"); name && !name->IsVoid()) return name->LooseText();
  const std::optional<JsonNode> type = cluster.Find("type");
  const std::optional<JsonNode> value = cluster.Find("value");
  if (!type || !value) return cluster.Wrong("neither `tag_name` nor `type` and `value`");
  ASSIGN_OR_RETURN(const std::string galaxy, type->LooseText());
  ASSIGN_OR_RETURN(const std::string text, value->LooseText());
  return fmt::format("misp-galaxy:{}=\"{}\"", galaxy, text);
}

absl::StatusOr<bool> ClusterMayLeave(const JsonNode& cluster) {
  ASSIGN_OR_RETURN(const bool local, BoolMember(cluster, "local"));
  const std::optional<JsonNode> distribution = cluster.Find("distribution");
  if (!distribution || distribution->IsVoid()) return !local;
  ASSIGN_OR_RETURN(const std::int64_t level, distribution->LooseInteger());
  return !local && level != 0 && level != 4;
}

// As ForEachTag, for the clusters of every galaxy.
template <class Visit>
absl::Status ForEachCluster(MispState& state, const JsonNode& node, const Visit& visit) {
  const std::optional<JsonNode> galaxies = node.Find("Galaxy");
  if (!galaxies || galaxies->IsVoid()) return absl::OkStatus();
  return galaxies->ForEachItem([&](const JsonNode& galaxy) -> absl::Status {
    const std::optional<JsonNode> clusters = galaxy.Find("GalaxyCluster");
    if (!clusters || clusters->IsVoid()) return absl::OkStatus();
    return clusters->ForEachItem([&](const JsonNode& cluster) -> absl::Status {
      ASSIGN_OR_RETURN(const std::string name, ClusterTag(cluster));
      ASSIGN_OR_RETURN(const bool may_leave, ClusterMayLeave(cluster));
      state.report.NotKeptByDesign(cluster.path(), kClusterText);
      return visit(name, cluster.path(), may_leave);
    });
  });
}

// TLP and PAP only ever tighten.  True if the tag was one of them.
bool Tighten(MispState& state, const TagMeaning& meaning) {
  record::DraftHeader& header = state.draft.header;
  if (meaning.is == Is::kTlp) {
    header.tlp = std::max(header.tlp, meaning.tlp);
    state.report.Mapped("Tag tlp:*");
    return true;
  }
  if (meaning.is == Is::kPap) {
    header.pap = std::max(header.pap, meaning.pap);
    state.report.Mapped("Tag PAP:*");
    return true;
  }
  return false;
}

// Whether `tag` is too much of a label.
bool IsTooMuch(MispState& state, std::string_view tag, std::string_view place, int labels) {
  if (tag.empty()) return true;
  if (tag.size() > kMispNameBytesMax) {
    state.report.NotKept(place, fmt::format("a tag of more than {} bytes", kMispNameBytesMax));
    return true;
  }
  if (labels < kMispTagsMax) return false;
  state.report.NotKept(place, fmt::format("more than {} tags", kMispTagsMax));
  return true;
}

void AddLabel(MispState& state, const TagMeaning& meaning, const std::string& tag) {
  state.draft.sections.mutable_summary()->add_labels(tag);
  state.report.Mapped("Tag, any other");
  if (meaning.is == Is::kOddTlp) {
    state.report.Note(fmt::format("`{}` is no TLP level; it is kept as a label", tag));
  }
}

void AddEventTag(MispState& state, const std::string& tag, const std::string& place) {
  TagMeaning meaning = ReadTag(tag);
  if (Tighten(state, meaning) || !state.tags_seen.insert(tag).second) return;
  if (IsTooMuch(state, tag, place, static_cast<int>(state.tags_seen.size()) - 1)) return;

  v1::Sections& sections = state.draft.sections;
  if (meaning.is == Is::kTechnique) {
    *sections.mutable_techniques()->add_techniques() = std::move(meaning.technique);
    state.report.Mapped("Tag misp-galaxy: technique");
  } else if (meaning.is == Is::kActor) {
    *sections.mutable_techniques()->add_actors() = std::move(meaning.actor);
    state.report.Mapped("Tag misp-galaxy: actor");
  } else if (meaning.is == Is::kSector) {
    sections.mutable_victim()->add_sectors(meaning.sector);
    state.report.Mapped("Tag misp-galaxy:sector");
  } else if (meaning.is == Is::kRsit && state.draft.header.type == 0) {
    state.draft.header.type = meaning.type;
    state.report.Mapped("Tag rsit:*");
  } else {
    AddLabel(state, meaning, tag);
  }
}

}  // namespace

absl::Status ReadEventTags(MispState& state, const JsonNode& event) {
  const auto add = [&](const std::string& name, const std::string& place, bool may_leave) {
    if (!may_leave) {
      state.tags_withheld.insert(name);
      state.report.NotKept(place, "kept local by its author");
    }
    if (state.tags_withheld.count(name) > 0) {
      Tighten(state, ReadTag(name));  // a local marking still binds us
      return absl::OkStatus();
    }
    AddEventTag(state, name, place);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(ForEachCluster(
      state, event, [&](const std::string& name, const std::string& place, bool may_leave) {
        state.report.Mapped("Galaxy.GalaxyCluster");
        return add(name, place, may_leave);
      }));
  return ForEachTag(state, event, add);
}

absl::StatusOr<std::vector<std::string>> ReadLabels(MispState& state, const JsonNode& node) {
  std::vector<std::string> labels;
  std::set<std::string> withheld;
  const auto add = [&](std::string_view row, const std::string& name, const std::string& place,
                       bool may_leave) {
    if (Tighten(state, ReadTag(name))) return;
    if (!may_leave) {
      withheld.insert(name);
      state.report.NotKept(place, "kept local by its author");
    }
    if (withheld.count(name) > 0) return;
    if (IsTooMuch(state, name, place, static_cast<int>(labels.size()))) return;
    state.report.Mapped(row);
    if (std::find(labels.begin(), labels.end(), name) == labels.end()) labels.push_back(name);
  };
  RETURN_IF_ERROR(ForEachCluster(
      state, node, [&](const std::string& name, const std::string& place, bool may_leave) {
        add("Attribute.Galaxy", name, place, may_leave);
        return absl::OkStatus();
      }));
  RETURN_IF_ERROR(ForEachTag(
      state, node, [&](const std::string& name, const std::string& place, bool may_leave) {
        add("Attribute.Tag", name, place, may_leave);
        return absl::OkStatus();
      }));
  return labels;
}

}  // namespace renkei::formats
