// MISP events from what a node holds; the other direction of misp_import.
#include <map>
#include <set>

#include "node/base/encoding.h"
#include "node/base/json.h"
#include "node/crypto/digest.h"
#include "node/crypto/md5.h"
#include "node/formats/export_parts.h"
#include "node/formats/json_list_text.h"
#include "node/formats/misp_tags.h"
#include "node/formats/misp_types.h"
#include "node/formats/time_text.h"
#include "node/formats/uuid.h"

namespace renkei::formats {
namespace {

std::string CategoryOf(std::string_view type, const std::string& said) {
  if (!said.empty()) return said;
  const MispType* row = FindMispType(type);
  return row == nullptr ? "Other" : std::string(row->category);
}

// TLP says how far it may go; MISP's distribution must not say more.
std::string_view DistributionOf(policy::Tlp tlp) {
  if (tlp == policy::Tlp::kClear) return "3";
  return tlp == policy::Tlp::kGreen ? "1" : "0";
}

std::string_view ThreatLevelOf(policy::Severity severity) {
  switch (severity) {
    case policy::Severity::kCritical:
    case policy::Severity::kHigh:
      return "1";
    case policy::Severity::kMedium:
      return "2";
    case policy::Severity::kLow:
      return "3";
    case policy::Severity::kUnspecified:
      break;
  }
  return "4";
}

// Each once, as MISP keeps them.
struct TagList {
  Json list = Json::array();
  std::set<std::string> names{};

  void Add(const std::string& name) {
    if (!name.empty() && names.insert(name).second) list.push_back({{"name", name}});
  }
};

// One record as one event.
class EventWriter {
 public:
  EventWriter(const HeldRecord& record, const ExportOptions& options,
              std::vector<LeftOut>& left_out)
      : record_(record), sections_(record.sections), options_(options), left_out_(left_out) {}

  Json Write() {
    Head();
    Tags();
    NameUuids();
    Indicators();
    Rules();
    Attachments();
    References();
    Victims();
    Sightings();
    Reports();
    Relationships();
    event_["Attribute"] = std::move(attributes_);
    event_["Object"] = Json::array();
    for (auto& [ref, object] : objects_) event_["Object"].push_back(std::move(object));
    CountUnwritten();
    return std::move(event_);
  }

 private:
  void Head() {
    const v1::Summary& summary = sections_.summary();
    const std::string seconds = fmt::to_string(UnixSeconds(record_.issued));
    const std::string author = record_.author.empty() ? options_.community : record_.author;
    const std::int64_t day = summary.date() != 0 ? summary.date() : UnixSeconds(record_.issued);
    event_["uuid"] = Uuid("event");
    event_["info"] = summary.title_size() == 0 ? fmt::format("record {}", record_.record_id_hex)
                                               : summary.title(0).value();
    event_["date"] = DayToText(day).value_or("1970-01-01");
    event_["timestamp"] = seconds;
    event_["publish_timestamp"] = "0";
    event_["published"] = false;
    event_["threat_level_id"] = ThreatLevelOf(record_.severity);
    const int analysis = summary.analysis() == 0 ? 0 : summary.analysis() - 1;
    event_["analysis"] = fmt::to_string(analysis);
    event_["distribution"] = DistributionOf(record_.tlp);
    event_["sharing_group_id"] = "0";
    event_["Orgc"] = {{"name", author}, {"uuid", UuidFromName("org:" + author)}};
    if (summary.title_size() > 1) {
      LeaveOut(left_out_, "titles in further languages",
               static_cast<std::uint64_t>(summary.title_size() - 1));
    }
  }

  void Tags() {
    TagList tags;
    tags.Add(TlpTag(record_.tlp));
    tags.Add(PapTag(record_.pap));
    tags.Add(RsitTag(record_.type));
    for (const v1::Technique& t : sections_.techniques().techniques()) tags.Add(TechniqueTag(t));
    for (const v1::Actor& actor : sections_.techniques().actors()) tags.Add(ActorTag(actor));
    for (const std::string& sector : sections_.victim().sectors()) tags.Add(SectorTag(sector));
    for (const std::string& label : sections_.summary().labels()) tags.Add(label);
    for (const std::string& tag : record_.tags) tags.Add(fmt::format("renkei:tag=\"{}\"", tag));
    event_["Tag"] = std::move(tags.list);
  }

  std::string Uuid(std::string_view name) const {
    return UuidFromName(fmt::format("{}:{}", record_.record_id_hex, name));
  }

