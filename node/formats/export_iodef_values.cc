// The values of a record as Indicators and as what stands in an event.
#include <algorithm>
#include <map>

#include "node/formats/export_iodef_parts.h"
#include "node/formats/iodef_words.h"
#include "node/formats/time_text.h"
#include "node/formats/uuid.h"

namespace renkei::formats {
namespace {

bool MayActOn(const v1::Indicator& one) {
  return one.actionable() && one.role() != v1::ROLE_BENIGN && one.role() != v1::ROLE_VICTIM;
}

void AddMicros(IodefNode& node, std::string_view name, std::int64_t micros) {
  if (micros <= 0) return;
  node.AddUnlessEmpty(name, MicrosToText(micros).value_or(""));
}

}  // namespace

IodefValueWriter::IodefValueWriter(const HeldRecord& record, std::string_view author,
                                   std::set<std::string>& ids, std::vector<LeftOut>& left_out)
    : record_(record), author_(author), ids_(ids), left_out_(left_out) {
  const v1::Indicators& section = record.sections.indicators();
  std::map<std::string_view, const v1::Indicator*> by_ref;
  for (const v1::Indicator& one : section.indicators()) by_ref.emplace(one.ref(), &one);
  std::set<std::string_view> done;
  for (const v1::Object& object : section.objects()) {
    IodefMembers members;
    for (const v1::Member& member : object.members()) {
      const auto found = by_ref.find(member.indicator());
      if (found == by_ref.end() || !done.insert(found->first).second) continue;
      members.push_back(found->second);
    }
    if (!members.empty()) Write(members, &object);
  }
  for (const v1::Indicator& one : section.indicators()) {
    if (done.count(one.ref()) == 0) Write({&one}, nullptr);
  }
  WriteRules();
}

void IodefValueWriter::Write(const IodefMembers& members, const v1::Object* object) {
  if (members.size() == 1 && object == nullptr) return WriteSeparately(members);
  IodefNode node = IodefNodeOfSeveral(members);
  const bool acted_on = std::any_of(members.begin(), members.end(),
                                    [](const v1::Indicator* one) { return MayActOn(*one); });
  // Events hold no mails.
  if (node.name.empty() || (node.name == "EmailData" && !acted_on)) {
    LeaveOut(left_out_, "objects of values that IODEF has no class for: in our extension alone");
    WriteSeparately(members);
    return;
  }
  if (acted_on) {
    const auto acts = std::find_if(members.begin(), members.end(),
                                   [](const v1::Indicator* one) { return MayActOn(*one); });
    WriteIndicator(std::move(node), **acts, object);
  } else {
    WriteContext(std::move(node), *members.front(), object);
  }
}

void IodefValueWriter::WriteSeparately(const IodefMembers& members) {
  for (const v1::Indicator* one : members) {
    IodefNode node = IodefNodeOfOne(*one);
    if (MayActOn(*one)) {
      WriteIndicator(std::move(node), *one, nullptr);
    } else {
      WriteContext(std::move(node), *one, nullptr);
    }
  }
}

std::string IodefValueWriter::NextId(BytesView uuid) {
  std::string id = uuid.size() == 16 ? "i" + UuidToText(uuid) : "";
  if (id.empty() || !ids_.insert(id).second) {
    id = fmt::format("i{}-{}", record_.record_id_hex, ++next_);
    ids_.insert(id);
  }
  return id;
}

void IodefValueWriter::WriteIndicator(IodefNode observable, const v1::Indicator& first,
                                      const v1::Object* object) {
  IodefNode indicator;
  indicator.name = "Indicator";
  IodefNode& id =
      indicator.Add("IndicatorID", NextId(object == nullptr ? first.uuid() : object->uuid()));
  id.Add("name", author_);
  id.Add("version", std::to_string(record_.revision));
  AddIodefText(indicator, "Description", object == nullptr ? first.comment() : object->comment());
  AddMicros(indicator, "StartTime", first.first_seen_us());
  AddMicros(indicator, "EndTime", first.valid_until_us());
  if (first.has_confidence()) {
    IodefNode& confidence = indicator.Add("Confidence", std::to_string(first.confidence()));
    confidence.Add("rating", "numeric");
  }
  const bool says_role = observable.name == "System";
  indicator.Add("Observable").children.push_back(std::move(observable));
  const std::string_view role = NodeRoleOf(first.role());
  if (!role.empty() && !says_role) indicator.Add("NodeRole").Add("category", role);
  for (const v1::KillChainPhase& phase : first.phases()) {
    indicator.Add("AttackPhase")
        .Add("AttackPhaseID", IodefText(fmt::format("{}:{}", phase.chain(), phase.phase())));
  }
  indicators_.push_back(std::move(indicator));
}

void IodefValueWriter::WriteContext(IodefNode observable, const v1::Indicator& first,
                                    const v1::Object* object) {
  const v1::Text& comment = object == nullptr ? first.comment() : object->comment();
  const bool is_place = observable.name == "Address" || observable.name == "DomainData";
  if (is_place && (first.type() <= v1::INDICATOR_TYPE_HOSTNAME)) {
    observable = IodefSystemNode({&first});
  }
  if (observable.name == "System") {
    AddIodefText(observable, "Description", comment);
    systems_.push_back(std::move(observable));
  } else if (observable.name == "FileData" || observable.name == "WindowsRegistryKeysModified") {
    IodefNode record;
    record.name = "RecordData";
    AddIodefText(record, "Description", comment);
    record.children.push_back(std::move(observable));
    records_.push_back(std::move(record));
  } else {
    IodefNode other;
    other.name = "AdditionalData";
    other.text = IodefText(first.value());
    if (other.text.empty()) return;
    other.Add("name", IndicatorWord(first.type()));
    other.Add("dtype", "string");
    other.Add("meaning", "context");
    others_.push_back(std::move(other));
  }
}

// A rule is what detects: its language in words, since IODEF has no list of them.
void IodefValueWriter::WriteRules() {
  for (const v1::Rule& rule : record_.sections.detection_rules().rules()) {
    if (IodefText(rule.body()).empty()) continue;
    IodefNode pattern;
    pattern.name = "DetectionPattern";
    const std::string language = IodefText(rule.language());
    pattern.Add("Application").Add("Description", language.empty() ? "other" : language);
    pattern.Add("DetectionConfiguration", IodefText(rule.body()));
    IodefNode indicator;
    indicator.name = "Indicator";
    IodefNode& id = indicator.Add("IndicatorID", NextId(rule.uuid()));
    id.Add("name", author_);
    id.Add("version", std::to_string(record_.revision));
    AddIodefText(indicator, "Description", rule.comment());
    indicator.Add("Observable").children.push_back(std::move(pattern));
    indicators_.push_back(std::move(indicator));
  }
}

std::vector<IodefNode> IodefValueWriter::TakeContext() {
  std::vector<IodefNode> context;
  for (std::vector<IodefNode>* list : {&systems_, &records_, &others_}) {
    std::move(list->begin(), list->end(), std::back_inserter(context));
    list->clear();
  }
  return context;
}

}  // namespace renkei::formats
