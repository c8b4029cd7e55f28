#include "node/formats/stix_import.h"

#include <algorithm>
#include <array>

#include "node/formats/message_json.h"
#include "node/formats/misp_split.h"
#include "node/formats/misp_tags.h"
#include "node/formats/stix_extension.h"
#include "node/formats/stix_state.h"
#include "node/formats/stix_values.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

// Nobody writes a longer head than this; what does is read as any other JSON.
constexpr std::size_t kBundleHeadMax = 64 * 1024;
constexpr int kStixParts = 6;  // what refers to something is read after it

using ReadStixObject = void (*)(StixState&, StixReader&);

struct StixKind {
  std::string_view type{};
  int phase = 0;
  ReadStixObject read = nullptr;
};

constexpr std::array<StixKind, 18> kStixKinds = {{
    {"observed-data", 0, &ReadStixObservation},
    {"indicator", 1, &ReadStixIndicator},
    {"malware", 1, &ReadStixThing},
    {"attack-pattern", 1, &ReadStixThing},
    {"threat-actor", 1, &ReadStixThing},
    {"intrusion-set", 1, &ReadStixThing},
    {"campaign", 1, &ReadStixThing},
    {"tool", 1, &ReadStixThing},
    {"vulnerability", 1, &ReadStixThing},
    {"course-of-action", 1, &ReadStixThing},
    {"infrastructure", 1, &ReadStixThing},
    {"identity", 1, &ReadStixThing},
    {"location", 1, &ReadStixThing},
    {"note", 3, &ReadStixNote},
    {"opinion", 4, &ReadStixOpinion},
    {"language-content", 4, &ReadStixLanguage},
    {"sighting", 4, &ReadStixSighting},
    {"relationship", 5, &ReadStixRelationship},
}};

const StixKind* KindOfObject(const StixEntry& entry) {
  static constexpr StixKind kObservable = {"", 2, &ReadStixObservable};
  static constexpr StixKind kOwnObject = {"", 4, &ReadStixOwnObject};
  if (entry.own_object) return &kOwnObject;
  if (IsStixObservable(entry.type)) return &kObservable;
  for (const StixKind& kind : kStixKinds) {
    if (kind.type == entry.type) return &kind;
  }
  return nullptr;
}

// Reads the objects of one group into one state.
class GroupReader {
 public:
  GroupReader(const StixFile& file, const StixGroup& group, const ImportOptions& options)
      : group_(group), state_{.options = options, .file = file, .group = group} {
    state_.made.object_place = "objects[]";
    state_.made.relationship_place = "objects[]";
    state_.made.source_word = "source";
  }

  absl::StatusOr<std::vector<Imported>> Read(const std::string& source_id) {
    FindLinks();
    ReadMarkings();
    if (group_.container != nullptr) RETURN_IF_ERROR(ReadContainer(*group_.container));
    for (int phase = 0; phase < kStixParts; ++phase) {
      for (const StixEntry* entry : group_.members) RETURN_IF_ERROR(ReadOne(*entry, phase));
      if (phase == 2) NameObservations();
    }
    for (const StixEntry* entry : group_.torn) {
      state_.made.report.NotKept(
          fmt::format("objects[{}]", entry->number),
          fmt::format("{}: what it links stands in different drafts", entry->type));
    }
    ResolveEmbedded();
    return Finish(source_id);
  }

  ReportBuilder& report() { return state_.made.report; }

 private:
  void FindLinks() {
    for (const StixEntry* entry : group_.members) {
      if (entry->type != "relationship") continue;
      const StixEntry* target = state_.file.Find(entry->refs.back());
      const bool is_victim = entry->targets && target != nullptr && target->type == "identity";
      if (is_victim) {
        state_.targeted.insert(target->id);
        continue;
      }
      for (const std::string& id : entry->refs) state_.linked.insert(id);
    }
  }

