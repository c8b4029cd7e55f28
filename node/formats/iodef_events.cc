// Events and indicators of IODEF: what is context, and what may be acted on.
#include <algorithm>

#include "node/base/encoding.h"
#include "node/formats/iodef_state.h"
#include "node/formats/iodef_words.h"
#include "node/formats/time_text.h"
#include "node/formats/uuid.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kNamesPeople = "names people; a record says who signed it";
constexpr std::string_view kContextMeaning = "context";

// Reads one class of values, whatever holds it; false if it is none.
bool ReadValues(IodefState& state, const IodefNode& node, const IodefContext& context) {
  using Read = void (*)(IodefState&, const IodefNode&, const IodefContext&);
  constexpr std::pair<std::string_view, Read> kReaders[] = {
      {"Address", &ReadIodefAddress},
      {"DomainData", &ReadIodefDomain},
      {"Service", &ReadIodefService},
      {"EmailData", &ReadIodefEmail},
      {"FileData", &ReadIodefFiles},
      {"WindowsRegistryKeysModified", &ReadIodefRegistry},
      {"CertificateData", &ReadIodefCertificates},
      {"RecordData", &ReadIodefRecordData},
      {"BulkObservable", &ReadIodefBulk}};
  const std::size_t before = state.made.units.size();
  const auto* found = std::find_if(std::begin(kReaders), std::end(kReaders),
                                   [&](const auto& row) { return row.first == node.name; });
  if (node.name == "System") {
    ReadIodefSystem(state, node, context);
  } else if (found != std::end(kReaders)) {
    found->second(state, node, context);
  } else {
    return false;
  }
  if (const IodefNode* id = node.Find("observable-id")) {
    std::vector<std::size_t>& units = state.units_by_id[id->text];
    for (std::size_t i = before; i < state.made.units.size(); ++i) units.push_back(i);
  }
  return true;
}

// A value that no class is for, under our own word for its type; false for anybody else's data.
bool ReadOwnValue(IodefState& state, const IodefNode& node, IodefContext context) {
  const std::string_view word = node.TextOf("name");
  const auto type = IndicatorFromWord(word);
  if (type == v1::INDICATOR_TYPE_UNSPECIFIED || node.text.empty()) return false;
  if (node.TextOf("meaning") == kContextMeaning) context.actionable = false;
  node.taken = true;
  for (const std::string_view known : {"name", "meaning"}) IodefTake(node, known);
  IodefThing thing{.name = std::string(word)};
  AddIodefValue(state, thing, context, word, type, node.text, node.path());
  FinishIodefThing(state, std::move(thing), context);
  return true;
}

bool AsksToBlock(const IodefNode& event) {
  for (const IodefNode& child : event.children) {
    if (child.name != "Expectation") continue;
    const std::string_view action = child.TextOf("action");
    if (action == "block-host" || action == "block-network") return true;
  }
  return false;
}

void ReadObservable(IodefState& state, const IodefNode& node, const IodefContext& context) {
  for (const IodefNode& child : node.children) {
    if (ReadValues(state, child, context)) continue;
    if (child.name == "Reference") ReadIodefReference(state, child);
    if (child.name == "Assessment") ReadIodefAssessment(state, child);
    if (child.name == "Expectation") ReadIodefExpectation(state, child);
    if (child.name == "EventData") ReadIodefEvent(state, child);
    if (child.name == "DetectionPattern") {
      ReadIodefDetection(state, child, context.base.comment());
    }
    if (child.name == "AdditionalData") ReadOwnValue(state, child, context);
    if (child.name != "RegistryHandle") continue;
    child.taken = true;
    IodefThing thing{.name = "registry-handle"};
    IodefContext handle = context;
    handle.actionable = false;
    handle.base.set_source_type("registry-handle");
    AddIodefValue(state, thing, handle, "handle", v1::INDICATOR_TYPE_OTHER, child.text,
                  child.path());
    FinishIodefThing(state, std::move(thing), handle);
  }
}

// Any of some values is each of them; all of some is no reason to act on one.
void ReadExpression(IodefState& state, const IodefNode& node, IodefContext context) {
  const std::string said = IodefTake(node, "operator");
  const std::string word = said.empty() ? "and" : said;
  const std::size_t parts = static_cast<std::size_t>(
      std::count_if(node.children.begin(), node.children.end(), [](const IodefNode& child) {
        return child.name != "Confidence" && child.name != "AdditionalData" &&
               (!IsIodefAttribute(child.name) || child.name == "uid-ref");
      }));
  if (word != "or" && (word != "and" || parts > 1)) {
    context.actionable = false;
    state.made.report.Note(fmt::format("{}: `{}` of observables is kept as context, not as a rule",
                                       Printable(node.path(), 120), Printable(word, 20)));
  }
  for (const IodefNode& child : node.children) {
    if (child.name == "Observable") ReadObservable(state, child, context);
    if (child.name == "IndicatorExpression") ReadExpression(state, child, context);
    if (child.name == "uid-ref" || child.name == "ObservableReference") {
      const std::string id = child.name == "uid-ref" ? child.text : IodefTake(child, "uid-ref");
      child.taken = true;
      if (context.actionable) state.pointed_at.emplace_back(id, child.path());
    }
  }
}

