// What one object says of others: notes, opinions, sightings, relationships, translations.
#include <algorithm>
#include <array>

#include "node/formats/stix_state.h"
#include "node/formats/stix_values.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

// What a count becomes, so that exact numbers do not tell who saw it.
std::string CountRange(std::uint64_t count) {
  if (count == 0) return "";
  if (count < 10) return "1-9";
  if (count < 50) return "10-49";
  if (count < 250) return "50-249";
  return count < 1000 ? "250-999" : "1000+";
}

void AddSighting(StixState& state, v1::Sighting sighting) {
  state.made.units.emplace_back().sightings.push_back(std::move(sighting));
}

// The one value that `id` stands for; nothing if it is none or several.
std::optional<StixValue> ValueOf(const StixState& state, std::string_view id) {
  const auto found = state.values_by_id.find(id);
  if (found == state.values_by_id.end() || found->second.size() != 1) return std::nullopt;
  return found->second.front();
}

std::optional<std::string> RefOf(const StixState& state, std::string_view id) {
  const auto found = state.ref_by_id.find(id);
  if (found == state.ref_by_id.end()) return std::nullopt;
  return found->second;
}

void ReadNoteIndicator(StixState& state, StixReader& reader, const std::string& content) {
  v1::Indicator indicator;
  indicator.set_value(content);
  indicator.set_type(v1::INDICATOR_TYPE_OTHER);
  for (std::string& label : reader.Labels()) indicator.add_labels(std::move(label));
  if (const auto confidence = reader.Confidence()) indicator.set_confidence(*confidence);
  const bool is_sighted = reader.OwnNode("sighted").has_value();
  reader.Own(is_sighted ? "sighted" : "indicator", indicator);
  reader.Take("abstract");
  indicator.set_value(content);
  if (is_sighted) {
    state.values_by_id[reader.entry().id] = {{indicator.type(), indicator.value()}};
  } else {
    AddStixIndicator(state, std::move(indicator), reader.entry().id);
  }
}

}  // namespace

void ReadStixNote(StixState& state, StixReader& reader) {
  reader.Take("object_refs");
  reader.Ignore("authors", kStixAuthor);
  const bool has_long_content = !reader.OwnNode("indicator") && !reader.OwnNode("sighted");
  const std::string content =
      reader.Text("content", has_long_content ? record::kLongTextBytesMax : record::kTextBytesMax);
  if (content.empty()) {
    reader.Lost("content", "an empty note");
    return;
  }
  if (!has_long_content) return ReadNoteIndicator(state, reader, content);
  const std::string lang = reader.Lang();
  if (reader.OwnNode("caveat")) {
    v1::Text& text = *state.made.draft.sections.mutable_caveats()->add_texts();
    text.set_value(content);
    text.set_lang(lang);
    reader.Take("abstract");
    return;
  }
  v1::Report report;
  const std::string name = reader.Text("abstract", record::kLongTextBytesMax);
  if (!name.empty()) report.mutable_name()->set_value(name);
  report.mutable_content()->set_value(content);
  report.mutable_content()->set_lang(lang);
  reader.Own("report", report);
  *state.made.draft.sections.mutable_summary()->add_reports() = std::move(report);
  state.made.report.Mapped("note");
}

void ReadStixOpinion(StixState& state, StixReader& reader) {
  reader.Take("object_refs");
  reader.Ignore("authors", kStixAuthor);
  const std::string opinion = reader.Text("opinion", kMispNameBytesMax);
  std::optional<StixValue> value;
  for (const std::string& id : reader.entry().refs) {
    if (!value) value = ValueOf(state, id);
  }
  const bool of_record = reader.OwnNode("whole").has_value();
  if ((!value && !of_record) || (opinion != "strongly-disagree" && opinion != "disagree")) {
    reader.Lost("opinion", "an opinion that is no verdict on an indicator");
    return;
  }
  v1::Sighting sighting;
  if (value) {
    sighting.set_type(value->first);
    sighting.set_value(value->second);
  }
  sighting.set_verdict(v1::VERDICT_FALSE_POSITIVE);
  const std::string text = reader.Text("explanation", record::kLongTextBytesMax);
  const std::string lang = reader.Lang();
  if (!text.empty()) {
    sighting.mutable_comment()->set_value(text);
    sighting.mutable_comment()->set_lang(lang);
  }
  reader.Own("sighting", sighting);
  AddSighting(state, std::move(sighting));
  state.made.report.Mapped("opinion");
}

