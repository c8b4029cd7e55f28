// IODEF v2 documents from what a node holds; the other direction of iodef_import.
//
// Each record is an Incident.  Beside the classes that IODEF has stands the record itself, as our
// own JSON, with the digest of those classes: a node of ours that finds them unchanged takes the
// record whole; everybody else reads the classes.
#include <algorithm>
#include <array>

#include "node/formats/export_iodef_parts.h"
#include "node/formats/iodef_state.h"
#include "node/formats/iodef_words.h"
#include "node/formats/record_json.h"
#include "node/formats/time_text.h"
#include "node/record/uri.h"

namespace renkei::formats {
namespace {

constexpr std::array<std::string_view, 17> kContactRoles = {
    "creator", "reporter",       "admin", "tech",   "provider",
    "user",    "billing",        "legal", "abuse",  "irt",
    "cc",      "cc-irt",         "leo",   "vendor", "vendor-support",
    "victim",  "victim-notified"};

std::string_view PurposeOf(policy::Kind kind) {
  if (kind == policy::Kind::kIncident) return "reporting";
  return kind == policy::Kind::kIndicators ? "watch" : "other";
}

std::string_view StatusOf(v1::AnalysisState state) {
  if (state == v1::ANALYSIS_STATE_INITIAL) return "new";
  if (state == v1::ANALYSIS_STATE_ONGOING) return "in-progress";
  return state == v1::ANALYSIS_STATE_COMPLETE ? "resolved" : "";
}

std::string TimeOf(std::int64_t seconds) {
  return seconds > 0 ? SecondsToText(seconds).value_or("") : "";
}

class IodefIncidentWriter {
 public:
  IodefIncidentWriter(const HeldRecord& record, const ExportOptions& options,
                      std::set<std::string>& ids, std::vector<LeftOut>& left_out)
      : record_(record),
        sections_(record.sections),
        author_(record.author.empty() ? options.community : record.author),
        values_(record, author_, ids, left_out),
        left_out_(left_out) {
    if (author_.empty()) author_ = "renkei";
    incident_.name = "Incident";
  }

  // In the order of the schema.
  IodefNode Write() {
    Head();
    Related();
    const bool dated = sections_.timeline().events().empty();
    if (dated) incident_.AddUnlessEmpty("StartTime", TimeOf(sections_.summary().date()));
    incident_.Add(
        "GenerationTime",
        SecondsToText(std::max<std::int64_t>(UnixSeconds(record_.issued), 1)).value_or(""));
    Descriptions();
    Assessment();
    Method();
    Contacts();
    Timeline();
    Expectations();
    Context();
    for (IodefNode& one : values_.TakeIndicators()) incident_.children.push_back(std::move(one));
    History();
    Reports();
    CountLeftOut();
    Extension();
    return std::move(incident_);
  }

 private:
  void Head() {
    incident_.Add("purpose", PurposeOf(record_.kind));
    incident_.AddUnlessEmpty("status", StatusOf(sections_.summary().analysis()));
    AddRestriction(record_.tlp, incident_);
    incident_.Add("IncidentID", record_.record_id_hex).Add("name", author_);
  }

  void Related() {
    IodefNode related;
    related.name = "RelatedActivity";
    for (const bool campaigns : {false, true}) {
      for (const v1::Actor& actor : sections_.techniques().actors()) {
        const auto kind = campaigns ? v1::ACTOR_KIND_CAMPAIGN : v1::ACTOR_KIND_THREAT_ACTOR;
        if (actor.kind() != kind || IodefText(actor.name()).empty()) continue;
        IodefNode& node = related.Add(campaigns ? "Campaign" : "ThreatActor");
        node.Add(campaigns ? "CampaignID" : "ThreatActorID", IodefText(actor.name()));
        for (const std::string& alias : actor.aliases()) {
          node.AddUnlessEmpty("Description", IodefText(alias));
        }
      }
    }
    if (!related.children.empty()) incident_.children.push_back(std::move(related));
  }