// Ids of ours are UUIDs behind a letter: an xs:ID begins with none of its digits.
Bytes UuidOfId(std::string_view id) {
  for (const std::size_t skip : {std::size_t{0}, std::size_t{1}}) {
    if (id.size() <= skip) break;
    if (auto uuid = UuidFromText(id.substr(skip))) return *uuid;
  }
  return {};
}

void ReadRoles(const IodefNode& node, IodefContext& context) {
  for (const IodefNode* role : IodefAll(node, "NodeRole")) {
    const std::string word = IodefTake(*role, "category");
    if (const v1::Role said = RoleOfNodeRole(word); said != v1::ROLE_UNSPECIFIED) {
      context.base.set_role(said);
    } else if (!word.empty() && word.size() <= kMispNameBytesMax) {
      context.base.add_labels(fmt::format("iodef:node-role=\"{}\"", word));
    }
  }
}

void ReadPhases(const IodefNode& node, IodefContext& context) {
  for (const IodefNode* phase : IodefAll(node, "AttackPhase")) {
    for (const IodefNode* id : IodefAll(*phase, "AttackPhaseID")) {
      id->taken = true;
      v1::KillChainPhase& said = *context.base.add_phases();
      const std::size_t colon = id->text.find(':');
      const bool named = colon != std::string::npos && colon > 0;
      said.set_chain(std::string(CutUtf8(named ? id->text.substr(0, colon) : "iodef", 512)));
      said.set_phase(std::string(CutUtf8(named ? id->text.substr(colon + 1) : id->text, 512)));
    }
  }
}

// Lines of a pair: `evil.example 198.51.100.7 2026-09-14T00:00:00Z`, by spaces, commas or bars.
std::vector<std::string_view> FieldsOf(std::string_view line) {
  constexpr std::string_view kBetween = " \t,;|";
  std::vector<std::string_view> fields;
  while (!line.empty()) {
    const std::size_t start = line.find_first_not_of(kBetween);
    if (start == std::string_view::npos) break;
    line.remove_prefix(start);
    const std::size_t end = std::min(line.find_first_of(kBetween), line.size());
    fields.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return fields;
}

struct BulkKind {
  std::string type{};
  v1::IndicatorType plain = v1::INDICATOR_TYPE_UNSPECIFIED;  // of one value a line
  bool names_and_addresses = false;
  bool address_and_port = false;
};

BulkKind BulkKindOf(const IodefNode& node) {
  BulkKind kind;
  kind.type = IodefTake(node, "type");
  if (kind.type == "ext-value") kind.type = IodefTake(node, "ext-type");
  kind.plain = IodefTypeOf(IodefBulkTypes(), kind.type);
  if (kind.plain == v1::INDICATOR_TYPE_UNSPECIFIED) kind.plain = IndicatorFromWord(kind.type);
  kind.names_and_addresses = kind.type.starts_with("domain-to-");
  kind.address_and_port = kind.type == "ipv4-port" || kind.type == "ipv6-port";
  return kind;
}

v1::IndicatorType BulkTypeOf(const BulkKind& kind, std::string& value) {
  if (kind.plain == v1::INDICATOR_TYPE_DOMAIN) {
    const auto type = NameTypeOf(value);
    return type == v1::INDICATOR_TYPE_UNSPECIFIED ? v1::INDICATOR_TYPE_DOMAIN : type;
  }
  if (kind.type == "file-hash") {
    const std::string hex = HashHexOf(value);
    if (!hex.empty()) value = hex;
    return hex.empty() ? v1::INDICATOR_TYPE_OTHER_HASH : HashTypeOf("", hex.size());
  }
  if (kind.type.starts_with("ipv")) {
    const auto type = AddressTypeOf(value);
    if (type != v1::INDICATOR_TYPE_UNSPECIFIED) return type;
  }
  return kind.plain;
}

void ReadBulkLine(IodefState& state, const BulkKind& kind, std::string_view line,
                  IodefContext context, const std::string& place) {
  if (kind.names_and_addresses || kind.address_and_port) {
    const std::vector<std::string_view> fields = FieldsOf(line);
    IodefThing thing{.name = kind.address_and_port ? "ip-port" : "domain-ip"};
    if (fields.size() > 2) {
      context.base.set_first_seen_us(MicrosFromText(fields[2]).value_or(0));
    }
    for (std::size_t i = 0; i < fields.size() && i < 2; ++i) {
      v1::IndicatorType type = AddressTypeOf(fields[i]);
      if (kind.address_and_port && i == 1) type = v1::INDICATOR_TYPE_PORT;
      if (kind.names_and_addresses && i == 0) type = NameTypeOf(fields[i]);
      const std::string_view relation =
          kind.address_and_port ? (i == 0 ? "ip" : "dst-port") : (i == 0 ? "domain" : "ip");
      AddIodefValue(state, thing, context, relation, type, fields[i], place);
    }
    FinishIodefThing(state, std::move(thing), context);
    return;
  }
  std::string value(TrimmedText(line));
  const v1::IndicatorType type = BulkTypeOf(kind, value);
  IodefThing thing{.name = kind.type};
  if (type == v1::INDICATOR_TYPE_UNSPECIFIED || type == v1::INDICATOR_TYPE_OTHER) {
    context.base.set_source_type(std::string(CutUtf8(kind.type, kMispNameBytesMax)));
  }
  AddIodefValue(state, thing, context, kind.type,
                type == v1::INDICATOR_TYPE_UNSPECIFIED ? v1::INDICATOR_TYPE_OTHER : type, value,
                place);
  FinishIodefThing(state, std::move(thing), context);
}

}  // namespace

