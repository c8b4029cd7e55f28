#include "node/formats/misp_import.h"

#include <algorithm>

#include "node/formats/misp_split.h"
#include "node/formats/misp_state.h"
#include "node/formats/time_text.h"
#include "node/formats/uuid.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kAuthor = "the author's own knowledge: a record says who signed it";

constexpr std::array<KnownKey, 32> kEventKeys = {{
    {"uuid", ""},
    {"info", ""},
    {"date", ""},
    {"threat_level_id", ""},
    {"analysis", ""},
    {"distribution", ""},
    {"Tag", ""},
    {"Galaxy", ""},
    {"Attribute", ""},
    {"Object", ""},
    {"EventReport", ""},
    {"Org", kAuthor},
    {"Orgc", kAuthor},
    {"event_creator_email", kAuthor},
    {"user_id", kAuthor},
    {"CryptographicKey", kAuthor},
    {"protected", kAuthor},
    {"id", kMispServerNumber},
    {"org_id", kMispServerNumber},
    {"orgc_id", kMispServerNumber},
    {"sharing_group_id", kMispServerNumber},
    {"SharingGroup", "who may see it is said by circles"},
    {"attribute_count", kMispServerState},
    {"proposal_email_lock", kMispServerState},
    {"locked", kMispServerState},
    {"disable_correlation", kMispServerState},
    {"published", kMispServerState},
    {"publish_timestamp", "a record has its own times"},
    {"timestamp", "a record has its own times"},
    {"sighting_timestamp", "a record has its own times"},
    {"RelatedEvent", "found by its MISP server, not said by the author"},
    {"ShadowAttribute", "a proposal by another team"},
}};

constexpr std::array<KnownKey, 10> kReportKeys = {{
    {"name", ""},
    {"content", ""},
    {"deleted", ""},
    {"distribution", ""},
    {"uuid", "a report has no id of its own here"},
    {"id", kMispServerNumber},
    {"event_id", kMispServerNumber},
    {"sharing_group_id", kMispServerNumber},
    {"timestamp", "a record has its own times"},
    {"SharingGroup", "who may see it is said by circles"},
}};

absl::Status CheckDistribution(const MispState& state, const JsonNode& event) {
  const std::optional<JsonNode> member = event.Find("distribution");
  if (!member || member->IsVoid() || state.options.allow_org_only) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::int64_t level, member->LooseInteger());
  if (level != 0 && level != 4) return absl::OkStatus();
  return FailedPrecondition(fmt::format(
      "`{}`: {}, so publishing it would widen its audience; if your team may do that, allow "
      "organisation-only events",
      member->path(),
      level == 0 ? "0 says this event is for its author's organisation only"
                 : "4 says this event is for one MISP sharing group"));
}