  // Titles first: the reader takes the first text of a language for it.
  void Descriptions() {
    const v1::Summary& summary = sections_.summary();
    for (const v1::Text& title : summary.title()) AddIodefText(incident_, "Description", title);
    for (const v1::Text& text : summary.description()) {
      AddIodefText(incident_, "Description", text);
    }
    for (const v1::Text& caveat : sections_.caveats().texts()) {
      v1::Text text = caveat;
      text.set_value("Caveat: " + caveat.value());
      AddIodefText(incident_, "Description", text);
    }
  }

  void Assessment() {
    const v1::Impact& impact = sections_.impact();
    const bool said = record_.type != 0 || record_.severity != policy::Severity::kUnspecified ||
                      sections_.summary().has_confidence() || !impact.effects().empty() ||
                      !impact.description().empty();
    if (!said) return;
    IodefNode& node = incident_.Add("Assessment");
    if (record_.type != 0) node.Add("IncidentCategory", policy::RsitWord(record_.type));
    Impacts(node);
    if (!sections_.summary().has_confidence()) return;
    node.Add("Confidence", std::to_string(sections_.summary().confidence()))
        .Add("rating", "numeric");
  }

  void Impacts(IodefNode& assessment) {
    const v1::Impact& impact = sections_.impact();
    std::string severity;
    if (record_.severity != policy::Severity::kUnspecified) {
      severity = record_.severity == policy::Severity::kCritical
                     ? "high"
                     : std::string(policy::ToWord(record_.severity));
    }
    constexpr std::string_view kIntended = "intended: ";
    for (std::string_view effect : impact.effects()) {
      const bool intended = effect.starts_with(kIntended);
      if (intended) effect.remove_prefix(kIntended.size());
      const bool system = !intended && IsSystemImpact(effect);
      IodefNode& node = assessment.Add(intended ? "IntendedImpact"
                                       : system ? "SystemImpact"
                                                : "BusinessImpact");
      node.AddUnlessEmpty("severity", severity);
      const bool known = system || IsBusinessImpact(effect);
      node.Add("type", known ? effect : "ext-value");
      if (!known) node.AddUnlessEmpty("ext-type", IodefText(effect));
    }
    if (!impact.effects().empty() && impact.description().empty()) return;
    IodefNode& node = assessment.Add("BusinessImpact");
    node.AddUnlessEmpty("severity", severity);
    node.Add("type", "unknown");
    for (const v1::Text& text : impact.description()) AddIodefText(node, "Description", text);
  }

  void Method() {
    IodefNode method;
    method.name = "Method";
    for (const v1::Technique& technique : sections_.techniques().techniques()) {
      if (technique.id().empty()) continue;
      std::string page = technique.id();
      std::replace(page.begin(), page.end(), '.', '/');
      IodefNode& reference = method.Add("Reference");
      const bool is_page = page.find_first_not_of("T0123456789/") == std::string::npos;
      if (technique.framework() == "mitre-attack" && is_page) {
        reference.Add("URL",
                      fmt::format("https://attack.mitre.org/techniques/{}/", IodefText(page)));
      }
      reference.Add("Description",
                    IodefText(fmt::format("{} {}", technique.id(), technique.name())));
    }
    for (const v1::Reference& one : sections_.references().references()) {
      IodefNode reference;
      reference.name = "Reference";
      const bool is_url = record::ParseUri(one.url()).has_value();
      reference.AddUnlessEmpty(is_url ? "URL" : "Description", IodefText(one.url()));
      reference.AddUnlessEmpty("Description", IodefText(one.external_id()));
      AddIodefText(reference, "Description", one.description());
      if (!reference.children.empty()) method.children.push_back(std::move(reference));
    }
    for (const v1::Technique& technique : sections_.techniques().techniques()) {
      if (technique.id().empty()) method.AddUnlessEmpty("Description", IodefText(technique.name()));
    }
    if (!method.children.empty()) incident_.children.push_back(std::move(method));
  }