  // A stored uuid if it has one and no other thing of the event has taken it, else one by name.
  std::string TakeUuid(const Bytes& stored, const std::string& name) {
    std::string uuid = stored.size() == 16 ? UuidToText(stored) : Uuid(name);
    if (!uuids_.insert(uuid).second) {
      uuid = Uuid(fmt::format("{}#{}", name, uuids_.size()));
      uuids_.insert(uuid);
    }
    return uuid;
  }

  void NameUuids() {
    for (const v1::Object& object : sections_.indicators().objects()) {
      uuid_by_ref_[object.ref()] = TakeUuid(object.uuid(), "object:" + object.ref());
    }
  }

  Json Attribute(std::string_view type, std::string_view category, std::string_view value,
                 bool to_ids) {
    Json json = Json::object();
    json["uuid"] = "";  // first, and filled by the caller
    json["type"] = type;
    json["category"] = category;
    json["to_ids"] = to_ids;
    json["value"] = value;
    json["comment"] = "";
    json["distribution"] = "5";
    json["deleted"] = false;
    json["timestamp"] = fmt::to_string(UnixSeconds(record_.issued));
    return json;
  }

  void AddTimes(Json& json, std::int64_t first_seen_us, std::int64_t last_seen_us) {
    if (first_seen_us != 0) json["first_seen"] = MicrosToText(first_seen_us).value_or("");
    if (last_seen_us != 0) json["last_seen"] = MicrosToText(last_seen_us).value_or("");
  }

  void AddExpiry(Json& json, std::int64_t valid_until_us) {
    if (valid_until_us == 0) return;
    json["Sighting"].push_back(
        {{"type", "2"}, {"date_sighting", fmt::to_string(valid_until_us / 1'000'000)}});
  }

  static void AddLabels(Json& json, const google::protobuf::RepeatedPtrField<std::string>& labels) {
    TagList tags;
    for (const std::string& label : labels) tags.Add(label);
    if (!tags.list.empty()) json["Tag"] = std::move(tags.list);
  }

  Json AttributeOf(const v1::Indicator& indicator) {
    const std::string type = MispTypeOf(indicator);
    Json json = Attribute(type, CategoryOf(type, indicator.source_category()), indicator.value(),
                          indicator.actionable());
    json["uuid"] = TakeUuid(indicator.uuid(), "indicator:" + indicator.ref());
    json["comment"] = indicator.comment().value();
    AddTimes(json, indicator.first_seen_us(), indicator.last_seen_us());
    AddLabels(json, indicator.labels());
    AddExpiry(json, indicator.valid_until_us());
    if (indicator.type() == v1::INDICATOR_TYPE_ANON_IP) json["to_ids"] = false;
    if (indicator.has_confidence()) LeaveOut(left_out_, "confidence of an indicator");
    if (!indicator.source_type().empty() && FindMispType(indicator.source_type()) == nullptr) {
      LeaveOut(left_out_, "type words that MISP does not have");
    }
    return json;
  }

  // Where a sighting of this value belongs.
  void Remember(const v1::Indicator& indicator, const Json::json_pointer& place) {
    place_by_value_.emplace(std::pair(indicator.type(), indicator.value()), place);
  }

  void Indicators() {
    const v1::Indicators& section = sections_.indicators();
    std::map<std::string, const v1::Indicator*> by_ref;
    std::set<std::string> members;
    for (const v1::Indicator& indicator : section.indicators())
      by_ref[indicator.ref()] = &indicator;
    for (const v1::Object& object : section.objects()) {
      for (const v1::Member& m : object.members()) members.insert(m.indicator());
    }
    for (const v1::Indicator& indicator : section.indicators()) {
      if (members.count(indicator.ref()) > 0 && !indicator.ref().empty()) continue;
      attributes_.push_back(AttributeOf(indicator));
      if (!indicator.ref().empty()) {
        uuid_by_ref_[indicator.ref()] = attributes_.back()["uuid"].get<std::string>();
      }
      Remember(indicator, Json::json_pointer() / "Attribute" / (attributes_.size() - 1));
    }
    for (const v1::Object& object : section.objects()) {
      const MispType* type = FindMispType(object.source_type());
      const bool joins = type != nullptr && IsComposite(*type) && object.members_size() == 2 &&
                         by_ref.count(object.members(0).indicator()) > 0 &&
                         by_ref.count(object.members(1).indicator()) > 0;
      if (joins) {
        Composite(object, *by_ref[object.members(0).indicator()],
                  *by_ref[object.members(1).indicator()]);
      } else {
        ObjectOf(object, by_ref);
      }
    }
  }