  void ReadMarkings() {
    record::DraftHeader& header = state_.made.draft.header;
    header.tlp = group_.marking.tlp;
    header.pap = group_.marking.pap;
    std::vector<const StixEntry*> all = group_.members;
    if (group_.container != nullptr) all.insert(all.begin(), group_.container);
    std::set<std::uint16_t> markings;
    for (const StixEntry* entry : all) {
      for (const std::uint16_t marking : entry->markings) {
        if (markings.insert(marking).second) ReadStatement(*entry, marking);
      }
      for (const std::string& id : state_.file.UnknownMarkingsOf(*entry)) {
        state_.made.report.NotKept(fmt::format("objects[{}].object_marking_refs", entry->number),
                                   "a marking that is neither known nor in the file");
        state_.made.report.Note(
            fmt::format("`{}` is a marking that is not known here; see that the TLP is strict "
                        "enough",
                        Printable(id, 80)));
      }
    }
  }

  // Of each marking of the group once; two may say the same.
  void ReadStatement(const StixEntry& entry, std::uint16_t marking) {
    if (state_.file.HasLostStatement(marking)) {
      state_.made.report.NotKept(fmt::format("objects[{}].object_marking_refs", entry.number),
                                 "a statement that is too long for a record");
    }
    const std::string_view text = state_.file.StatementOf(marking);
    if (text.empty() || !statements_.insert(text).second) return;
    state_.made.draft.sections.mutable_caveats()->add_texts()->set_value(std::string(text));
  }

  absl::Status ReadOne(const StixEntry& entry, int phase) {
    const StixKind* kind = KindOfObject(entry);
    if (kind == nullptr) {
      if (phase == 0) SkipOne(entry);
      return absl::OkStatus();
    }
    if (kind->phase != phase) return absl::OkStatus();
    const bool is_done = kind->read == &ReadStixObservable && state_.done.count(entry.id) > 0;
    if (is_done) return absl::OkStatus();
    ASSIGN_OR_RETURN(const JsonDocument document, state_.file.Parse(entry));
    StixReader reader(state_, entry, document);
    kind->read(state_, reader);
    if (entry.type != "identity" || state_.ref_by_id.count(entry.id) > 0) reader.ReportRest();
    return reader.status();
  }

  void SkipOne(const StixEntry& entry) {
    if (entry.type == "incident") state_.speaks_of_a_victim = true;
    if (IsStixAside(entry) || entry.type == "incident") return;
    state_.made.report.NotKept(fmt::format("objects[{}]", entry.number),
                               fmt::format("{}: a kind of object that a record has no place for",
                                           Printable(entry.type, 80)));
  }

  absl::Status ReadContainer(const StixEntry& entry) {
    ASSIGN_OR_RETURN(const JsonDocument document, state_.file.Parse(entry));
    StixReader reader(state_, entry, document);
    state_.has_container = true;
    if (entry.type == "incident") state_.speaks_of_a_victim = true;
    v1::Summary& summary = *state_.made.draft.sections.mutable_summary();
    const std::string lang = reader.Lang();
    const auto add = [&](std::string_view key, auto* texts) {
      const std::string value = reader.Text(key, record::kLongTextBytesMax);
      if (value.empty()) return;
      v1::Text& text = *texts->Add();
      text.set_value(value);
      text.set_lang(lang);
    };
    add("name", summary.mutable_title());
    add("description", summary.mutable_description());
    if (const auto confidence = reader.Confidence()) summary.set_confidence(*confidence);
    ReadContainerLabels(reader);
    for (const std::string& type : reader.Texts("report_types")) {
      if (type == "incident") state_.speaks_of_a_victim = true;
      if (!reader.OwnNode("record") && type != "incident" && type != "indicator") {
        reader.Lost("report_types", fmt::format("`{}`", Printable(type, 80)));
      }
    }
    reader.Ignore("published", kStixTimes);
    reader.Ignore("context", "grouping: said by what it groups");
    reader.Take("object_refs");
    for (const std::string& id : entry.refs) {
      if (state_.file.Find(id) == nullptr && !KnownMarking(id)) {
        reader.Lost("object_refs", "an object that is not in the file");
      }
    }
    ReadOwnRecord(reader, summary);
    state_.made.report.Mapped(entry.type);
    reader.ReportRest();
    return reader.status();
  }

  void ReadContainerLabels(StixReader& reader) {
    record::DraftHeader& header = state_.made.draft.header;
    for (const std::string& label : reader.Labels()) {
      const TagMeaning meaning = ReadTag(label);
      if (meaning.is == TagMeaning::Is::kTlp) {
        header.tlp = std::max(header.tlp, meaning.tlp);
      } else if (meaning.is == TagMeaning::Is::kPap) {
        header.pap = std::max(header.pap, meaning.pap);
      } else if (meaning.is == TagMeaning::Is::kRsit && header.type == 0) {
        header.type = meaning.type;
      } else {
        state_.made.draft.sections.mutable_summary()->add_labels(label);
      }
    }
  }

