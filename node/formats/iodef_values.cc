// The classes of IODEF that hold values: each value an indicator, those of one thing tied by an
// object.
#include "node/base/encoding.h"
#include "node/formats/iodef_state.h"
#include "node/formats/iodef_words.h"
#include "node/record/indicator_value.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kOwnSystem =
    "a sensor, or a system of who reports: it says who they are";

// What alone says little: of a thing with several values it is context.
bool IsWeak(v1::IndicatorType type) {
  switch (type) {
    case v1::INDICATOR_TYPE_FILE_NAME:
    case v1::INDICATOR_TYPE_FILE_SIZE:
    case v1::INDICATOR_TYPE_MIME_TYPE:
    case v1::INDICATOR_TYPE_PORT:
    case v1::INDICATOR_TYPE_EMAIL_SUBJECT:
    case v1::INDICATOR_TYPE_OTHER:
    case v1::INDICATOR_TYPE_TEXT:
      return true;
    default:
      return false;
  }
}

void AddAddress(IodefState& state, IodefThing& thing, const IodefContext& context,
                const IodefNode& node) {
  node.taken = true;
  const std::string category = IodefTake(node, "category");
  v1::IndicatorType type = IodefTypeOf(IodefAddressTypes(), category);
  const bool by_form = category.empty() || category.starts_with("ip");
  if (by_form) {
    const auto formed = AddressTypeOf(node.text);
    if (formed != v1::INDICATOR_TYPE_UNSPECIFIED) type = formed;
  }
  if (type == v1::INDICATOR_TYPE_UNSPECIFIED) {
    const std::string word = IodefTake(node, "ext-category");
    type = IndicatorFromWord(word);
    if (type == v1::INDICATOR_TYPE_UNSPECIFIED) type = v1::INDICATOR_TYPE_OTHER;
  }
  AddIodefValue(state, thing, context, type == v1::INDICATOR_TYPE_URL ? "url" : "ip", type,
                node.text, node.path());
}

void AddDomain(IodefState& state, IodefThing& thing, const IodefContext& context,
               const IodefNode& node) {
  const std::string status = IodefTake(node, "system-status");
  IodefContext named = context;
  if (status == "innocent-hacked" || status == "innocent-hijacked" || status == "spoofed") {
    named.base.add_labels(fmt::format("iodef:system-status=\"{}\"", status));
  }
  if (node.TextOf("domain-status") == "unknown") IodefTake(node, "domain-status");
  if (const IodefNode* name = node.Find("Name")) {
    name->taken = true;
    const auto type = NameTypeOf(name->text);
    AddIodefValue(state, thing, named, "domain",
                  type == v1::INDICATOR_TYPE_UNSPECIFIED ? v1::INDICATOR_TYPE_DOMAIN : type,
                  name->text, name->path());
  }
  const IodefContext passive = PassiveIodef(context, v1::ROLE_UNSPECIFIED);
  for (const IodefNode* servers : IodefAll(node, "Nameservers")) {
    if (const IodefNode* server = servers->Find("Server")) {
      server->taken = true;
      AddIodefValue(state, thing, passive, "nameserver", v1::INDICATOR_TYPE_HOSTNAME, server->text,
                    server->path());
    }
    for (const IodefNode* address : IodefAll(*servers, "Address")) {
      AddAddress(state, thing, passive, *address);
    }
  }
  if (const IodefNode* contacts = node.Find("DomainContacts")) {
    IodefLeave(state, *contacts, "names people", /*by_design=*/true);
  }
}

void AddService(IodefState& state, IodefThing& thing, const IodefContext& context,
                const IodefNode& node) {
  if (const IodefNode* port = node.Find("Port")) {
    port->taken = true;
    AddIodefValue(state, thing, context, "port", v1::INDICATOR_TYPE_PORT, port->text, port->path());
  }
  for (const IodefNode* field : IodefAll(node, "ApplicationHeaderField")) {
    if (AsciiLower(field->TextOf("name")) != "user-agent") continue;
    field->taken = true;
    IodefTake(*field, "name");
    AddIodefValue(state, thing, context, "user-agent", v1::INDICATOR_TYPE_USER_AGENT, field->text,
                  field->path());
  }
  if (const IodefNode* email = node.Find("EmailData")) ReadIodefEmail(state, *email, context);
}