  void Composite(const v1::Object& object, const v1::Indicator& first,
                 const v1::Indicator& second) {
    const std::string& type = object.source_type();
    Json json =
        Attribute(type, CategoryOf(type, object.source_category()),
                  first.value() + "|" + second.value(), first.actionable() || second.actionable());
    json["uuid"] = uuid_by_ref_[object.ref()];
    json["comment"] = object.comment().value();
    AddTimes(json, object.first_seen_us(), object.last_seen_us());
    AddLabels(json, first.labels().empty() ? second.labels() : first.labels());
    AddExpiry(json, std::max(first.valid_until_us(), second.valid_until_us()));
    attributes_.push_back(std::move(json));
    for (const v1::Indicator* half : {&first, &second}) {
      uuid_by_ref_[half->ref()] = uuid_by_ref_[object.ref()];
      Remember(*half, Json::json_pointer() / "Attribute" / (attributes_.size() - 1));
    }
  }

  void ObjectOf(const v1::Object& object,
                const std::map<std::string, const v1::Indicator*>& by_ref) {
    Json json = Json::object();
    json["uuid"] = uuid_by_ref_[object.ref()];
    json["name"] = object.name().empty() ? "annotation" : object.name();
    json["meta-category"] = object.source_category().empty() ? "misc" : object.source_category();
    const std::size_t slash = object.template_().find('/');
    if (!object.template_().empty()) {
      json["template_uuid"] = object.template_().substr(0, slash);
      if (slash != std::string::npos) {
        json["template_version"] = object.template_().substr(slash + 1);
      }
    }
    json["comment"] = object.comment().value();
    json["distribution"] = "5";
    json["deleted"] = false;
    json["timestamp"] = fmt::to_string(UnixSeconds(record_.issued));
    AddTimes(json, object.first_seen_us(), object.last_seen_us());
    json["Attribute"] = Json::array();
    json["ObjectReference"] = Json::array();
    for (const v1::Member& member : object.members()) {
      const auto found = by_ref.find(member.indicator());
      if (found == by_ref.end()) continue;  // only in sections that nobody has checked
      const v1::Indicator& indicator = *found->second;
      Json attribute = AttributeOf(indicator);
      if (!member.relation().empty()) attribute["object_relation"] = member.relation();
      uuid_by_ref_.emplace(indicator.ref(), attribute["uuid"].get<std::string>());
      json["Attribute"].push_back(std::move(attribute));
      Remember(indicator, Json::json_pointer() / "Object" / objects_.size() / "Attribute" /
                              (json["Attribute"].size() - 1));
    }
    objects_.emplace_back(object.ref(), std::move(json));
  }

  void Rules() {
    int index = 0;
    for (const v1::Rule& rule : sections_.detection_rules().rules()) {
      const MispType* row = FindMispType(rule.language());
      std::string type = row != nullptr && row->target == MispTarget::kRule ? rule.language()
                         : rule.language() == "stix"                        ? "stix2-pattern"
                                                                            : "other";
      Json json = Attribute(type, CategoryOf(type, ""), rule.body(), true);
      json["uuid"] = TakeUuid(rule.uuid(), fmt::format("rule:{}", index++));
      json["comment"] = rule.comment().value();
      AddLabels(json, rule.labels());
      if (!rule.name().empty()) LeaveOut(left_out_, "names of rules");
      attributes_.push_back(std::move(json));
    }
  }

  void Attachments() {
    int index = 0;
    for (const v1::Attachment& attachment : sections_.attachments().attachments()) {
      const bool has_md5 = !attachment.md5().empty();
      const std::string_view type = has_md5 ? "malware-sample" : "attachment";
      Json json = Attribute(
          type, CategoryOf(type, ""),
          has_md5 ? attachment.name() + "|" + attachment.md5() : attachment.name(), false);
      json["uuid"] = TakeUuid({}, fmt::format("attachment:{}", index++));
      json["comment"] = attachment.comment().value();
      const bool says_more = !attachment.sha1().empty() || !attachment.sha256().empty() ||
                             attachment.size() != 0 || !attachment.type().empty();
      if (says_more) LeaveOut(left_out_, "further facts of an attachment");
      attributes_.push_back(std::move(json));
    }
  }