  // At least one: who stands for the record.
  void Contacts() {
    IodefNode& author = incident_.Add("Contact");
    author.Add("role", "creator");
    author.Add("type", "organization");
    author.Add("ContactName", author_);
    for (const v1::ContactPoint& point : sections_.contact().points()) {
      const bool known = std::find(kContactRoles.begin(), kContactRoles.end(), point.role()) !=
                         kContactRoles.end();
      IodefNode node;
      node.name = "Contact";
      node.Add("role", known ? std::string_view(point.role()) : "ext-value");
      if (!known) node.AddUnlessEmpty("ext-role", IodefText(point.role()));
      node.Add("type", "organization");
      node.AddUnlessEmpty("ContactName", IodefText(point.name()));
      AddIodefText(node, "Description", point.comment());
      if (!IodefText(point.email()).empty())
        node.Add("Email").Add("EmailTo", IodefText(point.email()));
      if (!IodefText(point.phone()).empty()) {
        node.Add("Telephone").Add("TelephoneNumber", IodefText(point.phone()));
      }
      incident_.children.push_back(std::move(node));
    }
  }

  void Timeline() {
    constexpr std::pair<std::string_view, std::string_view> kPhases[] = {
        {"occurred", "StartTime"},
        {"detected", "DetectTime"},
        {"reported", "ReportTime"},
        {"recovered", "RecoveryTime"},
        {"ended", "EndTime"}};
    for (const v1::Event& event : sections_.timeline().events()) {
      const auto* found = std::find_if(std::begin(kPhases), std::end(kPhases),
                                       [&](const auto& row) { return row.first == event.phase(); });
      const bool known = found != std::end(kPhases) || event.phase().empty();
      v1::Text what = event.what();
      if (!known) what.set_value(fmt::format("{}: {}", event.phase(), what.value()));
      IodefNode node;
      node.name = "EventData";
      AddIodefText(node, "Description", what);
      node.AddUnlessEmpty(found == std::end(kPhases) ? "StartTime" : found->second,
                          TimeOf(event.time()));
      if (!node.children.empty()) incident_.children.push_back(std::move(node));
    }
  }

  static bool IsDone(const v1::Action& action) {
    return action.state() == "done" && action.time() > 0;
  }

  static void PutAction(IodefNode& node, const v1::Action& action) {
    const bool known = IsIodefAction(action.type());
    node.Add("action", known ? std::string_view(action.type()) : "ext-value");
    if (!known) node.AddUnlessEmpty("ext-action", IodefText(action.type()));
  }

  // Apart from what was seen: what is asked for here is said of no system.
  void Expectations() {
    IodefNode event;
    event.name = "EventData";
    for (const v1::Action& action : sections_.response().actions()) {
      if (IsDone(action)) continue;
      IodefNode& node = event.Add("Expectation");
      PutAction(node, action);
      AddIodefText(node, "Description", action.description());
      node.AddUnlessEmpty("StartTime", TimeOf(action.time()));
    }
    if (!event.children.empty()) incident_.children.push_back(std::move(event));
  }

  void Context() {
    IodefNode event;
    event.name = "EventData";
    std::vector<IodefNode> context = values_.TakeContext();
    const auto others = std::find_if(context.begin(), context.end(), [](const IodefNode& node) {
      return node.name == "AdditionalData";
    });
    std::move(context.begin(), others, std::back_inserter(event.children));
    for (const v1::Excerpt& excerpt : sections_.log_excerpts().excerpts()) {
      if (IodefText(excerpt.text()).empty()) continue;
      IodefNode& record = event.Add("RecordData");
      AddIodefText(record, "Description", excerpt.comment());
      const std::string source = IodefText(excerpt.source());
      if (!source.empty()) record.Add("Application").Add("Description", source);
      record.Add("RecordItem", IodefText(excerpt.text())).Add("dtype", "string");
    }
    std::move(others, context.end(), std::back_inserter(event.children));
    if (!event.children.empty()) incident_.children.push_back(std::move(event));
  }