  // The words of a record's header and what has no object of its own.
  void ReadOwnRecord(StixReader& reader, v1::Summary& summary) {
    const std::optional<JsonNode> own = reader.OwnNode("record");
    if (!own) return;
    const auto word = [&](std::string_view key) -> std::string {
      const auto member = own->Find(key);
      return member && member->IsText() ? std::string(*member->Text()) : std::string();
    };
    if (own->Find("untitled")) summary.clear_title();
    if (own->Find("description_lang") && summary.description_size() > 0) {
      summary.mutable_description(0)->set_lang(word("description_lang"));
    }
    record::DraftHeader& header = state_.made.draft.header;
    own_kind_ = policy::KindFromWord(word("kind"));
    header.severity = policy::SeverityFromWord(word("severity")).value_or(header.severity);
    if (const auto tags = own->Find("tags"); tags && tags->IsArray()) {
      reader.Fail(tags->ForEachItem([&](const JsonNode& tag) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string_view text, tag.Text());
        header.tags.emplace_back(text);
        return absl::OkStatus();
      }));
    }
    if (const auto sections = own->Find("sections")) {
      // Values and what ties them are objects of their own; a second set would have the same names.
      v1::Sections rest;
      reader.Fail(MessageFromJson(*sections, rest));
      rest.clear_indicators();
      state_.made.draft.sections.MergeFrom(rest);
    }
  }

  // An observation stands for its observable.
  void NameObservations() {
    for (const auto& [observation, observable] : state_.observed_of) {
      const auto ref = state_.ref_by_id.find(observable);
      if (ref != state_.ref_by_id.end()) state_.ref_by_id.emplace(observation, ref->second);
      const auto values = state_.values_by_id.find(observable);
      if (values != state_.values_by_id.end()) {
        state_.values_by_id.emplace(observation, values->second);
      }
    }
  }

  void ResolveEmbedded() {
    for (const StixEmbedded& one : state_.embedded) {
      const auto to = state_.ref_by_id.find(one.to_id);
      if (to == state_.ref_by_id.end()) {
        state_.made.report.NotKept(one.place,
                                   "it points at something that this record does not "
                                   "hold");
        continue;
      }
      state_.made.relationships.push_back({one.from, to->second, {}, one.type, {}, one.place});
    }
  }

  policy::Kind KindOfDraft() const {
    if (state_.options.kind) return *state_.options.kind;
    const bool own_is_usable = own_kind_ && *own_kind_ != policy::Kind::kWithdrawal &&
                               *own_kind_ != policy::Kind::kSighting;
    if (own_is_usable) return *own_kind_;
    const bool is_incident = state_.speaks_of_a_victim || state_.made.draft.header.type != 0;
    return is_incident ? policy::Kind::kIncident : policy::Kind::kIndicators;
  }

  bool IsEmpty() const {
    const auto has = [](const MispUnit& unit) {
      return unit.object || !unit.indicators.empty() || !unit.sightings.empty();
    };
    return std::none_of(state_.made.units.begin(), state_.made.units.end(), has) &&
           state_.made.draft.sections.ByteSizeLong() == 0;
  }

  absl::StatusOr<std::vector<Imported>> Finish(const std::string& source_id) {
    std::vector<Imported> imported;
    auto& units = state_.made.units;
    units.erase(std::remove_if(units.begin(), units.end(),
                               [](const MispUnit& unit) {
                                 return !unit.object && unit.indicators.empty() &&
                                        unit.sightings.empty();
                               }),
                units.end());
    if (IsEmpty()) return imported;
    state_.made.draft.header.kind = KindOfDraft();
    state_.made.draft.source_format = "stix";
    std::vector<record::Draft> drafts = SplitIntoDrafts(state_.made);
    const int parts = static_cast<int>(drafts.size());
    for (int part = 1; part <= parts; ++part) {
      record::Draft& draft = drafts[static_cast<std::size_t>(part - 1)];
      draft.source_id =
          source_id.empty() || part == 1 ? source_id : fmt::format("{}/{}", source_id, part);
      RETURN_IF_ERROR(Annotate(record::CheckSections(draft.sections),
                               group_.container == nullptr
                                   ? std::string("bundle")
                                   : fmt::format("objects[{}]", group_.container->number)));
      imported.push_back({std::move(draft), {}, part, parts});
    }
    imported.front().report = state_.made.report.Take();
    return imported;
  }

  const StixGroup& group_;
  StixState state_;
  std::set<std::string_view> statements_{};  // of the file, said already
  std::optional<policy::Kind> own_kind_{};
};

