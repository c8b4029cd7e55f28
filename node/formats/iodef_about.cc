// What IODEF says about an incident: methods, impacts, relations, times, actions.
#include <algorithm>

#include "node/base/encoding.h"
#include "node/formats/iodef_state.h"
#include "node/formats/iodef_words.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kAttackUrl = "https://attack.mitre.org/techniques/";
constexpr std::size_t kShortText = 300;  // a name, not a story

bool IsShort(std::string_view text) {
  return !text.empty() && text.size() <= kShortText && text.find('\n') == std::string_view::npos;
}

// `CVE-2026-1234`, `CWE-79`: letters, a dash, then digits and dashes.
bool IsPublicId(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || dash < 2 || dash > 12 || dash + 1 == text.size()) {
    return false;
  }
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_number = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dash), is_letter) &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dash), text.end(), is_number);
}

// `T1566`, `T1566.002`.
bool IsAttackId(std::string_view text) {
  if (text.size() != 5 && text.size() != 9) return false;
  if (text.front() != 'T' || (text.size() == 9 && text[5] != '.')) return false;
  return std::all_of(text.begin() + 1, text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

// The id in `.../techniques/T1566/002/`; "" if the address is another.
std::string TechniqueIdOf(std::string_view url) {
  if (!url.starts_with(kAttackUrl)) return "";
  std::string id(url.substr(kAttackUrl.size()));
  while (!id.empty() && id.back() == '/') id.pop_back();
  std::replace(id.begin(), id.end(), '/', '.');
  return IsAttackId(id) ? id : "";
}

bool HasRoom(IodefState& state, int used, const IodefNode& node) {
  if (used < static_cast<int>(record::kItemsMax)) return true;
  state.made.report.NotKept(node.path(), "more than a record can hold of its kind");
  return false;
}

void AddIodefTechnique(IodefState& state, std::string_view framework, std::string_view id,
                       std::string_view name) {
  if (!state.said.insert(fmt::format("technique\n{}\n{}", id, name)).second) return;
  v1::Technique& technique = *state.made.draft.sections.mutable_techniques()->add_techniques();
  technique.set_framework(std::string(framework));
  technique.set_id(std::string(id));
  technique.set_name(std::string(name));
}

void AddIodefReference(IodefState& state, v1::Reference reference) {
  const std::string key = fmt::format("{}\n{}\n{}\n{}", reference.source(), reference.url(),
                                      reference.external_id(), reference.description().value());
  if (!state.said.insert("reference\n" + key).second) return;
  *state.made.draft.sections.mutable_references()->add_references() = std::move(reference);
}

std::string SourceOfId(std::string_view id) {
  return IsPublicId(id) ? AsciiLower(id.substr(0, id.find('-'))) : std::string();
}

// AttackPattern, Vulnerability, Weakness of the SCI extension (RFC 7203).
void ReadStructured(IodefState& state, const IodefNode& node) {
  const std::string id = IodefTake(node, "ContentID");
  IodefTake(node, "SpecID");
  for (const IodefNode* reference : IodefAll(node, "Reference")) {
    ReadIodefReference(state, *reference);
  }
  if (id.empty() || id.size() > kMispNameBytesMax) return;
  if (node.name == "AttackPattern") {
    AddIodefTechnique(state, IsAttackId(id) ? "mitre-attack" : SourceOfId(id), id, "");
    return;
  }
  v1::Reference reference;
  reference.set_source(SourceOfId(id));
  reference.set_external_id(id);
  AddIodefReference(state, std::move(reference));
}

void TightenSeverity(IodefState& state, const IodefNode& impact) {
  const std::string word = IodefTake(impact, "severity");
  const auto severity = policy::SeverityFromWord(word);
  if (!severity) return;
  auto& header = state.made.draft.header.severity;
  header = std::max(header, *severity);
}

void AddEffect(IodefState& state, std::string effect) {
  if (!state.said.insert("effect\n" + effect).second) return;
  state.made.draft.sections.mutable_impact()->add_effects(std::move(effect));
}

void ReadImpact(IodefState& state, const IodefNode& node) {
  TightenSeverity(state, node);
  std::string type = IodefTake(node, "type");
  if (type == "ext-value") type = IodefTake(node, "ext-type");
  if (type.size() > kMispNameBytesMax) type.clear();
  if (!type.empty() && type != "unknown") {
    AddEffect(state, node.name == "IntendedImpact" ? "intended: " + type : type);
  }
  const std::string completion = IodefTake(node, "completion");
  if (!completion.empty()) IodefAddLabel(state, "completion", completion);
  for (const IodefNode* description : IodefAll(node, "Description")) {
    *state.made.draft.sections.mutable_impact()->add_description() =
        IodefTextOf(state, *description);
  }
}

// Downtime as an ISO 8601 duration.
void ReadTimeImpact(IodefState& state, const IodefNode& node) {
  if (node.TextOf("metric") != "downtime") return;
  const std::string_view unit = node.TextOf("duration");
  const std::string_view value = node.text;
  const bool number = !value.empty() && value.size() <= 20 &&
                      value.find_first_not_of("0123456789.") == std::string_view::npos;
  std::string duration;
  if (unit.empty() || unit == "hour") duration = fmt::format("PT{}H", value);
  if (unit == "second") duration = fmt::format("PT{}S", value);
  if (unit == "minute") duration = fmt::format("PT{}M", value);
  if (unit == "day") duration = fmt::format("P{}D", value);
  if (unit == "month") duration = fmt::format("P{}M", value);
  if (unit == "year") duration = fmt::format("P{}Y", value);
  v1::Impact& impact = *state.made.draft.sections.mutable_impact();
  if (!number || duration.empty() || !impact.downtime().empty()) return;
  impact.set_downtime(duration);
  node.taken = true;
  IodefTake(node, "metric");
  IodefTake(node, "duration");
  TightenSeverity(state, node);
}

void ReadMoney(IodefState& state, const IodefNode& node) {
  v1::Impact& impact = *state.made.draft.sections.mutable_impact();
  if (!impact.money().empty() || node.text.size() > kMispNameBytesMax) return;
  node.taken = true;
  const std::string currency = IodefTake(node, "currency");
  impact.set_money(currency.empty() ? node.text : fmt::format("{} {}", node.text, currency));
  TightenSeverity(state, node);
}

void ReadCategory(IodefState& state, const IodefNode& node) {
  std::string word = AsciiLower(node.text);
  if (word.starts_with("rsit:")) word.erase(0, 5);
  const auto type = policy::RsitFromWord(word);
  node.taken = true;
  if (type && state.made.draft.header.type == 0) {
    state.made.draft.header.type = *type;
  } else {
    IodefAddLabel(state, "category", node.text);
  }
}

// Name first, then aliases; longer texts become a report.
void ReadActor(IodefState& state, const IodefNode& node, v1::ActorKind kind, std::string_view id) {
  std::vector<std::string> names;
  for (const IodefNode* name : IodefAll(node, id)) {
    name->taken = true;
    names.push_back(name->text);
  }
  for (const IodefNode* description : IodefAll(node, "Description")) {
    v1::Text text = IodefTextOf(state, *description);
    if (IsShort(text.value())) {
      names.push_back(text.value());
    } else {
      IodefAddReport(state, node.name, std::move(text));
    }
  }
  for (const IodefNode* url : IodefAll(node, "URL")) {
    url->taken = true;
    v1::Reference reference;
    reference.set_url(std::string(CutUtf8(url->text, record::kTextBytesMax)));
    AddIodefReference(state, std::move(reference));
  }
  v1::Techniques& section = *state.made.draft.sections.mutable_techniques();
  if (names.empty() || !HasRoom(state, section.actors_size(), node)) return;
  v1::Actor& actor = *section.add_actors();
  actor.set_kind(kind);
  for (std::string& name : names) {
    name = std::string(CutUtf8(name, kMispNameBytesMax));
    if (actor.name().empty()) {
      actor.set_name(name);
    } else if (name != actor.name()) {
      actor.add_aliases(name);
    }
  }
}

v1::Action* NewAction(IodefState& state, const IodefNode& node, std::string_view done) {
  v1::Response& section = *state.made.draft.sections.mutable_response();
  if (!HasRoom(state, section.actions_size(), node)) return nullptr;
  v1::Action& action = *section.add_actions();
  std::string type = IodefTake(node, "action");
  if (type == "ext-value") type = IodefTake(node, "ext-action");
  action.set_type(std::string(CutUtf8(type.empty() ? "other" : type, kMispNameBytesMax)));
  action.set_state(std::string(done));
  v1::Text what = IodefDescription(state, node);
  for (const IodefNode* coa : IodefAll(node, "DefinedCOA")) {
    coa->taken = true;
    what.set_value(what.value().empty() ? coa->text : what.value() + "\n" + coa->text);
  }
  what.set_value(std::string(CutUtf8(what.value(), record::kLongTextBytesMax)));
  if (!what.value().empty()) *action.mutable_description() = std::move(what);
  return &action;
}

}  // namespace

void ReadIodefReference(IodefState& state, const IodefNode& node) {
  v1::Reference reference;
  std::vector<std::string> urls;
  for (const IodefNode* url : IodefAll(node, "URL")) {
    url->taken = true;
    urls.emplace_back(CutUtf8(url->text, record::kTextBytesMax));
  }
  if (const IodefNode* name = node.Find("ReferenceName")) {
    reference.set_external_id(std::string(CutUtf8(IodefTake(*name, "ID"), kMispNameBytesMax)));
    const std::string index = IodefTake(*name, "specIndex");
    reference.set_source(SourceOfId(reference.external_id()));
    if (reference.source().empty() && index.size() <= 20) reference.set_source("iana:" + index);
  }
  v1::Text text = IodefDescription(state, node);
  const std::string technique = urls.empty()
                                    ? std::string(text.value().substr(0, text.value().find(' ')))
                                    : TechniqueIdOf(urls.front());
  if (IsAttackId(technique) && urls.size() <= 1 && reference.external_id().empty()) {
    std::string_view name = text.value();
    if (name.starts_with(technique)) name.remove_prefix(technique.size());
    AddIodefTechnique(state, "mitre-attack", technique,
                      CutUtf8(TrimmedText(name), kMispNameBytesMax));
    return;
  }
  if (reference.external_id().empty() && IsPublicId(text.value())) {
    reference.set_external_id(text.value());
    reference.set_source(SourceOfId(text.value()));
    text.Clear();
  }
  if (!text.value().empty()) *reference.mutable_description() = text;
  if (!urls.empty()) reference.set_url(urls.front());
  if (reference.ByteSizeLong() > 0) AddIodefReference(state, std::move(reference));
  for (std::size_t i = 1; i < urls.size(); ++i) {
    v1::Reference further;
    further.set_url(urls[i]);
    AddIodefReference(state, std::move(further));
  }
}

void ReadIodefMethod(IodefState& state, const IodefNode& node) {
  for (const IodefNode& child : node.children) {
    if (child.name == "Reference") ReadIodefReference(state, child);
    if (child.name == "AttackPattern" || child.name == "Vulnerability" ||
        child.name == "Weakness") {
      ReadStructured(state, child);
    }
    if (child.name != "Description") continue;
    v1::Text text = IodefTextOf(state, child);
    if (IsShort(text.value())) {
      AddIodefTechnique(state, "", "", text.value());
    } else {
      IodefAddReport(state, "Method", std::move(text));
    }
  }
}

void ReadIodefAssessment(IodefState& state, const IodefNode& node) {
  const std::string occurrence = IodefTake(node, "occurrence");
  if (occurrence == "potential") IodefAddLabel(state, "occurrence", occurrence);
  if (const auto confidence = IodefConfidence(state, node)) {
    state.made.draft.sections.mutable_summary()->set_confidence(*confidence);
  }
  for (const IodefNode& child : node.children) {
    if (child.name == "IncidentCategory") ReadCategory(state, child);
    if (child.name == "SystemImpact" || child.name == "BusinessImpact" ||
        child.name == "IntendedImpact") {
      ReadImpact(state, child);
    }
    if (child.name == "TimeImpact") ReadTimeImpact(state, child);
    if (child.name == "MonetaryImpact") ReadMoney(state, child);
    if (child.name == "Cause" || child.name == "MitigatingFactor") {
      IodefAddReport(state, child.name, IodefTextOf(state, child));
    }
  }
}

void ReadIodefRelated(IodefState& state, const IodefNode& node) {
  for (const IodefNode& child : node.children) {
    if (child.name == "ThreatActor") {
      ReadActor(state, child, v1::ACTOR_KIND_THREAT_ACTOR, "ThreatActorID");
    } else if (child.name == "Campaign") {
      ReadActor(state, child, v1::ACTOR_KIND_CAMPAIGN, "CampaignID");
    } else if (child.name == "IncidentID" || child.name == "IndicatorID" || child.name == "URL") {
      child.taken = true;
      v1::Reference reference;
      const std::string text(CutUtf8(child.text, record::kTextBytesMax));
      if (child.name == "URL") {
        reference.set_url(text);
      } else {
        reference.set_external_id(text);
        reference.set_source(std::string(CutUtf8(IodefTake(child, "name"), kMispNameBytesMax)));
      }
      AddIodefReference(state, std::move(reference));
    } else if (child.name == "Description") {
      IodefAddReport(state, "Related activity", IodefTextOf(state, child));
    }
  }
}

void ReadIodefDiscovery(IodefState& state, const IodefNode& node) {
  std::string source = IodefTake(node, "source");
  if (source == "ext-value") source = IodefTake(node, "ext-source");
  if (source != "unknown") IodefAddLabel(state, "discovery", source);
  IodefAddReport(state, "Discovery", IodefDescription(state, node));
  for (const IodefNode* pattern : IodefAll(node, "DetectionPattern")) {
    ReadIodefDetection(state, *pattern, {});
  }
}

void ReadIodefDetection(IodefState& state, const IodefNode& node, const v1::Text& comment) {
  std::string language;
  if (const IodefNode* application = node.Find("Application")) {
    language = IodefDescription(state, *application).value();
    if (language.empty()) {
      if (const IodefNode* said = application->Find("SoftwareReference")) {
        said->taken = true;
        language = said->text;
      }
    }
  }
  std::vector<const IodefNode*> bodies = IodefAll(node, "DetectionConfiguration");
  for (const IodefNode* description : IodefAll(node, "Description")) bodies.push_back(description);
  for (const IodefNode* body : bodies) {
    v1::DetectionRules& section = *state.made.draft.sections.mutable_detection_rules();
    if (body->text.size() > record::kLongTextBytesMax) {
      state.made.report.NotKept(body->path(), "a rule that is too long for a record");
      body->taken = true;
      continue;
    }
    if (!HasRoom(state, section.rules_size(), *body)) continue;
    v1::Rule& rule = *section.add_rules();
    rule.set_language(std::string(CutUtf8(language.empty() ? "other" : language, 64)));
    rule.set_body(IodefTextOf(state, *body).value());
    if (!comment.value().empty()) *rule.mutable_comment() = comment;
  }
}

void ReadIodefHistory(IodefState& state, const IodefNode& node) {
  for (const IodefNode* item : IodefAll(node, "HistoryItem")) {
    v1::Action* action = NewAction(state, *item, "done");
    if (action == nullptr) continue;
    const auto time = IodefTime(state, *item, "DateTime");
    if (time) action->set_time(*time / 1'000'000);
  }
}

void ReadIodefExpectation(IodefState& state, const IodefNode& node) {
  v1::Action* action = NewAction(state, node, "proposed");
  if (action == nullptr) return;
  const auto time = IodefTime(state, node, "StartTime");
  if (time) action->set_time(*time / 1'000'000);
}

void ReadIodefTimes(IodefState& state, const IodefNode& node, v1::Text what) {
  constexpr std::pair<std::string_view, std::string_view> kTimes[] = {{"StartTime", "occurred"},
                                                                      {"DetectTime", "detected"},
                                                                      {"ReportTime", "reported"},
                                                                      {"RecoveryTime", "recovered"},
                                                                      {"EndTime", "ended"}};
  v1::Timeline& timeline = *state.made.draft.sections.mutable_timeline();
  for (const auto& [name, phase] : kTimes) {
    const auto time = IodefTime(state, node, name);
    if (!time || !HasRoom(state, timeline.events_size(), node)) continue;
    v1::Event& event = *timeline.add_events();
    event.set_time(*time / 1'000'000);
    event.set_phase(std::string(phase));
    if (!what.value().empty()) *event.mutable_what() = std::move(what);
    what.Clear();
  }
  if (what.value().empty() || !HasRoom(state, timeline.events_size(), node)) return;
  v1::Event& event = *timeline.add_events();
  event.set_phase("occurred");
  *event.mutable_what() = std::move(what);
}

}  // namespace renkei::formats
