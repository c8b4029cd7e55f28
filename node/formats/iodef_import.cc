#include "node/formats/iodef_import.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/formats/iodef_state.h"
#include "node/formats/iodef_words.h"
#include "node/formats/misp_split.h"
#include "node/formats/record_json.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::size_t kTitleBytes = 300;
constexpr std::size_t kIncidentsMax = 2'000;  // of a document
constexpr std::string_view kPeopleNamed = "names people; a record says who signed it";
// Attributes that repeat what is known, or say nothing of their own.
constexpr std::array<std::string_view, 8> kSilent = {
    "lang",    "translation-id", "dtype",           "observable-id",
    "purpose", "restriction",    "ext-restriction", "virtual"};

// The strictest restriction of a tree binds all of it.
void Tighten(const IodefNode& node, policy::Tlp& tlp) {
  tlp = std::max(tlp, TlpOfRestriction(node.TextOf("restriction"), node.TextOf("ext-restriction")));
  for (const IodefNode& child : node.children) {
    if (!child.children.empty()) Tighten(child, tlp);
  }
}

// The standard's default is `private`: who says nothing has not said that it may be passed on.
void ReadMarking(IodefState& state, const IodefNode& incident) {
  const policy::Tlp own =
      TlpOfRestriction(incident.TextOf("restriction"), incident.TextOf("ext-restriction"));
  policy::Tlp tlp = own;
  Tighten(incident, tlp);
  if (own == policy::Tlp::kUnspecified) {
    tlp = policy::Tlp::kRed;
    state.made.report.Note(
        "the incident has no restriction, which IODEF reads as `private`: taken as TLP:RED");
  } else if (tlp != own) {
    state.made.report.Note("a part is marked more strictly than its incident: it binds all of it");
  }
  state.made.draft.header.tlp = tlp;
  state.made.report.Mapped("Incident.restriction");
}

void ReadStatus(IodefState& state, const IodefNode& incident) {
  const std::string status = IodefTake(incident, "status");
  v1::Summary& summary = *state.made.draft.sections.mutable_summary();
  if (status == "new") summary.set_analysis(v1::ANALYSIS_STATE_INITIAL);
  if (status == "in-progress") summary.set_analysis(v1::ANALYSIS_STATE_ONGOING);
  if (status == "resolved") summary.set_analysis(v1::ANALYSIS_STATE_COMPLETE);
  if (status == "forwarded" || status == "future") IodefAddLabel(state, "status", status);
}

// The first description of a language is its title if it is a line; else its first line is.
void ReadDescriptions(IodefState& state, const IodefNode& incident) {
  v1::Summary& summary = *state.made.draft.sections.mutable_summary();
  std::set<std::string> titled;
  for (const IodefNode* node : IodefAll(incident, "Description")) {
    v1::Text text = IodefTextOf(state, *node);
    if (text.value().empty()) continue;
    const std::string_view value = text.value();
    const std::string_view line = value.substr(0, value.find('\n'));
    if (!titled.insert(text.lang()).second) {
      *summary.add_description() = std::move(text);
      continue;
    }
    v1::Text& title = *summary.add_title();
    title = text;
    if (line.size() == value.size() && value.size() <= kTitleBytes) continue;
    title.set_value(std::string(CutUtf8(line, kTitleBytes)));
    *summary.add_description() = std::move(text);
  }
}

void ReadDate(IodefState& state) {
  const auto& events = state.made.draft.sections.timeline().events();
  constexpr std::int64_t kDay = 86'400;
  for (const v1::Event& event : events) {
    if (event.time() <= 0 || (event.phase() != "occurred" && event.phase() != "detected")) continue;
    state.made.draft.sections.mutable_summary()->set_date(event.time() / kDay * kDay);
    return;
  }
}

absl::Status ReadId(IodefState& state, const IodefNode& incident) {
  const IodefNode* id = incident.Find("IncidentID");
  if (id == nullptr || id->text.empty()) {
    return InvalidArgument(fmt::format("`{}`: `IncidentID` is missing", incident.path()));
  }
  id->taken = true;
  state.made.draft.source_format = "iodef";
  const std::string name = IodefTake(*id, "name");
  const std::string instance = IodefTake(*id, "instance");
  state.made.draft.source_id = fmt::format(
      "{}/{}{}{}", CutUtf8(name, kMispNameBytesMax), CutUtf8(id->text, kMispNameBytesMax),
      instance.empty() ? "" : "/", CutUtf8(instance, kMispNameBytesMax));
  return absl::OkStatus();
}

void ReadIncidentChild(IodefState& state, const IodefNode& child) {
  if (child.name == "Contact") IodefLeave(state, child, kPeopleNamed, /*by_design=*/true);
  if (child.name == "GenerationTime") {
    IodefLeave(state, child, "a record has its own times", /*by_design=*/true);
  }
  if (child.name == "AlternativeID" || child.name == "RelatedActivity") {
    ReadIodefRelated(state, child);
  }
  if (child.name == "Discovery") ReadIodefDiscovery(state, child);
  if (child.name == "Assessment") ReadIodefAssessment(state, child);
  if (child.name == "Method") ReadIodefMethod(state, child);
  if (child.name == "EventData") ReadIodefEvent(state, child);
  if (child.name == "Indicator") ReadIodefIndicator(state, child);
  if (child.name == "History") ReadIodefHistory(state, child);
  if (child.name != "AdditionalData") return;
  if (child.TextOf("meaning") != "report" || child.text.empty()) return;
  IodefTake(child, "meaning");
  IodefAddReport(state, IodefTake(child, "name"), IodefTextOf(state, child));
}