void ReadIodefBulk(IodefState& state, const IodefNode& node, const IodefContext& context) {
  const BulkKind kind = BulkKindOf(node);
  if (const IodefNode* format = node.Find("BulkObservableFormat")) {
    if (const IodefNode* hash = format->Find("Hash")) IodefTake(*hash, "DigestMethod");
  }
  const IodefNode* list = node.Find("BulkObservableList");
  if (list == nullptr) return;
  list->taken = true;
  const std::string place = list->path();
  std::string_view rest = list->text;
  while (!rest.empty() && state.status.ok()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = TrimmedText(rest.substr(0, end));
    if (!line.empty()) ReadBulkLine(state, kind, line, context, place);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void ReadIodefEvent(IodefState& state, const IodefNode& node) {
  ReadIodefTimes(state, node, IodefDescription(state, node));
  IodefContext context{.actionable = AsksToBlock(node)};
  for (const IodefNode& child : node.children) {
    if (child.name == "Contact") IodefLeave(state, child, kNamesPeople, /*by_design=*/true);
    if (child.name == "Discovery") ReadIodefDiscovery(state, child);
    if (child.name == "Assessment") ReadIodefAssessment(state, child);
    if (child.name == "Method") ReadIodefMethod(state, child);
    if (child.name == "Expectation") ReadIodefExpectation(state, child);
    if (child.name == "EventData") ReadIodefEvent(state, child);
    if (child.name == "AdditionalData") ReadOwnValue(state, child, context);
    if (child.name != "System" && child.name != "RecordData") continue;
    IodefContext with = context;
    if (child.name == "RecordData") with.actionable = false;
    ReadValues(state, child, with);
  }
}

void ReadIodefIndicator(IodefState& state, const IodefNode& node) {
  IodefContext context{.actionable = true};
  if (const IodefNode* id = node.Find("IndicatorID")) {
    id->taken = true;
    for (const std::string_view known : {"name", "version"}) IodefTake(*id, known);
    context.base.set_uuid(UuidOfId(id->text));
  }
  if (v1::Text text = IodefDescription(state, node); !text.value().empty()) {
    *context.base.mutable_comment() = std::move(text);
  }
  context.base.set_first_seen_us(IodefTime(state, node, "StartTime").value_or(0));
  context.base.set_valid_until_us(IodefTime(state, node, "EndTime").value_or(0));
  if (const auto confidence = IodefConfidence(state, node)) {
    context.base.set_confidence(*confidence);
  }
  ReadRoles(node, context);
  ReadPhases(node, context);
  for (const IodefNode& child : node.children) {
    if (child.name == "Contact") IodefLeave(state, child, kNamesPeople, /*by_design=*/true);
    if (child.name == "Reference") ReadIodefReference(state, child);
    if (child.name == "Observable") {
      const std::size_t before = state.made.units.size();
      ReadObservable(state, child, context);
      // A uuid names one value.
      for (std::size_t i = before + 1; i < state.made.units.size(); ++i) {
        for (v1::Indicator& one : state.made.units[i].indicators) one.clear_uuid();
        if (state.made.units[i].object) state.made.units[i].object->clear_uuid();
      }
    }
    if (child.name == "IndicatorExpression") {
      IodefContext part = context;
      part.base.clear_uuid();
      ReadExpression(state, child, part);
    }
    if (child.name == "ObservableReference" || child.name == "uid-ref") {
      child.taken = true;
      state.pointed_at.emplace_back(
          child.name == "uid-ref" ? child.text : IodefTake(child, "uid-ref"), child.path());
    }
  }
}

void ResolveIodefPointers(IodefState& state) {
  for (const auto& [id, place] : state.pointed_at) {
    const auto found = state.units_by_id.find(id);
    if (found == state.units_by_id.end()) {
      state.made.report.NotKept(place, "points at an observable that is not in the document");
      continue;
    }
    for (const std::size_t unit : found->second) {
      const bool several = state.made.units[unit].indicators.size() > 1;
      for (v1::Indicator& one : state.made.units[unit].indicators) {
        const bool names_a_file = one.type() == v1::INDICATOR_TYPE_PORT ||
                                  one.type() == v1::INDICATOR_TYPE_FILE_NAME ||
                                  one.type() == v1::INDICATOR_TYPE_FILE_SIZE;
        if (one.role() != v1::ROLE_TARGET && !(several && names_a_file)) one.set_actionable(true);
      }
    }
  }
}

}  // namespace renkei::formats
