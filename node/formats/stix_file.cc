#include "node/formats/stix_file.h"

#include <algorithm>
#include <array>

#include "node/base/encoding.h"
#include "node/formats/stix_extension.h"
#include "node/formats/stix_ids.h"
#include "node/formats/time_text.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::array<std::string_view, 18> kObservables = {"artifact",
                                                           "autonomous-system",
                                                           "directory",
                                                           "domain-name",
                                                           "email-addr",
                                                           "email-message",
                                                           "file",
                                                           "ipv4-addr",
                                                           "ipv6-addr",
                                                           "mac-addr",
                                                           "mutex",
                                                           "network-traffic",
                                                           "process",
                                                           "software",
                                                           "url",
                                                           "user-account",
                                                           "windows-registry-key",
                                                           "x509-certificate"};

absl::StatusOr<std::string> RequiredStixText(const JsonNode& node, std::string_view key) {
  const std::optional<JsonNode> member = node.Find(key);
  if (!member) return node.Wrong(fmt::format("`{}` is missing", key));
  ASSIGN_OR_RETURN(const std::string_view text, member->Text());
  return std::string(text);
}

absl::Status AddRefs(const JsonNode& member, std::vector<std::string>& refs) {
  if (member.IsArray()) {
    return member.ForEachItem([&](const JsonNode& item) { return AddRefs(item, refs); });
  }
  ASSIGN_OR_RETURN(const std::string_view id, member.Text());
  if (refs.size() >= kStixRefsMax) {
    return ResourceExhausted(
        fmt::format("`{}`: more than {} references in one object", member.path(), kStixRefsMax));
  }
  refs.emplace_back(id);
  return absl::OkStatus();
}

// Which references make objects belong together, and not only say who wrote or marked them.
bool IsLink(std::string_view key) {
  if (key == "created_by_ref" || key == "object_marking_refs" || key == "where_sighted_refs") {
    return false;
  }
  return key.ends_with("_ref") || key.ends_with("_refs");
}

absl::Status InObject(const absl::Status& status, std::size_t number) {
  if (status.ok()) return status;
  return Annotate(status, fmt::format("objects[{}]", number));
}

}  // namespace

bool IsStixContainer(const StixEntry& entry) {
  const bool contains = entry.type == "report" || entry.type == "grouping";
  return (contains || entry.type == "incident") && !entry.own_object;
}

bool IsStixAside(const StixEntry& entry) {
  return entry.type == "identity" || entry.type == "marking-definition" ||
         entry.type == "extension-definition" || entry.type == "language-content";
}

bool IsStixObservable(std::string_view type) {
  return std::find(kObservables.begin(), kObservables.end(), type) != kObservables.end();
}

absl::StatusOr<StixFile> StixFile::Read(BytesView json, const JsonSplit& split,
                                        const JsonLimits& limits) {
  StixFile file(json);
  ASSIGN_OR_RETURN(const JsonDocument head, JsonDocument::Parse(split.head, limits));
  const JsonNode top = head.top();
  if (const auto id = top.Find("id")) {
    ASSIGN_OR_RETURN(const std::string_view text, id->Text());
    file.bundle_id_ = text;
  }
  if (split.items.empty()) return InvalidArgument("`objects`: the bundle holds no objects");
  RETURN_IF_ERROR(file.Index(split, limits));
  return file;
}

absl::Status StixFile::Index(const JsonSplit& split, const JsonLimits& limits) {
  if (split.items.size() > kStixObjectsMax) {
    return ResourceExhausted(fmt::format("`objects`: {} objects, more than the {} allowed",
                                         split.items.size(), kStixObjectsMax));
  }
  object_limits_.bytes_max = std::min(limits.bytes_max, kStixObjectBytesMax);
  object_limits_.depth_max = limits.depth_max - 2;  // the bundle and its list are two levels
  entries_.reserve(split.items.size());
  for (const JsonSlice& slice : split.items) {
    StixEntry& entry = entries_.emplace_back();
    entry.slice = slice;
    entry.number = static_cast<std::uint32_t>(entries_.size() - 1);
    if (slice.size > object_limits_.bytes_max) {
      return InObject(ResourceExhausted(fmt::format("the object has {} bytes, more than the {} "
                                                    "allowed",
                                                    slice.size, object_limits_.bytes_max)),
                      entry.number);
    }
    ASSIGN_OR_RETURN(const JsonDocument document, Parse(entry));
    RETURN_IF_ERROR(InObject(IndexOne(document.top(), entry), entry.number));
    AddVersion(entry.number);
  }
  return absl::OkStatus();
}

absl::StatusOr<JsonDocument> StixFile::Parse(const StixEntry& entry) const {
  return Annotate(JsonDocument::Parse(entry.slice.Of(json_), object_limits_),
                  fmt::format("objects[{}]", entry.number));
}

absl::Status StixFile::IndexRefs(const JsonNode& node, StixEntry& entry) {
  if (entry.type == "relationship") {
    ASSIGN_OR_RETURN(const std::string source, RequiredStixText(node, "source_ref"));
    ASSIGN_OR_RETURN(const std::string target, RequiredStixText(node, "target_ref"));
    ASSIGN_OR_RETURN(const std::string type, RequiredStixText(node, "relationship_type"));
    entry.refs = {source, target};
    entry.targets = type == "targets";
    return absl::OkStatus();
  }
  if (entry.type == "sighting") {
    ASSIGN_OR_RETURN(const std::string of, RequiredStixText(node, "sighting_of_ref"));
    entry.refs = {of};
    return absl::OkStatus();
  }
  return node.ForEachMember([&](std::string_view key, const JsonNode& member) {
    return IsLink(key) ? AddRefs(member, entry.refs) : absl::OkStatus();
  });
}