void ReadFile(IodefState& state, const IodefNode& node, const IodefContext& context) {
  IodefThing thing{.name = "file"};
  if (const IodefNode* name = node.Find("FileName")) {
    name->taken = true;
    const bool is_path = name->text.find_first_of("/\\") != std::string::npos;
    AddIodefValue(state, thing, context, "filename",
                  is_path ? v1::INDICATOR_TYPE_FILE_PATH : v1::INDICATOR_TYPE_FILE_NAME, name->text,
                  name->path());
  }
  constexpr std::pair<std::string_view, v1::IndicatorType> kFacts[] = {
      {"FileSize", v1::INDICATOR_TYPE_FILE_SIZE}, {"FileType", v1::INDICATOR_TYPE_MIME_TYPE}};
  for (const auto& [name, type] : kFacts) {
    const IodefNode* fact = node.Find(name);
    if (fact == nullptr) continue;
    fact->taken = true;
    AddIodefValue(state, thing, context,
                  type == v1::INDICATOR_TYPE_FILE_SIZE ? "size-in-bytes" : "mimetype", type,
                  fact->text, fact->path());
  }
  for (const IodefNode* url : IodefAll(node, "URL")) {
    url->taken = true;
    AddIodefValue(state, thing, context, "url", v1::INDICATOR_TYPE_URL, url->text, url->path());
  }
  if (const IodefNode* hashes = node.Find("HashData"))
    AddIodefHashes(state, thing, context, *hashes);
  FinishIodefThing(state, std::move(thing), context);
}

}  // namespace

IodefContext PassiveIodef(const IodefContext& context, v1::Role role) {
  IodefContext passive = context;
  passive.actionable = false;
  passive.base.set_role(role);
  return passive;
}

void AddIodefHashes(IodefState& state, IodefThing& thing, const IodefContext& context,
                    const IodefNode& data) {
  const std::string scope = IodefTake(data, "scope");
  const bool contents = scope.empty() || scope == "file-contents";
  for (const IodefNode* hash : IodefAll(data, "Hash")) {
    const std::string method = IodefTake(*hash, "DigestMethod");
    const std::string hex = HashHexOf(hash->TextOf("DigestValue"));
    if (hex.empty()) continue;  // named by what is left over
    IodefTake(*hash, "DigestValue");
    v1::IndicatorType type = HashTypeOf(method, hex.size());
    if (scope == "file-pe-iat" && hex.size() == 32) type = v1::INDICATOR_TYPE_IMPHASH;
    if (!contents && type != v1::INDICATOR_TYPE_IMPHASH) type = v1::INDICATOR_TYPE_OTHER_HASH;
    const std::size_t before = thing.members.size();
    AddIodefValue(state, thing, context, IndicatorWord(type), type, hex, hash->path());
    if (!contents && thing.members.size() > before) {
      thing.members.back().second.set_source_type(std::string(CutUtf8(scope, kMispNameBytesMax)));
    }
  }
  for (const IodefNode* fuzzy : IodefAll(data, "FuzzyHash")) {
    for (const IodefNode* value : IodefAll(*fuzzy, "FuzzyHashValue")) {
      value->taken = true;
      v1::IndicatorType type = v1::INDICATOR_TYPE_OTHER_HASH;
      for (const auto known : {v1::INDICATOR_TYPE_SSDEEP, v1::INDICATOR_TYPE_TLSH}) {
        if (record::CanonicalValue(known, value->text)) type = known;
      }
      AddIodefValue(state, thing, context, IndicatorWord(type), type, value->text, value->path());
    }
  }
}

void AddIodefValue(IodefState& state, IodefThing& thing, const IodefContext& context,
                   std::string_view relation, v1::IndicatorType type, std::string_view value,
                   std::string_view place) {
  value = TrimmedText(value);
  if (value.empty() || !state.status.ok()) return;
  if (++*state.values > kIodefValuesMax) {
    state.status = ResourceExhausted(fmt::format("more than {} values", kIodefValuesMax));
    return;
  }
  ReportBuilder& report = state.made.report;
  report.CountAttributes(1);
  if (value.size() > record::kTextBytesMax) {
    report.SkipAttributes(1);
    report.NotKept(place, fmt::format("a value of more than {} bytes", record::kTextBytesMax));
    return;
  }
  v1::Indicator indicator = context.base;
  indicator.set_actionable(context.actionable);
  indicator.set_value(std::string(value));
  indicator.set_type(type);
  const bool fits = type != v1::INDICATOR_TYPE_UNSPECIFIED && record::CanonicalValue(type, value);
  if (!fits) {
    indicator.set_type(v1::INDICATOR_TYPE_OTHER);
    indicator.set_source_type(IndicatorWord(type));
    report.Note(fmt::format("`{}` at {} is no {}; it is kept as another value",
                            Printable(value, 60), Printable(place, 120), IndicatorWord(type)));
  }
  thing.members.emplace_back(std::string(relation), std::move(indicator));
}