// What is in no draft at all.
void ReportSkipped(const StixFile& file, const std::vector<StixGroup>& groups,
                   ReportBuilder& report) {
  std::set<std::uint32_t> placed;
  for (const StixGroup& group : groups) {
    for (const StixEntry* member : group.members) placed.insert(member->number);
  }
  for (const StixEntry& entry : file.entries()) {
    const std::string place = fmt::format("objects[{}]", entry.number);
    if (entry.superseded) {
      report.NotKeptByDesign(place, fmt::format("{}: another version is in the file", entry.type));
    } else if (entry.revoked) {
      report.NotKept(place, fmt::format("{}: revoked by its author", entry.type));
    } else if (entry.type == "identity" && placed.count(entry.number) == 0) {
      report.NotKeptByDesign(place, fmt::format("identity: {}", kStixAuthor));
    }
  }
}

absl::StatusOr<std::vector<Imported>> ImportGroups(const StixFile& file,
                                                   const ImportOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<StixGroup> groups, GroupStixObjects(file));
  std::vector<Imported> all;
  bool is_first = true;
  for (const StixGroup& group : groups) {
    GroupReader reader(file, group, options);
    if (is_first) ReportSkipped(file, groups, reader.report());
    is_first = false;
    ASSIGN_OR_RETURN(std::vector<Imported> imported, reader.Read(StixSourceId(file, group)));
    std::move(imported.begin(), imported.end(), std::back_inserter(all));
  }
  if (all.empty()) {
    return InvalidArgument("`objects`: nothing that a record can hold is in the bundle");
  }
  return all;
}

}  // namespace

std::optional<JsonSplit> SplitStixBundle(BytesView json) {
  if (json.starts_with("\xef\xbb\xbf")) json.remove_prefix(3);
  std::optional<JsonSplit> split = SplitJsonList(json, "objects");
  if (!split || split->head.size() > kBundleHeadMax) return std::nullopt;
  const absl::StatusOr<JsonDocument> head = JsonDocument::Parse(split->head);
  if (!head.ok()) return std::nullopt;
  const JsonNode top = head->top();
  for (const std::string_view other : {"renkei", "Event", "response", "info"}) {
    if (top.Find(other)) return std::nullopt;
  }
  const auto type = top.Find("type");
  if (type && (!type->IsText() || *type->Text() != "bundle")) return std::nullopt;
  return split;
}

absl::StatusOr<std::vector<Imported>> ImportStix(BytesView json, const JsonSplit& split,
                                                 const ImportOptions& options) {
  if (json.size() > options.limits.bytes_max) {
    return ResourceExhausted(fmt::format("the file has {} bytes, more than the {} allowed",
                                         json.size(), options.limits.bytes_max));
  }
  if (json.starts_with("\xef\xbb\xbf")) json.remove_prefix(3);
  const absl::StatusOr<StixFile> file = StixFile::Read(json, split, options.limits);
  if (file.ok()) return ImportGroups(*file, options);
  if (absl::IsResourceExhausted(file.status())) return file.status();
  // The reader of whole documents says line and column of what is no JSON.
  const absl::Status whole = JsonDocument::Parse(json, options.limits).status();
  return whole.ok() ? file.status() : whole;
}

absl::StatusOr<std::vector<Imported>> ImportStix(BytesView json, const ImportOptions& options) {
  const std::optional<JsonSplit> split = SplitStixBundle(json);
  if (split) return ImportStix(json, *split, options);
  RETURN_IF_ERROR(JsonDocument::Parse(json, options.limits).status());
  return InvalidArgument("not a STIX bundle: `objects` is no list");
}

}  // namespace renkei::formats