absl::Status StixFile::IndexOne(const JsonNode& node, StixEntry& entry) {
  if (!node.IsObject()) return node.WrongType("object");
  ASSIGN_OR_RETURN(entry.type, RequiredStixText(node, "type"));
  ASSIGN_OR_RETURN(entry.id, RequiredStixText(node, "id"));
  if (TypeOfStixId(entry.id) != entry.type) {
    return InvalidArgument(
        fmt::format("`id`: expected `{}--` and a UUID", Printable(entry.type, 80)));
  }
  if (const auto revoked = node.Find("revoked")) {
    ASSIGN_OR_RETURN(entry.revoked, revoked->Bool());
  }
  if (const auto modified = node.Find("modified")) {
    ASSIGN_OR_RETURN(const std::string_view text, modified->Text());
    entry.modified_us = MicrosFromText(text).value_or(0);
  }
  RETURN_IF_ERROR(IndexRefs(node, entry));
  entry.own_object = entry.type == "grouping" && HasOwnExtension(node, "object");
  if (entry.type == "marking-definition") RETURN_IF_ERROR(DefineMarking(node, entry.id));
  return IndexMarkings(node, entry);
}

absl::Status StixFile::IndexMarkings(const JsonNode& node, StixEntry& entry) {
  std::vector<std::string> ids;
  if (const auto refs = node.Find("object_marking_refs")) RETURN_IF_ERROR(AddRefs(*refs, ids));
  const std::size_t whole = ids.size();
  if (const auto granular = node.Find("granular_markings")) {
    RETURN_IF_ERROR(granular->ForEachItem([&](const JsonNode& item) {
      const auto ref = item.Find("marking_ref");
      return ref ? AddRefs(*ref, ids) : absl::OkStatus();
    }));
  }
  for (const std::string& id : ids) {
    ASSIGN_OR_RETURN(const std::uint16_t number, MarkingNumber(id));
    if (std::find(entry.markings.begin(), entry.markings.end(), number) == entry.markings.end()) {
      entry.markings.push_back(number);
    }
  }
  entry.has_granular_tlp = ids.size() > whole;
  return absl::OkStatus();
}

absl::StatusOr<std::uint16_t> StixFile::MarkingNumber(const std::string& id) {
  const auto found = marking_numbers_.find(id);
  if (found != marking_numbers_.end()) return found->second;
  if (markings_.size() >= kStixMarkingsMax) {
    return ResourceExhausted(fmt::format("more than {} different markings", kStixMarkingsMax));
  }
  const auto number = static_cast<std::uint16_t>(markings_.size());
  marking_numbers_[id] = number;
  Marking& marking = markings_.emplace_back();
  marking.id = id;
  if (const auto level = KnownMarking(id)) {
    marking.level = *level;
    marking.known = true;
  }
  return number;
}

absl::Status StixFile::DefineMarking(const JsonNode& node, const std::string& id) {
  ASSIGN_OR_RETURN(const std::uint16_t number, MarkingNumber(id));
  Marking& marking = markings_[number];
  if (marking.known) return absl::OkStatus();  // the fixed objects mean what the standard says
  if (const auto definition = node.Find("definition")) {
    if (const auto tlp = definition->Find("tlp")) {
      ASSIGN_OR_RETURN(const std::string_view word, tlp->Text());
      const auto level = TlpFromStix(word);
      marking.level.tlp = level.value_or(policy::Tlp::kUnspecified);
      marking.known = level.has_value();
    }
    if (const auto statement = definition->Find("statement")) {
      ASSIGN_OR_RETURN(const std::string_view text, statement->Text());
      marking.too_long = text.size() > record::kTextBytesMax;
      if (!marking.too_long) marking.statement = text;
      marking.known = true;
    }
  }
  const auto extensions = node.Find("extensions");
  const auto read = [&](std::string_view extension, std::string_view key) -> std::string {
    const auto found = extensions ? extensions->Find(extension) : std::nullopt;
    const auto value = found ? found->Find(key) : std::nullopt;
    return value && value->IsText() ? std::string(*value->Text()) : std::string();
  };
  if (const auto tlp = TlpFromStix(read(kTlp2Extension, "tlp_2_0"))) {
    marking.level.tlp = *tlp;
    marking.known = true;
  }
  if (const auto pap = PapFromStix(read(kPapExtension, "pap"))) {
    marking.level.pap = *pap;
    marking.known = true;
  }
  return absl::OkStatus();
}

// The latest version counts; of two that say the same time, the first.
void StixFile::AddVersion(std::uint32_t number) {
  const auto [found, is_new] = by_id_.emplace(entries_[number].id, number);
  if (is_new) return;
  StixEntry& before = entries_[found->second];
  StixEntry& now = entries_[number];
  if (now.modified_us > before.modified_us) {
    before.superseded = true;
    // The key must be the text of an entry that stays, and both do.
    found->second = number;
  } else {
    now.superseded = true;
  }
}

const StixEntry* StixFile::Find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &entries_[found->second];
}

StixMarking StixFile::MarkingOf(const StixEntry& entry) const {
  StixMarking strictest;
  for (const std::uint16_t number : entry.markings) {
    strictest.tlp = std::max(strictest.tlp, markings_[number].level.tlp);
    strictest.pap = std::max(strictest.pap, markings_[number].level.pap);
  }
  return strictest;
}

std::vector<std::string> StixFile::UnknownMarkingsOf(const StixEntry& entry) const {
  std::vector<std::string> ids;
  for (const std::uint16_t number : entry.markings) {
    if (!markings_[number].known) ids.push_back(markings_[number].id);
  }
  return ids;
}

}  // namespace renkei::formats
