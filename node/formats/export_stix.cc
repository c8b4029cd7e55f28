// STIX 2.1 bundles from what a node holds; the other direction of stix_import.
#include <algorithm>
#include <charconv>

#include "node/base/status.h"
#include "node/formats/export_stix_parts.h"
#include "node/formats/message_json.h"
#include "node/formats/misp_tags.h"
#include "node/formats/stix_extension.h"
#include "node/formats/stix_ids.h"
#include "node/formats/stix_markings.h"
#include "node/formats/time_text.h"
#include "node/formats/uuid.h"
#include "node/record/sections.h"

namespace renkei::formats {
namespace {

constexpr std::int64_t kSecond = 1'000'000;  // microseconds

// The hour in which revision 1 was issued stands in front of every record id.
std::int64_t CreatedOf(const HeldRecord& record) {
  std::uint32_t hours = 0;
  const std::string_view head = std::string_view(record.record_id_hex).substr(0, 8);
  const auto [end, error] = std::from_chars(head.data(), head.data() + head.size(), hours, 16);
  const std::int64_t issued = UnixSeconds(record.issued);
  const std::int64_t created = static_cast<std::int64_t>(hours) * 3600;
  const bool ok = error == std::errc() && head.size() == 8 && created > 0 && created <= issued;
  return (ok ? created : issued) * kSecond;
}

}  // namespace

bool FitsLabels(const google::protobuf::RepeatedPtrField<std::string>& labels) {
  return labels.size() <= 500 && std::all_of(labels.begin(), labels.end(), [](const auto& label) {
           return !label.empty() && label.size() <= kStixNameMax;
         });
}

bool PutDescription(Json& object, const v1::Text& text, std::string_view key) {
  if (text.value().empty()) return false;
  object[std::string(key)] = text.value();
  if (!text.lang().empty()) object["lang"] = text.lang();
  return true;
}

void PutAliases(Json& object, const v1::Actor& actor) {
  if (actor.aliases().empty() || !FitsLabels(actor.aliases())) return;
  for (const std::string& alias : actor.aliases()) object["aliases"].push_back(alias);
}

std::string StixTime(std::int64_t micros) { return MicrosToText(micros).value_or(""); }

std::string_view StixTypeOf(const v1::Actor& actor) {
  if (actor.name().empty()) return "";
  switch (actor.kind()) {
    case v1::ACTOR_KIND_THREAT_ACTOR:
      return actor.namespace_() == "stix:intrusion-set" ? "intrusion-set" : "threat-actor";
    case v1::ACTOR_KIND_MALWARE:
      return "malware";
    case v1::ACTOR_KIND_TOOL:
      return "tool";
    case v1::ACTOR_KIND_CAMPAIGN:
      return "campaign";
    default:
      return "";
  }
}

void StixObjects::AddOnce(Json object, policy::Tlp tlp) {
  const auto [found, is_new] =
      placed_.emplace(object["id"].get<std::string>(), Placed{objects_.size(), tlp});
  if (is_new) return Add(std::move(object));
  if (tlp <= found->second.tlp) return;
  found->second.tlp = tlp;
  Object& placed = objects_[found->second.at];
  placed = {.json = std::move(object)};
  if (found->second.at < written_) Write(placed);
}

void StixObjects::Write(Object& object) {
  object.text = JsonListText::ItemText(object.json);
  object.json = nullptr;
}

void StixObjects::WriteSoFar() {
  for (; written_ < objects_.size(); ++written_) Write(objects_[written_]);
}

std::vector<Json> StixObjects::Take() {
  RENKEI_CHECK(written_ == 0);
  std::vector<Json> taken;
  for (Object& object : objects_) taken.push_back(std::move(object.json));
  return taken;
}

JsonListText StixObjects::TakeText() {
  WriteSoFar();
  std::size_t bytes = 0;
  for (const Object& object : objects_) bytes += object.text.size();
  JsonListText text;
  text.Reserve(objects_.size(), bytes);
  for (Object& object : objects_) text.AddText(std::exchange(object.text, {}));
  return text;
}

StixRecordWriter::StixRecordWriter(const HeldRecord& record, const ExportOptions& options,
                                   StixObjects& objects, std::vector<LeftOut>& left_out)
    : record_(record),
      options_(options),
      sections_(record.sections),
      objects_(objects),
      left_out_(left_out) {
  created_us_ = CreatedOf(record);
  // A version is named by its time, so no two revisions may have the same.
  const std::int64_t revision_us = std::min<std::int64_t>(record.revision - 1, 999) * 1'000;
  modified_us_ = record.revision <= 1
                     ? created_us_
                     : std::max(created_us_, UnixSeconds(record.issued) * kSecond) + revision_us;
  // Which sections were left out is part of what a copy is.
  report_id_ = record.whole
                   ? Id("report", "report")
                   : Id("report", fmt::format("report:{:04x}", record::Present(record.sections)));
  if (!record.author.empty()) {
    author_id_ = fmt::format("identity--{}", UuidFromName("org:" + record.author));
  }
}

std::string StixRecordWriter::Id(std::string_view type, std::string_view place) const {
  return fmt::format("{}--{}", type,
                     UuidFromName(fmt::format("stix:{}:{}", record_.record_id_hex, place)));
}

Json StixRecordWriter::Head(std::string_view type, std::string_view place) const {
  Json object = {{"type", type}, {"spec_version", "2.1"}, {"id", Id(type, place)}};
  if (!author_id_.empty()) object["created_by_ref"] = author_id_;
  object["created"] = StixTime(created_us_);
  object["modified"] = StixTime(modified_us_);
  return object;
}

void StixRecordWriter::Mark(Json& object) const {
  if (!marking_ids_.empty()) object["object_marking_refs"] = marking_ids_;
}

void StixRecordWriter::Put(Json object) {
  Mark(object);
  report_refs_.push_back(object["id"]);
  objects_.Add(std::move(object));
}

void StixRecordWriter::PutObservable(Json object) {
  Mark(object);
  report_refs_.push_back(object["id"]);
  objects_.AddOnce(std::move(object), record_.tlp);
}

void StixRecordWriter::Write() {
  if (!author_id_.empty()) {
    objects_.AddOnce({{"type", "identity"},
                      {"spec_version", "2.1"},
                      {"id", author_id_},
                      {"created", "2026-11-22T00:00:00.000Z"},
                      {"modified", "2026-11-22T00:00:00.000Z"},
                      {"name", record_.author},
                      {"identity_class", "organization"}},
                     {});
  }
  for (Json definition : {MarkingDefinition(record_.tlp), MarkingDefinition(record_.pap)}) {
    if (definition.is_null()) continue;
    marking_ids_.push_back(definition["id"]);
    objects_.AddOnce(std::move(definition), {});
  }
  rest_ = sections_;
  rest_.clear_indicators();
  Values();
  Relationships();
  Sightings();
  Rules();
  Techniques();
  Actors();
  Actions();
  Notes();
  Report();
  DerivedFrom();
}

Json StixRecordWriter::NoteOf(std::string_view place, const v1::Text& text) {
  Json note = Head("note", place);
  PutDescription(note, text, "content");
  note["object_refs"].push_back(report_id_);
  return note;
}

void StixRecordWriter::Rules() {
  rest_.clear_detection_rules();
  int index = 0;
  for (const v1::Rule& rule : sections_.detection_rules().rules()) {
    const std::string place = fmt::format("rule:{}", ++index);
    if (rule.body().empty()) {
      *rest_.mutable_detection_rules()->add_rules() = rule;
      continue;
    }
    v1::Rule rest = rule;
    Json json = Head("indicator", place);
    if (!rule.name().empty()) json["name"] = rule.name();
    if (PutDescription(json, rule.comment())) rest.clear_comment();
    json["pattern"] = rule.body();
    json["pattern_type"] = rule.language().empty() ? "unknown" : rule.language();
    json["valid_from"] = StixTime(created_us_);
    if (!rule.labels().empty() && FitsLabels(rule.labels())) {
      for (const std::string& label : rule.labels()) json["labels"].push_back(label);
      rest.clear_labels();
    }
    rest.clear_name();
    rest.clear_body();
    Json own = MessageToJson(rest);
    own["language"] = rule.language();
    PutOwnExtension(json, "rule", std::move(own));
    Put(std::move(json));
  }
}

void StixRecordWriter::Techniques() {
  rest_.mutable_techniques()->clear_techniques();
  std::vector<std::vector<v1::Technique>> named;
  std::map<std::string, std::size_t> at;
  for (const v1::Technique& one : sections_.techniques().techniques()) {
    if (named_techniques_.count(&one) > 0) continue;
    const std::string& name = one.name().empty() ? one.id() : one.name();
    if (name.empty()) {
      *rest_.mutable_techniques()->add_techniques() = one;
      continue;
    }
    const auto [found, is_new] = at.emplace(one.framework() + "\n" + name, named.size());
    if (is_new) named.emplace_back();
    named[found->second].push_back(one);
  }
  for (const auto& techniques : named) TechniqueOf(techniques);
}

// One technique, whatever tactics it serves.
void StixRecordWriter::TechniqueOf(const std::vector<v1::Technique>& techniques) {
  const v1::Technique& first = techniques.front();
  const std::string& name = first.name().empty() ? first.id() : first.name();
  Json json = Head("attack-pattern", fmt::format("technique:{}:{}", first.framework(), name));
  json["name"] = name;
  PutDescription(json, first.comment());
  if (!first.framework().empty() && !first.id().empty()) {
    json["external_references"].push_back(
        {{"source_name", first.framework()}, {"external_id", first.id()}});
  }
  v1::Techniques own;
  for (const v1::Technique& one : techniques) {
    if (!one.framework().empty() && !one.tactic().empty()) {
      json["kill_chain_phases"].push_back(
          {{"kill_chain_name", one.framework()}, {"phase_name", one.tactic()}});
    }
    *own.add_techniques() = one;
  }
  PutOwnExtension(json, "named", true);
  PutOwnExtension(json, "techniques", MessageToJson(own));
  Put(std::move(json));
}

void StixRecordWriter::Actors() {
  rest_.mutable_techniques()->clear_actors();
  int index = 0;
  for (const v1::Actor& actor : sections_.techniques().actors()) {
    ++index;
    if (named_actors_.count(&actor) > 0) continue;
    const std::string_view type = StixTypeOf(actor);
    if (type.empty()) {
      *rest_.mutable_techniques()->add_actors() = actor;
      continue;
    }
    Json json = Head(type, fmt::format("actor:{}", index));
    json["name"] = actor.name();
    if (type == "malware") json["is_family"] = true;
    PutAliases(json, actor);
    v1::Techniques own;
    *own.add_actors() = actor;
    PutOwnExtension(json, "named", true);
    PutOwnExtension(json, "actors", MessageToJson(own));
    Put(std::move(json));
  }
}

void StixRecordWriter::Actions() {
  rest_.clear_response();
  int index = 0;
  for (const v1::Action& action : sections_.response().actions()) {
    Json json = Head("course-of-action", fmt::format("action:{}", ++index));
    json["name"] = action.type().empty() ? "course of action" : action.type();
    v1::Action rest = action;
    if (PutDescription(json, action.description())) rest.clear_description();
    Json own = MessageToJson(rest);
    own["type"] = action.type();
    PutOwnExtension(json, "action", std::move(own));
    Put(std::move(json));
  }
}

void StixRecordWriter::Notes() {
  rest_.clear_caveats();
  rest_.mutable_summary()->clear_reports();
  int index = 0;
  for (const v1::Text& text : sections_.caveats().texts()) {
    const std::string place = fmt::format("caveat:{}", ++index);
    if (text.value().empty()) {
      *rest_.mutable_caveats()->add_texts() = text;
      continue;
    }
    Json note = NoteOf(place, text);
    note["abstract"] = "caveat";
    PutOwnExtension(note, "caveat", true);
    Put(std::move(note));
  }
  index = 0;
  for (const v1::Report& report : sections_.summary().reports()) {
    const std::string place = fmt::format("report:{}", ++index);
    const bool has_odd_name = report.has_name() && report.name().value().empty();
    if (report.content().value().empty() || has_odd_name) {
      *rest_.mutable_summary()->add_reports() = report;
      continue;
    }
    Json note = NoteOf(place, report.content());
    if (report.has_name()) note["abstract"] = report.name().value();
    if (!report.name().lang().empty()) {
      v1::Report own;
      own.mutable_name()->set_lang(report.name().lang());
      PutOwnExtension(note, "report", MessageToJson(own));
    }
    Put(std::move(note));
  }
}

std::vector<Json> StixObjectsOf(const HeldRecord& record, const ExportOptions& options) {
  std::vector<LeftOut> left_out;
  if (!MayExport(record, options, left_out)) return {};
  StixObjects objects;
  objects.AddOnce(OwnIdentity(), {});
  objects.AddOnce(OwnExtensionDefinition(), {});
  StixRecordWriter(record, options, objects, left_out).Write();
  return objects.Take();
}

Exported ExportStix(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  StixObjects objects;
  std::string ids;
  records.ForEach([&](const HeldRecord& record) {
    if (!MayExport(record, options, exported.left_out)) return;
    if (ids.empty()) {
      objects.AddOnce(OwnIdentity(), {});
      objects.AddOnce(OwnExtensionDefinition(), {});
    }
    StixRecordWriter(record, options, objects, exported.left_out).Write();
    objects.WriteSoFar();
    ids += fmt::format("{}:{}\n", record.record_id_hex, record.revision);
    ++exported.written;
  });
  Json bundle = {{"type", "bundle"},
                 {"id", fmt::format("bundle--{}", UuidFromName("stix:bundle:" + ids))}};
  if (exported.written > 0) {
    bundle["objects"] = Json::array();
    exported.text = objects.TakeText().Within(bundle, "objects");
  } else {
    exported.text = ToPrettyText(bundle);
  }
  return exported;
}

}  // namespace renkei::formats