  void References() {
    int index = 0;
    for (const v1::Reference& reference : sections_.references().references()) {
      const std::pair known(v1::INDICATOR_TYPE_VULNERABILITY, reference.external_id());
      const bool is_link = !reference.url().empty();
      if (!is_link && place_by_value_.count(known) > 0) continue;  // the indicator brings it back
      if (!is_link && reference.source() != "cve") {
        LeaveOut(left_out_, "references without an address");
        continue;
      }
      Json json = Attribute(is_link ? "link" : "vulnerability", "External analysis",
                            is_link ? reference.url() : reference.external_id(), false);
      json["uuid"] = TakeUuid({}, fmt::format("reference:{}", index++));
      json["comment"] = reference.description().value();
      attributes_.push_back(std::move(json));
    }
  }

  void Victims() {
    int index = 0;
    for (const v1::Asset& asset : sections_.victim().assets()) {
      const MispType* row = FindMispType(asset.type());
      if (row == nullptr || row->target != MispTarget::kVictim) {
        LeaveOut(left_out_, "assets of a victim");
        continue;
      }
      Json json = Attribute(asset.type(), row->category, asset.description().value(), false);
      json["uuid"] = TakeUuid({}, fmt::format("asset:{}", index++));
      attributes_.push_back(std::move(json));
    }
    if (sections_.victim().description_size() > 0 || sections_.victim().countries_size() > 0) {
      LeaveOut(left_out_, "descriptions of a victim");
    }
  }

  Json& AttributeAt(const Json::json_pointer& place) {
    if (place.to_string().starts_with("/Attribute/")) {
      return attributes_[std::stoul(place.back())];
    }
    const Json::json_pointer object = place.parent_pointer().parent_pointer();
    return objects_[std::stoul(object.back())].second["Attribute"][std::stoul(place.back())];
  }

  void Sightings() {
    for (const v1::Sighting& sighting : sections_.indicators().sightings()) {
      const bool is_sayable = sighting.type() != v1::INDICATOR_TYPE_UNSPECIFIED &&
                              (sighting.verdict() == v1::VERDICT_SEEN ||
                               sighting.verdict() == v1::VERDICT_FALSE_POSITIVE);
      if (!is_sayable) {
        LeaveOut(left_out_, "sightings that MISP has no word for");
        continue;
      }
      auto found = place_by_value_.find({sighting.type(), sighting.value()});
      if (found == place_by_value_.end()) found = AddSightedValue(sighting);
      const std::int64_t seen_us =
          sighting.last_seen_us() != 0 ? sighting.last_seen_us() : sighting.first_seen_us();
      Json json = {{"type", sighting.verdict() == v1::VERDICT_SEEN ? "0" : "1"}};
      if (seen_us != 0) json["date_sighting"] = fmt::to_string(seen_us / 1'000'000);
      AttributeAt(found->second)["Sighting"].push_back(std::move(json));
    }
  }

  using PlaceByValue = std::map<std::pair<v1::IndicatorType, std::string>, Json::json_pointer>;

  // A sighting of another record's indicator: MISP needs something to hang it on.
  PlaceByValue::iterator AddSightedValue(const v1::Sighting& sighting) {
    v1::Indicator indicator;
    indicator.set_ref(fmt::format("sighted:{}", attributes_.size()));
    indicator.set_type(sighting.type());
    indicator.set_value(sighting.value());
    attributes_.push_back(AttributeOf(indicator));
    Remember(indicator, Json::json_pointer() / "Attribute" / (attributes_.size() - 1));
    return place_by_value_.find({sighting.type(), sighting.value()});
  }

  void AddReport(const std::string& name, const std::string& content) {
    Json json = Json::object();
    json["uuid"] = TakeUuid({}, fmt::format("report:{}", event_["EventReport"].size()));
    json["name"] = name;
    json["content"] = content;
    json["distribution"] = "5";
    json["deleted"] = false;
    json["timestamp"] = fmt::to_string(UnixSeconds(record_.issued));
    event_["EventReport"].push_back(std::move(json));
  }

  void Reports() {
    event_["EventReport"] = Json::array();
    for (const v1::Text& text : sections_.summary().description()) {
      AddReport("Description", text.value());
    }
    for (const v1::Report& report : sections_.summary().reports()) {
      AddReport(report.name().value(), report.content().value());
    }
  }

  void Relationships() {
    int index = 0;
    for (const v1::Relationship& r : sections_.indicators().relationships()) {
      const auto from = std::find_if(objects_.begin(), objects_.end(),
                                     [&](const auto& object) { return object.first == r.from(); });
      const auto to = uuid_by_ref_.find(r.to());
      if (from == objects_.end() || to == uuid_by_ref_.end()) {
        LeaveOut(left_out_, "relationships that do not start at an object");
        continue;
      }
      Json json = Json::object();
      json["uuid"] = TakeUuid({}, fmt::format("relationship:{}", index++));
      json["object_uuid"] = uuid_by_ref_[r.from()];
      json["referenced_uuid"] = to->second;
      json["relationship_type"] = r.type();
      json["comment"] = r.comment().value();
      json["deleted"] = false;
      from->second["ObjectReference"].push_back(std::move(json));
    }
  }