void ReadStixSighting(StixState& state, StixReader& reader) {
  reader.Take("sighting_of_ref");
  reader.Ignore("where_sighted_refs", "who saw it is not passed on");
  v1::Sighting sighting;
  const std::optional<StixValue> value = ValueOf(state, reader.entry().refs.front());
  const bool of_record = reader.OwnNode("whole").has_value();
  if (!value && !of_record) {
    reader.Lost("sighting_of_ref", "a sighting of something that is not one value");
    return;
  }
  if (!of_record) {
    sighting.set_type(value->first);
    sighting.set_value(value->second);
  }
  const std::optional<std::uint64_t> count = reader.Number("count");
  sighting.set_verdict(count == 0U ? v1::VERDICT_NOT_SEEN : v1::VERDICT_SEEN);
  sighting.set_count(CountRange(count.value_or(0)));
  sighting.set_first_seen_us(reader.Time("first_seen"));
  sighting.set_last_seen_us(reader.Time("last_seen"));
  v1::Text text = reader.Comment("");
  if (!text.value().empty()) *sighting.mutable_comment() = std::move(text);
  reader.Own("sighting", sighting);
  AddSighting(state, std::move(sighting));
  state.made.report.Mapped("sighting");
}

void ReadStixRelationship(StixState& state, StixReader& reader) {
  const std::string type = reader.Text("relationship_type", kMispNameBytesMax);
  reader.Take("source_ref");
  reader.Take("target_ref");
  const std::string& source = reader.entry().refs.front();
  const std::string& target = reader.entry().refs.back();
  const std::optional<std::string> from = RefOf(state, source);
  const std::optional<std::string> to = RefOf(state, target);
  const bool is_of_container =
      state.group.container != nullptr && source == state.group.container->id;
  const bool says_victim = reader.entry().targets && state.targeted.count(target) > 0;
  if (is_of_container || says_victim || (from && to && *from == *to)) {
    state.made.report.NotKeptByDesign(reader.Place("target_ref"),
                                      is_of_container ? "relationship: of the report itself"
                                      : says_victim
                                          ? "relationship: who was hit stands in the victim section"
                                          : "relationship: between an indicator and its own value");
    reader.Take("description");
    reader.References();
    return;
  }
  if (!from || !to) {
    reader.Lost("target_ref", "an end that is a rule, or is not in this record");
    reader.Take("description");
    return;
  }
  v1::Relationship relationship;
  relationship.set_type(type);
  v1::Text text = reader.Comment("");
  if (!text.value().empty()) *relationship.mutable_comment() = std::move(text);
  if (reader.OwnNode("relationship")) relationship.clear_type();
  reader.Own("relationship", relationship);
  state.made.relationships.push_back({*from,
                                      *to,
                                      {},
                                      relationship.type(),
                                      relationship.comment().value(),
                                      reader.Place("target_ref"),
                                      relationship.comment().lang()});
  state.made.report.Mapped("relationship");
}

// Titles and descriptions of the report in further languages.
void ReadStixLanguage(StixState& state, StixReader& reader) {
  reader.Take("object_ref");
  reader.Take("object_modified");
  const bool is_ours = state.group.container != nullptr && !reader.entry().refs.empty() &&
                       reader.entry().refs.front() == state.group.container->id;
  const std::optional<JsonNode> contents = reader.Take("contents");
  if (!contents) return;
  if (!is_ours) {
    reader.Lost("contents", "translations of anything but the report");
    return;
  }
  v1::Summary& summary = *state.made.draft.sections.mutable_summary();
  reader.Fail(contents->ForEachMember([&](std::string_view lang, const JsonNode& texts) {
    return texts.ForEachMember([&](std::string_view key, const JsonNode& member) -> absl::Status {
      if (key != "name" && key != "description") {
        reader.Lost("contents", "translations of other properties");
        return absl::OkStatus();
      }
      ASSIGN_OR_RETURN(const std::string_view value, member.Text());
      v1::Text& text = key == "name" ? *summary.add_title() : *summary.add_description();
      text.set_value(std::string(CutUtf8(value, record::kTextBytesMax)));
      text.set_lang(std::string(CutUtf8(lang, kMispNameBytesMax)));
      return absl::OkStatus();
    });
  }));
  state.made.report.Mapped("language-content");
}

}  // namespace renkei::formats