// What no reader has taken.  A text stands for its attributes.
void ReportUntaken(IodefState& state, const IodefNode& node) {
  if (!node.taken && !node.text.empty()) {
    if (std::find(kSilent.begin(), kSilent.end(), node.name) == kSilent.end()) {
      state.made.report.NotKept(node.path(), "has no place in a record");
    }
    for (const IodefNode& child : node.children) {
      if (!IsIodefAttribute(child.name)) ReportUntaken(state, child);
    }
    return;
  }
  for (const IodefNode& child : node.children) ReportUntaken(state, child);
}

const IodefNode* ExtensionOf(const IodefNode& incident) {
  for (const IodefNode& child : incident.children) {
    if (child.name == "AdditionalData" && child.TextOf("name") == kIodefExtension) return &child;
  }
  return nullptr;
}

// The record as a node of ours wrote it, if what stands beside it is still the same.
std::optional<record::Draft> OwnDraft(IodefState& state, const IodefNode& incident,
                                      const IodefNode& extension) {
  if (extension.TextOf("formatid") == "sha256:" + IodefDigestHex(incident, &extension)) {
    auto draft = DraftFromJson(extension.text);
    if (draft.ok()) return *std::move(draft);
  }
  extension.taken = true;
  for (const IodefNode& child : extension.children) child.taken = true;
  state.made.report.NotKept(
      extension.path(),
      "a record beside an incident that has been changed since: the incident counts");
  return std::nullopt;
}

absl::StatusOr<std::vector<Imported>> ReadOwn(IodefState& state, record::Draft draft) {
  draft.header.tlp = std::max(draft.header.tlp, state.made.draft.header.tlp);
  draft.source_format = state.made.draft.source_format;
  draft.source_id = state.made.draft.source_id;
  if (state.options.kind) draft.header.kind = *state.options.kind;
  state.made.report.Mapped("AdditionalData of ours");
  state.made.report.CountAttributes(
      static_cast<std::uint64_t>(draft.sections.indicators().indicators_size()));
  std::vector<Imported> imported;
  imported.push_back({std::move(draft), state.made.report.Take(), 1, 1});
  return imported;
}

absl::StatusOr<std::vector<Imported>> FinishIncident(IodefState& state, const std::string& place) {
  RETURN_IF_ERROR(Annotate(state.status, place));
  state.made.object_place = "Observable";
  state.made.relationship_place = "Observable";
  state.made.source_word = "incident";
  state.made.draft.header.kind = state.options.kind.value_or(policy::Kind::kIncident);
  std::vector<record::Draft> drafts = SplitIntoDrafts(state.made);
  const int parts = static_cast<int>(drafts.size());
  std::vector<Imported> imported;
  for (int part = 1; part <= parts; ++part) {
    record::Draft& draft = drafts[static_cast<std::size_t>(part - 1)];
    if (part > 1) draft.source_id = fmt::format("{}/{}", state.made.draft.source_id, part);
    RETURN_IF_ERROR(Annotate(record::CheckSections(draft.sections), place));
    imported.push_back({std::move(draft), {}, part, parts});
  }
  imported.front().report = state.made.report.Take();
  return imported;
}

absl::StatusOr<std::vector<Imported>> ReadIncident(const IodefNode& incident,
                                                   const std::string& lang,
                                                   const ImportOptions& options,
                                                   std::uint64_t& values) {
  IodefState state{.options = options};
  state.values = &values;
  const std::string own_lang = IodefTake(incident, "lang");
  state.lang = own_lang.empty() ? lang : own_lang;
  RETURN_IF_ERROR(ReadId(state, incident));
  ReadMarking(state, incident);
  if (const IodefNode* extension = ExtensionOf(incident)) {
    auto own = OwnDraft(state, incident, *extension);
    if (own) return ReadOwn(state, *std::move(own));
  }
  ReadStatus(state, incident);
  ReadDescriptions(state, incident);
  ReadIodefTimes(state, incident, {});
  for (const IodefNode& child : incident.children) ReadIncidentChild(state, child);
  ReadDate(state);
  ResolveIodefPointers(state);
  ReportUntaken(state, incident);
  return FinishIncident(state, incident.path());
}

absl::StatusOr<std::vector<Imported>> ReadDocument(const IodefNode& document,
                                                   const ImportOptions& options) {
  const std::vector<const IodefNode*> incidents = IodefAll(document, "Incident");
  if (incidents.empty()) return InvalidArgument("there is no `Incident` in the document");
  if (incidents.size() > kIncidentsMax) {
    return ResourceExhausted(fmt::format("more than {} incidents", kIncidentsMax));
  }
  std::vector<Imported> all;
  std::uint64_t values = 0;
  for (const IodefNode* incident : incidents) {
    ASSIGN_OR_RETURN(
        std::vector<Imported> imported,
        ReadIncident(*incident, std::string(document.TextOf("lang")), options, values));
    if (all.empty() && document.Find("AdditionalData") != nullptr) {
      imported.front().report.not_mapped.push_back({"AdditionalData", "has no place in a record",
                                                    IodefAll(document, "AdditionalData").size(),
                                                    false});
    }
    std::move(imported.begin(), imported.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

absl::StatusOr<std::vector<Imported>> ImportIodefXml(BytesView xml, const ImportOptions& options) {
  ASSIGN_OR_RETURN(const auto document, ReadIodefXml(xml, options.limits));
  return ReadDocument(*document, options);
}

absl::StatusOr<std::vector<Imported>> ImportIodefJson(const JsonDocument& json,
                                                      const ImportOptions& options) {
  ASSIGN_OR_RETURN(const auto document, ReadIodefJson(json));
  return ReadDocument(*document, options);
}

}  // namespace renkei::formats
