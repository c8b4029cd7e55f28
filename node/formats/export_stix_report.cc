// The report in which a record stands as STIX, with what of it no other object says.
#include <algorithm>
#include <set>

#include "node/formats/export_stix_parts.h"
#include "node/formats/message_json.h"
#include "node/formats/misp_tags.h"
#include "node/formats/stix_extension.h"

namespace renkei::formats {
namespace {

std::string_view ReportType(policy::Kind kind) {
  switch (kind) {
    case policy::Kind::kIncident:
      return "incident";
    case policy::Kind::kIndicators:
      return "indicator";
    case policy::Kind::kVulnerability:
      return "vulnerability";
    default:
      return "threat-report";
  }
}

bool ReadsAsMarking(const std::string& label) {
  const TagMeaning::Is is = ReadTag(label).is;
  return is == TagMeaning::Is::kTlp || is == TagMeaning::Is::kPap;
}

// Several languages, each once and none of them unsaid.
bool AreTranslations(const google::protobuf::RepeatedPtrField<v1::Text>& texts) {
  std::set<std::string> langs;
  for (int i = 1; i < texts.size(); ++i) {
    const bool fits = !texts[i].value().empty() && !texts[i].lang().empty() &&
                      texts[i].value().size() <= 65'536 && texts[i].lang().size() <= kStixNameMax &&
                      langs.insert(texts[i].lang()).second;
    if (!fits) return false;
  }
  return true;
}

}  // namespace

void StixRecordWriter::Titles(Json& report, Json& own) {
  v1::Summary& rest = *rest_.mutable_summary();
  const auto& titles = sections_.summary().title();
  const auto& descriptions = sections_.summary().description();
  std::string lang;
  report["name"] = fmt::format("record {}", record_.record_id_hex);
  if (titles.empty() || titles[0].value().empty()) {
    own["untitled"] = true;
  } else {
    report["name"] = titles[0].value();
    lang = titles[0].lang();
    rest.mutable_title()->DeleteSubrange(0, 1);
  }
  if (!descriptions.empty() && !descriptions[0].value().empty()) {
    report["description"] = descriptions[0].value();
    if (own.contains("untitled")) lang = descriptions[0].lang();
    if (descriptions[0].lang() != lang) own["description_lang"] = descriptions[0].lang();
    rest.mutable_description()->DeleteSubrange(0, 1);
  }
  if (!lang.empty()) report["lang"] = lang;
  const auto translate = [&](const auto& texts, std::string_view key, auto* left) {
    if (texts.size() < 2 || left->size() != texts.size() - 1 || !AreTranslations(texts)) return;
    Json json = Head("language-content", fmt::format("language:{}", key));
    json["object_ref"] = report_id_;
    json["object_modified"] = StixTime(modified_us_);
    for (const v1::Text& text : *left)
      json["contents"][text.lang()][std::string(key)] = text.value();
    left->Clear();
    Put(std::move(json));
  };
  translate(titles, "name", rest.mutable_title());
  translate(descriptions, "description", rest.mutable_description());
}

void StixRecordWriter::Labels(Json& report) {
  v1::Summary& rest = *rest_.mutable_summary();
  const std::string rsit = RsitTag(record_.type);
  if (!rsit.empty()) report["labels"].push_back(rsit);
  rest.clear_labels();
  for (const std::string& label : sections_.summary().labels()) {
    const bool is_first_rsit = rsit.empty() && ReadTag(label).is == TagMeaning::Is::kRsit;
    const bool fits = !label.empty() && label.size() <= kStixNameMax && !ReadsAsMarking(label) &&
                      !is_first_rsit && report["labels"].size() < 500;
    if (fits) {
      report["labels"].push_back(label);
    } else {
      rest.add_labels(label);
    }
  }
  if (report["labels"].empty()) report.erase("labels");
  if (sections_.summary().has_confidence()) report["confidence"] = sections_.summary().confidence();
  rest.clear_confidence();
}

void StixRecordWriter::References(Json& report) {
  rest_.clear_references();
  std::set<std::string> said;
  for (const v1::Reference& one : sections_.references().references()) {
    const bool says_what =
        !one.url().empty() || !one.external_id().empty() || !one.description().value().empty();
    const bool fits = !one.source().empty() && says_what && one.description().lang().empty() &&
                      one.description().value().size() <= 65'536 &&
                      !(one.has_description() && one.description().value().empty()) &&
                      said.insert(one.SerializeAsString()).second;
    if (!fits) {
      *rest_.mutable_references()->add_references() = one;
      continue;
    }
    Json json = {{"source_name", one.source()}};
    if (!one.description().value().empty()) json["description"] = one.description().value();
    if (!one.url().empty()) json["url"] = one.url();
    if (!one.external_id().empty()) json["external_id"] = one.external_id();
    report["external_references"].push_back(std::move(json));
  }
}

void StixRecordWriter::Report() {
  Json report = Head("report", "");
  report["id"] = report_id_;
  Json own = Json::object();
  own["kind"] = policy::ToWord(record_.kind);
  if (record_.severity != policy::Severity::kUnspecified) {
    own["severity"] = policy::ToWord(record_.severity);
  }
  if (!record_.tags.empty()) own["tags"] = record_.tags;
  Titles(report, own);
  report["report_types"].push_back(ReportType(record_.kind));
  report["published"] = StixTime(modified_us_);
  Labels(report);
  References(report);
  if (rest_.summary().ByteSizeLong() == 0) rest_.clear_summary();
  if (rest_.techniques().ByteSizeLong() == 0) rest_.clear_techniques();
  if (rest_.ByteSizeLong() > 0) own["sections"] = MessageToJson(rest_);
  // A report names at least one object, and this one is always there.
  if (report_refs_.empty()) report_refs_.push_back(kOwnExtension);
  std::sort(report_refs_.begin(), report_refs_.end());
  report_refs_.erase(std::unique(report_refs_.begin(), report_refs_.end()), report_refs_.end());
  report["object_refs"] = report_refs_;
  PutOwnExtension(report, "record", std::move(own));
  Mark(report);
  objects_.Add(std::move(report));
}

// What was left out makes another object, which says what it was made from.
void StixRecordWriter::DerivedFrom() {
  if (record_.whole) return;
  Json json = Head("relationship", fmt::format("derived:{}", report_id_));
  json["relationship_type"] = "derived-from";
  json["source_ref"] = report_id_;
  json["target_ref"] = Id("report", "report");
  Mark(json);
  objects_.Add(std::move(json));
}

}  // namespace renkei::formats