  void CountUnwritten() {
    const auto count = [&](bool is_there, policy::SectionId section) {
      if (is_there) LeaveOut(left_out_, fmt::format("section {}", policy::ToWord(section)));
    };
    count(sections_.has_impact(), policy::SectionId::kImpact);
    count(sections_.has_timeline(), policy::SectionId::kTimeline);
    count(sections_.has_response(), policy::SectionId::kResponse);
    count(sections_.has_contact(), policy::SectionId::kContact);
    count(sections_.has_log_excerpts(), policy::SectionId::kLogExcerpts);
    count(sections_.has_caveats(), policy::SectionId::kCaveats);
  }

  const HeldRecord& record_;
  const v1::Sections& sections_;
  const ExportOptions& options_;
  std::vector<LeftOut>& left_out_;
  Json event_ = Json::object();
  Json attributes_ = Json::array();
  std::vector<std::pair<std::string, Json>> objects_{};  // ref, object
  std::map<std::string, std::string> uuid_by_ref_{};
  std::set<std::string> uuids_{};
  PlaceByValue place_by_value_{};
};

Json WrappedEvent(const HeldRecord& record, const ExportOptions& options,
                  std::vector<LeftOut>& left_out) {
  Json wrapped = Json::object();
  wrapped["Event"] = EventWriter(record, options, left_out).Write();
  return wrapped;
}

Json ManifestEntry(const Json& event, std::string_view text) {
  Json entry = Json::object();
  for (const char* key :
       {"info", "Orgc", "analysis", "threat_level_id", "timestamp", "date", "Tag"}) {
    entry[key] = event[key];
  }
  entry["integrity:sha256"] = HexEncode(crypto::Sha256(text).view());
  return entry;
}

// As PyMISP names values: both halves of a composite apart.
void AddHashes(const Json& attributes, const std::string& uuid, std::set<std::string>& lines) {
  const auto add = [&](std::string_view value) {
    lines.insert(HexEncode(crypto::Md5ForNames(value)) + "," + uuid + "\n");
  };
  for (const Json& attribute : attributes) {
    if (attribute.value("deleted", false)) continue;
    const std::string type = attribute["type"].get<std::string>();
    const std::string value = attribute["value"].get<std::string>();
    const std::size_t bar =
        type.find('|') == std::string::npos ? std::string::npos : value.find('|');
    if (bar == std::string::npos) {
      add(value);
      continue;
    }
    add(std::string_view(value).substr(0, bar));
    add(std::string_view(value).substr(bar + 1));
  }
}

}  // namespace

std::string ExportMispEvent(const HeldRecord& record, const ExportOptions& options) {
  std::vector<LeftOut> left_out;
  if (!MayExport(record, options, left_out)) return "";
  return ToPrettyText(WrappedEvent(record, options, left_out));
}

MispFeed ExportMispFeed(const HeldRecords& records, const ExportOptions& options) {
  MispFeed feed;
  Json manifest = Json::object();
  std::set<std::string> lines;
  records.ForEach([&](const HeldRecord& record) {
    if (!MayExport(record, options, feed.manifest.left_out)) return;
    const Json wrapped = WrappedEvent(record, options, feed.manifest.left_out);
    const Json& event = wrapped["Event"];
    const std::string uuid = event["uuid"].get<std::string>();
    manifest[uuid] = ManifestEntry(event, ToPrettyText(wrapped));
    AddHashes(event["Attribute"], uuid, lines);
    for (const Json& object : event["Object"]) AddHashes(object["Attribute"], uuid, lines);
    feed.events.emplace(uuid, record.record_id_hex);
    ++feed.manifest.written;
  });
  feed.manifest.text = ToPrettyText(manifest);
  for (const std::string& line : lines) feed.hashes += line;
  return feed;
}

Exported ExportMisp(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  JsonListText events;
  records.ForEach([&](const HeldRecord& record) {
    if (!MayExport(record, options, exported.left_out)) return;
    events.Add(WrappedEvent(record, options, exported.left_out));
    ++exported.written;
  });
  exported.text = std::move(events).Within({{"response", Json::array()}}, "response");
  return exported;
}

}  // namespace renkei::formats
