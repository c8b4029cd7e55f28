// One record on its way to STIX: what the writers of its parts share.  Private to node/formats.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/base/json.h"
#include "node/formats/export_parts.h"
#include "node/formats/json_list_text.h"
#include "node/formats/stix_values.h"

namespace renkei::formats {

// The objects of all records; those that several share stand there once.
class StixObjects {
 public:
  void Add(Json object) { objects_.push_back({.json = std::move(object)}); }
  // An observable, identity or definition; of two with one id the stricter marking counts.
  void AddOnce(Json object, policy::Tlp tlp);
  std::vector<Json> Take();
  // Those of a bundle as texts: what was added so far takes less room.
  void WriteSoFar();
  JsonListText TakeText();

 private:
  struct Object {
    Json json{};
    std::string text{};  // of it, once it is written; then `json` is null
  };
  static void Write(Object& object);

  struct Placed {
    std::size_t at = 0;
    policy::Tlp tlp = policy::Tlp::kUnspecified;
  };

  std::vector<Object> objects_{};
  std::size_t written_ = 0;  // objects before have a text
  std::unordered_map<std::string, Placed> placed_{};
};

class StixRecordWriter {
 public:
  StixRecordWriter(const HeldRecord& record, const ExportOptions& options, StixObjects& objects,
                   std::vector<LeftOut>& left_out);

  void Write();

 private:
  using IndicatorByRef = std::map<std::string, const v1::Indicator*>;

  // export_stix.cc: the report, and what is no indicator.
  void Report();
  void Titles(Json& report, Json& own);
  void Labels(Json& report);
  void References(Json& report);
  void Notes();
  void Actions();
  void Techniques();
  void Actors();
  void Rules();
  void DerivedFrom();
  Json NoteOf(std::string_view place, const v1::Text& text);
  void TechniqueOf(const std::vector<v1::Technique>& techniques);
  // export_stix_values.cc: indicators, and what ties them.
  void Values();
  void FindShared();
  void Value(const v1::Indicator& indicator, const std::string& place);
  Json Observed(const std::string& place, const v1::Indicator& times, Json observable);
  Json IndicatorObject(const std::string& place, const v1::Indicator& indicator,
                       std::string pattern);
  bool PatternObject(const v1::Object& object, const IndicatorByRef& by_ref);
  bool IsTakenOut(const v1::Indicator& indicator) const;
  void PutPattern(Json object, bool taken_out);
  bool ThingObject(const v1::Object& object, const IndicatorByRef& by_ref);
  bool ObservableObject(const v1::Object& object, const IndicatorByRef& by_ref);
  bool EmbedEnds(const v1::Object& object, Json& observable);
  void TieObject(const v1::Object& object);
  void Relationships();
  void Sightings();
  std::string SightedId(const v1::Sighting& sighting);
  // The members of an object, if it alone has them and nothing else points at them.
  std::vector<const v1::Indicator*> OwnMembers(const v1::Object& object,
                                               const IndicatorByRef& by_ref) const;

  // type, spec_version, id, created_by_ref, created, modified.
  Json Head(std::string_view type, std::string_view place) const;
  std::string Id(std::string_view type, std::string_view place) const;
  // Marks an object, names it in the report, adds it.
  void Put(Json object);
  void PutObservable(Json object);
  void Mark(Json& object) const;

  const HeldRecord& record_;
  const ExportOptions& options_;
  const v1::Sections& sections_;
  StixObjects& objects_;
  std::vector<LeftOut>& left_out_;
  std::string author_id_{};
  std::int64_t created_us_ = 0;
  std::int64_t modified_us_ = 0;
  std::string report_id_{};
  Json marking_ids_ = Json::array();
  Json report_refs_ = Json::array();
  v1::Sections rest_{};  // what has no object of its own
  std::map<std::string, std::string> id_by_ref_{};
  std::map<std::string, std::string> observable_by_ref_{};
  std::map<std::pair<v1::IndicatorType, std::string>, std::string> id_by_value_{};
  std::set<std::string> members_{};  // refs that a grouping has taken
  std::set<std::string> shared_{};   // ... that several have, or relationships point at
  std::set<const v1::Relationship*> embedded_{};
  std::set<const v1::Actor*> named_actors_{};
  std::set<const v1::Technique*> named_techniques_{};
};

inline constexpr std::size_t kStixNameMax = 512;  // as the reader takes them

// Texts that STIX can carry as they are.
bool FitsLabels(const google::protobuf::RepeatedPtrField<std::string>& labels);
// `description` and `lang`; false if there is a language and no text.
bool PutDescription(Json& object, const v1::Text& text, std::string_view key = "description");
void PutAliases(Json& object, const v1::Actor& actor);
std::string StixTime(std::int64_t micros);
std::string_view StixTypeOf(const v1::Actor& actor);
// What is not said in STIX's own words.
v1::Indicator RestOfIndicator(const v1::Indicator& indicator);

}  // namespace renkei::formats