void FinishIodefThing(IodefState& state, IodefThing thing, const IodefContext& context) {
  if (thing.members.empty()) return;
  MispUnit unit;
  const bool several = thing.members.size() > 1;
  if (several) {
    v1::Object& object = unit.object.emplace();
    object.set_ref(state.made.NextRef('o'));
    object.set_name(thing.name);
    if (context.base.has_comment()) *object.mutable_comment() = context.base.comment();
    object.set_uuid(context.base.uuid());
    object.set_first_seen_us(context.base.first_seen_us());
  }
  for (auto& [relation, indicator] : thing.members) {
    indicator.set_ref(state.made.NextRef('i'));
    if (several) {
      indicator.clear_comment();
      indicator.clear_uuid();
      if (IsWeak(indicator.type())) indicator.set_actionable(false);
      v1::Member& member = *unit.object->add_members();
      member.set_relation(relation);
      member.set_indicator(indicator.ref());
    }
    unit.indicators.push_back(std::move(indicator));
  }
  state.made.units.push_back(std::move(unit));
}

void ReadIodefAddress(IodefState& state, const IodefNode& node, const IodefContext& context) {
  IodefThing thing{.name = "address"};
  AddAddress(state, thing, context, node);
  FinishIodefThing(state, std::move(thing), context);
}

void ReadIodefDomain(IodefState& state, const IodefNode& node, const IodefContext& context) {
  IodefThing thing{.name = "domain-data"};
  AddDomain(state, thing, context, node);
  FinishIodefThing(state, std::move(thing), context);
}

void ReadIodefService(IodefState& state, const IodefNode& node, const IodefContext& context) {
  IodefThing thing{.name = "service"};
  AddService(state, thing, context, node);
  FinishIodefThing(state, std::move(thing), context);
}

void ReadIodefSystem(IodefState& state, const IodefNode& node, IodefContext context) {
  const std::string category = IodefTake(node, "category");
  if (category == "sensor" || category == "infrastructure") {
    IodefLeave(state, node, kOwnSystem, /*by_design=*/true);
    return;
  }
  if (category == "source") context.base.set_role(v1::ROLE_SOURCE);
  if (category == "target") {
    context = PassiveIodef(context, v1::ROLE_TARGET);
    state.made.speaks_of_a_victim = true;
  }
  if (IodefTake(node, "spoofed") == "yes") {
    context.actionable = false;
    context.base.add_labels("iodef:spoofed=\"yes\"");
  }
  for (const IodefNode* role : IodefAll(node, "NodeRole")) {
    const std::string word = IodefTake(*role, "category");
    if (const v1::Role said = RoleOfNodeRole(word); said != v1::ROLE_UNSPECIFIED) {
      context.base.set_role(said);
    } else if (!word.empty() && word.size() <= kMispNameBytesMax) {
      context.base.add_labels(fmt::format("iodef:node-role=\"{}\"", word));
    }
  }
  if (v1::Text text = IodefDescription(state, node); !text.value().empty()) {
    *context.base.mutable_comment() = std::move(text);
  }
  IodefThing thing{.name = "system"};
  if (const IodefNode* inner = node.Find("Node")) {
    for (const IodefNode& child : inner->children) {
      if (child.name == "Address") AddAddress(state, thing, context, child);
      if (child.name == "DomainData") AddDomain(state, thing, context, child);
    }
  }
  for (const IodefNode* service : IodefAll(node, "Service")) {
    AddService(state, thing, context, *service);
  }
  FinishIodefThing(state, std::move(thing), context);
}

void ReadIodefFiles(IodefState& state, const IodefNode& node, const IodefContext& context) {
  for (const IodefNode* file : IodefAll(node, "File")) ReadFile(state, *file, context);
}

void ReadIodefRegistry(IodefState& state, const IodefNode& node, const IodefContext& context) {
  for (const IodefNode* key : IodefAll(node, "Key")) {
    IodefContext with = context;
    const std::string action = IodefTake(*key, "registryaction");
    if (!action.empty() && action.size() <= kMispNameBytesMax) {
      with.base.add_labels(fmt::format("iodef:registry-action=\"{}\"", action));
    }
    IodefThing thing{.name = "registry-key"};
    if (const IodefNode* name = key->Find("KeyName")) {
      name->taken = true;
      AddIodefValue(state, thing, with, "key", v1::INDICATOR_TYPE_REGISTRY_KEY, name->text,
                    name->path());
    }
    if (const IodefNode* value = key->Find("KeyValue")) {
      value->taken = true;
      AddIodefValue(state, thing, with, "data", v1::INDICATOR_TYPE_REGISTRY_VALUE, value->text,
                    value->path());
    }
    FinishIodefThing(state, std::move(thing), with);
  }
}

}  // namespace renkei::formats