absl::Status ReadDate(MispState& state, const JsonNode& event) {
  ASSIGN_OR_RETURN(const std::int64_t micros, TimeMember(state, event, "date"));
  if (micros == 0) return absl::OkStatus();
  constexpr std::int64_t kDayMicros = 86'400'000'000;
  state.draft.sections.mutable_summary()->set_date(micros / kDayMicros * 86'400);
  state.report.Mapped("Event.date");
  return absl::OkStatus();
}

absl::Status ReadLevels(MispState& state, const JsonNode& event) {
  ASSIGN_OR_RETURN(const std::string threat, TextMember(state, event, "threat_level_id"));
  if (threat == "1") state.draft.header.severity = policy::Severity::kHigh;
  if (threat == "2") state.draft.header.severity = policy::Severity::kMedium;
  if (threat == "3") state.draft.header.severity = policy::Severity::kLow;
  if (state.draft.header.severity != policy::Severity::kUnspecified) {
    state.report.Mapped("Event.threat_level_id");
  } else if (!threat.empty() && threat != "4" && threat != "0") {
    state.report.NotKept(event.path() + ".threat_level_id", "not 1 to 4");
  }

  ASSIGN_OR_RETURN(const std::string analysis, TextMember(state, event, "analysis"));
  if (analysis.empty()) return absl::OkStatus();
  if (analysis != "0" && analysis != "1" && analysis != "2") {
    state.report.NotKept(event.path() + ".analysis", "not 0 to 2");
    return absl::OkStatus();
  }
  state.draft.sections.mutable_summary()->set_analysis(
      static_cast<v1::AnalysisState>(analysis[0] - '0' + 1));
  state.report.Mapped("Event.analysis");
  return absl::OkStatus();
}

absl::Status ReadReport(MispState& state, const JsonNode& node) {
  if (!node.IsObject()) return node.WrongType("object");
  ASSIGN_OR_RETURN(const bool withheld, IsWithheld(state, node));
  if (withheld) return absl::OkStatus();
  ReportOtherKeys(state, node, kReportKeys);
  ASSIGN_OR_RETURN(const std::string name, TextMember(state, node, "name"));
  const std::optional<JsonNode> content_node = node.Find("content");
  std::string content;
  if (content_node) {
    ASSIGN_OR_RETURN(content, content_node->LooseText());
  }
  // A long report goes on in the next one.
  std::string_view rest = content;
  do {
    const std::string_view piece = CutUtf8(rest, record::kLongTextBytesMax);
    v1::Report& report = *state.draft.sections.mutable_summary()->add_reports();
    report.mutable_name()->set_value(name);
    report.mutable_content()->set_value(std::string(piece));
    rest.remove_prefix(piece.size());
  } while (!rest.empty());
  state.report.Mapped("Event.EventReport");
  return absl::OkStatus();
}

absl::Status ReadEventHead(MispState& state, const JsonNode& event) {
  RETURN_IF_ERROR(CheckDistribution(state, event));
  const std::optional<JsonNode> info_node = event.Find("info");
  if (!info_node) return event.Wrong("`info` is missing");
  ASSIGN_OR_RETURN(const std::string info, TextMember(state, event, "info", record::kTextBytesMax));
  if (!info.empty()) {
    state.draft.sections.mutable_summary()->add_title()->set_value(info);
    state.report.Mapped("Event.info");
  }
  ASSIGN_OR_RETURN(const Bytes uuid, UuidMember(state, event, "uuid"));
  state.draft.source_format = "misp";
  if (!uuid.empty()) {
    state.draft.source_id = UuidToText(uuid);
    state.report.Mapped("Event.uuid");
  }
  RETURN_IF_ERROR(ReadDate(state, event));
  RETURN_IF_ERROR(ReadLevels(state, event));
  return ReadEventTags(state, event);
}

template <class Read>
absl::Status ReadList(const JsonNode& event, std::string_view key, const Read& read) {
  const std::optional<JsonNode> list = event.Find(key);
  if (!list || list->IsVoid()) return absl::OkStatus();
  return list->ForEachItem(read);
}

policy::Kind KindOf(const MispState& state) {
  if (state.options.kind) return *state.options.kind;
  const bool is_incident = state.speaks_of_a_victim || state.draft.header.type != 0;
  return is_incident ? policy::Kind::kIncident : policy::Kind::kIndicators;
}

absl::StatusOr<std::vector<Imported>> ReadEvent(const JsonNode& event,
                                                const ImportOptions& options) {
  MispState state{.options = options};
  RETURN_IF_ERROR(ReadEventHead(state, event));
  ReportOtherKeys(state, event, kEventKeys);
  RETURN_IF_ERROR(ReadList(event, "Attribute", [&](const JsonNode& attribute) {
    return ReadAttribute(state, attribute, nullptr);
  }));
  RETURN_IF_ERROR(
      ReadList(event, "Object", [&](const JsonNode& object) { return ReadObject(state, object); }));
  RETURN_IF_ERROR(ReadList(event, "EventReport",
                           [&](const JsonNode& report) { return ReadReport(state, report); }));
  state.draft.header.kind = KindOf(state);

  std::vector<record::Draft> drafts = SplitIntoDrafts(state);
  std::vector<Imported> imported;
  const int parts = static_cast<int>(drafts.size());
  for (int part = 1; part <= parts; ++part) {
    record::Draft& draft = drafts[static_cast<std::size_t>(part - 1)];
    if (part > 1 && !state.draft.source_id.empty()) {
      draft.source_id = fmt::format("{}/{}", state.draft.source_id, part);
    }
    RETURN_IF_ERROR(Annotate(record::CheckSections(draft.sections), "imported event"));
    imported.push_back({std::move(draft), {}, part, parts});
  }
  imported[0].report = state.report.Take();
  return imported;
}

bool LooksLikeAnEvent(const JsonNode& node) {
  return node.IsObject() && node.Find("info") && (node.Find("Attribute") || node.Find("uuid"));
}

absl::Status ReadEventInto(const JsonNode& event, const ImportOptions& options,
                           std::vector<Imported>& out) {
  ASSIGN_OR_RETURN(std::vector<Imported> imported, ReadEvent(event, options));
  std::move(imported.begin(), imported.end(), std::back_inserter(out));
  return absl::OkStatus();
}

absl::Status ReadAny(const JsonNode& node, const ImportOptions& options, int wrappers_left,
                     std::vector<Imported>& out);

absl::Status ReadWrapped(const JsonNode& wrapper, std::string_view key,
                         const ImportOptions& options, int wrappers_left,
                         std::vector<Imported>& out) {
  const std::size_t before = out.size();
  const std::optional<JsonNode> inner = wrapper.Find(key);
  if (key == "Event" && inner->IsObject()) {
    RETURN_IF_ERROR(ReadEventInto(*inner, options, out));
  } else {
    RETURN_IF_ERROR(ReadAny(*inner, options, wrappers_left - 1, out));
  }
  if (out.size() == before) return absl::OkStatus();
  return wrapper.ForEachMember([&](std::string_view other, const JsonNode& member) {
    if (other != key && !member.IsVoid()) {
      out[before].report.not_mapped.push_back(
          {member.path(), "a key beside the event that is not known", 1, false});
    }
    return absl::OkStatus();
  });
}

// `wrappers_left` bounds how often an event may be wrapped: list, response, list, Event.
absl::Status ReadAny(const JsonNode& node, const ImportOptions& options, int wrappers_left,
                     std::vector<Imported>& out) {
  if (LooksLikeAnEvent(node)) return ReadEventInto(node, options, out);
  if (wrappers_left > 0 && node.IsArray()) {
    return node.ForEachItem(
        [&](const JsonNode& item) { return ReadAny(item, options, wrappers_left - 1, out); });
  }
  for (const std::string_view key : {"Event", "response"}) {
    if (wrappers_left > 0 && node.Find(key)) {
      return ReadWrapped(node, key, options, wrappers_left, out);
    }
  }
  if (!node.IsObject()) return node.WrongType("a MISP event");
  return node.Wrong("not a MISP event: neither `Event`, `response` nor `info` is in it");
}

}  // namespace

absl::StatusOr<std::vector<Imported>> ImportMisp(const JsonDocument& document,
                                                 const ImportOptions& options) {
  std::vector<Imported> imported;
  const JsonNode top = document.top();
  RETURN_IF_ERROR(ReadAny(top, options, 4, imported));
  if (imported.empty()) return InvalidArgument("there is no event in the file");
  return imported;
}

absl::StatusOr<std::vector<Imported>> ImportMisp(BytesView json, const ImportOptions& options) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(json, options.limits));
  return ImportMisp(document, options);
}

}  // namespace renkei::formats