  void History() {
    IodefNode history;
    history.name = "History";
    for (const v1::Action& action : sections_.response().actions()) {
      if (!IsDone(action)) continue;
      IodefNode& item = history.Add("HistoryItem");
      PutAction(item, action);
      item.Add("DateTime", TimeOf(action.time()));
      AddIodefText(item, "Description", action.description());
    }
    if (!history.children.empty()) incident_.children.push_back(std::move(history));
  }

  void Reports() {
    for (const v1::Report& report : sections_.summary().reports()) {
      const std::string content = IodefText(report.content().value());
      if (content.empty()) continue;
      IodefNode& node = incident_.Add("AdditionalData", content);
      node.AddUnlessEmpty("name", IodefText(report.name().value()));
      node.Add("dtype", "string");
      node.Add("meaning", "report");
    }
  }

  void CountLeftOut() {
    const auto count = [&](std::string_view what, int times) {
      LeaveOut(left_out_, fmt::format("{}: in our extension alone", what),
               static_cast<std::uint64_t>(times));
    };
    const v1::Indicators& values = sections_.indicators();
    count("relationships", values.relationships_size());
    count("sightings", values.sightings_size());
    count("labels", sections_.summary().labels_size());
    count("attachments", sections_.attachments().attachments_size());
    count("what is said of a victim", sections_.has_victim() ? 1 : 0);
    const auto& actors = sections_.techniques().actors();
    count("malware and tools",
          static_cast<int>(std::count_if(actors.begin(), actors.end(), [](const v1::Actor& actor) {
            return actor.kind() != v1::ACTOR_KIND_THREAT_ACTOR &&
                   actor.kind() != v1::ACTOR_KIND_CAMPAIGN;
          })));
  }

  void Extension() {
    record::Draft draft;
    draft.header.kind = record_.kind;
    draft.header.tlp = record_.tlp;
    draft.header.pap = record_.pap;
    draft.header.severity = record_.severity;
    draft.header.type = record_.type;
    draft.header.tags = record_.tags;
    draft.sections = sections_;
    const std::string digest = IodefDigestHex(incident_, nullptr);
    IodefNode& node = incident_.Add("AdditionalData", ToText(ToJson(draft)));
    node.Add("name", kIodefExtension);
    node.Add("dtype", "json");
    node.Add("formatid", "sha256:" + digest);
  }

  const HeldRecord& record_;
  const v1::Sections& sections_;
  std::string author_;
  IodefValueWriter values_;
  std::vector<LeftOut>& left_out_;
  IodefNode incident_{};
};

IodefNode IodefDocument(const HeldRecords& records, const ExportOptions& options,
                        Exported& exported) {
  IodefNode document;
  document.name = kIodefTop;
  document.Add("lang", "und");  // texts say their own
  std::set<std::string> ids;
  records.ForEach([&](const HeldRecord& record) {
    if (!MayExport(record, options, exported.left_out)) return;
    IodefIncidentWriter writer(record, options, ids, exported.left_out);
    document.children.push_back(writer.Write());
    ++exported.written;
  });
  return document;
}

}  // namespace

// No record at all is no document: IODEF has at least one incident.
Exported ExportIodef(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  IodefNode document = IodefDocument(records, options, exported);
  document.children.insert(document.children.begin(), IodefNode{.name = "version", .text = "2.00"});
  if (exported.written > 0) exported.text = WriteIodefXml(document);
  return exported;
}

Exported ExportIodefJson(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  IodefNode document = IodefDocument(records, options, exported);
  document.children.insert(document.children.begin(), IodefNode{.name = "version", .text = "2.0"});
  if (exported.written > 0) exported.text = WriteIodefJson(document);
  return exported;
}

}  // namespace renkei::formats
