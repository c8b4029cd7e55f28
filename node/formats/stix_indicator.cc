// Indicators: a pattern that says one thing, or any of some things, becomes typed values; every
// other one stays the rule it is.
#include <algorithm>

#include "node/formats/message_json.h"
#include "node/formats/stix_state.h"
#include "node/formats/stix_values.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

struct StixTerm {
  const StixProperty* property = nullptr;
  std::string relation{};  // file:hashes.MD5
  std::string value{};
};

// `X_ref.type = 'ipv4-addr'` beside `X_ref.value = ...` repeats what the value shows.
bool RepeatsType(const StixPattern& pattern, const PatternComparison& one) {
  if (!one.path.ends_with("_ref.type") && !one.path.ends_with("_refs[*].type")) return false;
  const std::string value_path = one.path.substr(0, one.path.size() - 4) + "value";
  return std::any_of(pattern.comparisons.begin(), pattern.comparisons.end(),
                     [&](const PatternComparison& other) {
                       return other.object == one.object && other.path == value_path;
                     });
}

bool SaysEqual(const PatternComparison& one) {
  if (one.negated) return false;
  const bool is_net = one.operation == "ISSUBSET" && one.path == "value" &&
                      (one.object == "ipv4-addr" || one.object == "ipv6-addr");
  return one.operation == "=" || one.operation == "IN" || is_net;
}

// The terms of a pattern, if each says which value some property has.
std::optional<std::vector<StixTerm>> EqualTerms(const StixPattern& pattern) {
  std::vector<StixTerm> terms;
  for (const PatternComparison& one : pattern.comparisons) {
    if (pattern.shape == StixPattern::Shape::kAllOf && RepeatsType(pattern, one)) continue;
    const StixProperty* property = FindStixProperty(one.object, one.path);
    if (property == nullptr || !SaysEqual(one)) return std::nullopt;
    if (pattern.shape == StixPattern::Shape::kAllOf && one.values.size() != 1) return std::nullopt;
    for (const PatternConstant& value : one.values) {
      const bool is_plain =
          value.is == PatternConstant::Is::kText || value.is == PatternConstant::Is::kNumber;
      if (!is_plain || value.text.empty() || value.text.size() > record::kTextBytesMax) {
        return std::nullopt;
      }
      terms.push_back({property, fmt::format("{}:{}", one.object, one.path), value.text});
    }
  }
  return terms;
}

bool HasPath(const std::vector<StixTerm>& terms, std::string_view piece) {
  return std::any_of(terms.begin(), terms.end(), [&](const StixTerm& term) {
    return term.property->path.find(piece) != std::string_view::npos;
  });
}

// Whether one of the values, found alone, is worth acting on; by property.
bool ActsAlone(const StixProperty& property, bool has_hash) {
  if (property.object == "file") return !has_hash || property.path.starts_with("hashes.");
  if (property.object == "network-traffic") return property.path.ends_with("_ref.value");
  if (property.object == "windows-registry-key") return property.path != "key";
  return true;
}

// All-of patterns that tie a value to what is told of it; any other combination is a rule.
bool BelongTogether(const std::vector<StixTerm>& terms) {
  const std::string_view object = terms.front().property->object;
  for (const StixTerm& term : terms) {
    if (term.property->object != object) return false;
  }
  if (object == "file") return HasPath(terms, "hashes.");
  if (object == "network-traffic") return HasPath(terms, "_ref.value");
  if (object == "domain-name") return HasPath(terms, "resolves_to_refs");
  return object == "windows-registry-key" && HasPath(terms, "key") && HasPath(terms, "values");
}

struct IndicatorReading {
  std::string language{};
  std::string pattern{};
  v1::Indicator common{};  // all but type and value
  std::string name{};
  bool own_members = false;  // ... and that of each of several values
  bool own = false;          // we wrote it: what it says beside the pattern is in our extension
};

void ReadTimes(StixReader& reader, v1::Indicator& common) {
  const std::int64_t from = reader.Time("valid_from");
  const std::int64_t created = reader.Time("created");
  const std::int64_t modified = reader.Time("modified");
  // Producers who have nothing to say write the time of writing.
  if (from != created && from != modified) common.set_first_seen_us(from);
  common.set_valid_until_us(reader.Time("valid_until"));
}

void ReadTypes(StixReader& reader, v1::Indicator& common) {
  for (const std::string& type : reader.Texts("indicator_types")) {
    if (type == "benign") {
      common.set_role(v1::ROLE_BENIGN);
    } else if (type != "malicious-activity" && type != "unknown") {
      common.add_labels(fmt::format("stix:indicator-type=\"{}\"", type));
    }
  }
}

bool ReadCommon(StixReader& reader, IndicatorReading& reading) {
  reading.own_members = reader.OwnNode("indicators").has_value();
  reading.own = reading.own_members || reader.OwnNode("indicator");
  reading.language = reader.Text("pattern_type", kMispNameBytesMax);
  if (reading.language.empty()) reading.language = "stix";  // STIX 2.0 has no other
  reader.Take("pattern_version");
  const auto pattern = reader.node().Find("pattern");
  if (pattern && pattern->IsText() && pattern->Text()->size() > record::kLongTextBytesMax) {
    reader.Take("pattern");
    reader.Lost("pattern",
                fmt::format("a pattern of more than {} bytes", record::kLongTextBytesMax));
    return false;
  }
  reading.pattern = reader.Text("pattern", record::kLongTextBytesMax);
  if (reading.pattern.empty()) {
    reader.Lost("pattern", "no pattern in it");
    return false;
  }
  for (std::string& label : reader.Labels()) reading.common.add_labels(std::move(label));
  ReadTimes(reader, reading.common);
  ReadTypes(reader, reading.common);
  if (const auto confidence = reader.Confidence()) reading.common.set_confidence(*confidence);
  for (v1::KillChainPhase& phase : reader.Phases()) {
    *reading.common.add_phases() = std::move(phase);
  }
  return true;
}

void AddStixRule(StixState& state, StixReader& reader, IndicatorReading& reading) {
  v1::Rule rule;
  rule.set_language(reading.language);
  rule.set_body(reading.pattern);
  rule.set_name(reader.Text("name", record::kTextBytesMax));
  v1::Text comment = reader.Comment(rule.name());
  if (!comment.value().empty()) *rule.mutable_comment() = std::move(comment);
  *rule.mutable_labels() = reading.common.labels();
  if (reader.OwnNode("rule")) rule.clear_language();
  if (!reader.Own("rule", rule)) {
    rule.set_uuid(reader.Uuid());
    if (reading.common.has_confidence()) reader.Lost("confidence", "of a rule");
    if (reading.common.phases_size() > 0) reader.Lost("kill_chain_phases", "of a rule");
    const bool has_times =
        reading.common.first_seen_us() != 0 || reading.common.valid_until_us() != 0;
    if (has_times) reader.Lost("valid_from", "times of a rule");
    if (reading.common.role() == v1::ROLE_BENIGN) reader.Lost("indicator_types", "of a rule");
  }
  *state.made.draft.sections.mutable_detection_rules()->add_rules() = std::move(rule);
  state.made.report.Mapped("indicator, rule");
}

v1::Indicator MakeTerm(const IndicatorReading& reading, const StixTerm& term, bool acts) {
  v1::Indicator indicator = IndicatorOf(*term.property, term.value);
  const v1::Role role = indicator.role();
  if (!reading.own_members) indicator.MergeFrom(reading.common);
  if (reading.own) {
    indicator.clear_role();
    indicator.clear_source_type();
    return indicator;
  }
  const bool benign = reading.common.role() == v1::ROLE_BENIGN;
  indicator.set_role(benign ? v1::ROLE_BENIGN : role);
  indicator.set_actionable(acts && !benign);
  return indicator;
}

// What we wrote beside the pattern counts only while the pattern still says the same.
v1::Indicator MergeOwn(StixState& state, StixReader& reader, const StixTerm& term,
                       v1::Indicator natural, const JsonNode& node) {
  v1::Indicator merged = natural;
  const absl::Status read = MessageFromJson(node, merged);
  const v1::Indicator as_read = IndicatorOf(*term.property, term.value);
  const bool agrees =
      read.ok() && merged.value() == natural.value() && PatternOf(merged) == PatternOf(as_read);
  if (agrees) return merged;
  state.made.report.Note(
      fmt::format("`{}`: our own extension does not fit the pattern; it is "
                  "left out",
                  reader.Place("pattern")));
  natural.set_actionable(true);
  return natural;
}

void AddOneValue(StixState& state, StixReader& reader, const IndicatorReading& reading,
                 const StixTerm& term) {
  v1::Indicator indicator = MakeTerm(reading, term, /*acts=*/true);
  v1::Text comment = reader.Comment(term.value);
  if (!comment.value().empty()) *indicator.mutable_comment() = std::move(comment);
  if (const auto own = reader.OwnNode("indicator")) {
    indicator = MergeOwn(state, reader, term, std::move(indicator), *own);
  } else {
    indicator.set_uuid(reader.Uuid());
  }
  AddStixIndicator(state, std::move(indicator), reader.entry().id);
  state.made.report.Mapped("indicator, one value");
}

void AddManyValues(StixState& state, StixReader& reader, const IndicatorReading& reading,
                   const std::vector<StixTerm>& terms, bool all) {
  MispUnit unit;
  v1::Object& object = unit.object.emplace();
  object.set_ref(state.made.NextRef('o'));
  object.set_name(all ? std::string(terms.front().property->object) : "indicator");
  object.set_template_(std::string(kStixTemplate));
  object.set_source_type(all ? "stix-all" : "stix-any");
  v1::Text comment = reader.Comment("");
  if (!comment.value().empty()) *object.mutable_comment() = std::move(comment);
  object.set_uuid(reader.Uuid());
  object.set_first_seen_us(reading.common.first_seen_us());
  if (reader.OwnNode("object")) {
    // All but what it is made of and its text is said there.
    v1::Object said;
    *said.mutable_comment() = object.comment();
    if (!object.has_comment()) said.clear_comment();
    said.set_ref(object.ref());
    object = std::move(said);
    reader.Own("object", object);
  }
  std::vector<StixValue>& values = state.values_by_id[reader.entry().id];
  const bool has_hash = all && HasPath(terms, "hashes.");
  for (const StixTerm& term : terms) {
    v1::Indicator indicator = MakeTerm(reading, term, !all || ActsAlone(*term.property, has_hash));
    indicator.clear_first_seen_us();
    unit.indicators.push_back(std::move(indicator));
  }
  if (const auto own = reader.OwnNode("indicators")) {
    std::size_t at = 0;
    reader.Fail(own->ForEachItem([&](const JsonNode& item) {
      if (at < terms.size()) {
        unit.indicators[at] =
            MergeOwn(state, reader, terms[at], std::move(unit.indicators[at]), item);
      }
      ++at;
      return absl::OkStatus();
    }));
  }
  for (std::size_t i = 0; i < terms.size(); ++i) {
    v1::Indicator& indicator = unit.indicators[i];
    indicator.set_ref(state.made.NextRef('i'));
    v1::Member* member = object.add_members();
    member->set_relation(terms[i].relation);
    member->set_indicator(indicator.ref());
    values.emplace_back(indicator.type(), indicator.value());
    state.ref_by_value.emplace(StixValue(indicator.type(), indicator.value()), indicator.ref());
  }
  state.ref_by_id[reader.entry().id] = object.ref();
  state.made.units.push_back(std::move(unit));
  state.made.report.Mapped(all ? "indicator, all of some values" : "indicator, any of some values");
}

}  // namespace

std::string AddStixIndicator(StixState& state, v1::Indicator indicator, const std::string& id) {
  indicator.set_ref(state.made.NextRef('i'));
  std::string ref = indicator.ref();
  const StixValue value(indicator.type(), indicator.value());
  state.ref_by_value.emplace(value, ref);
  if (!id.empty()) {
    state.ref_by_id[id] = ref;
    state.values_by_id[id] = {value};
  }
  state.unit_by_ref[ref] = state.made.units.size();
  state.made.units.emplace_back().indicators.push_back(std::move(indicator));
  return ref;
}

void ReadStixIndicator(StixState& state, StixReader& reader) {
  IndicatorReading reading;
  if (!ReadCommon(reader, reading)) return;
  if (reading.language != "stix" || reader.OwnNode("rule")) {
    AddStixRule(state, reader, reading);
    return;
  }
  const absl::StatusOr<StixPattern> pattern = ParseStixPattern(reading.pattern);
  if (!pattern.ok()) {
    state.made.report.Note(fmt::format("`{}`: not a STIX pattern ({}); kept as a rule",
                                       reader.Place("pattern"),
                                       ::renkei::Message(pattern.status())));
  }
  std::optional<std::vector<StixTerm>> terms;
  if (pattern.ok() && pattern->shape != StixPattern::Shape::kComplex) terms = EqualTerms(*pattern);
  const bool all = terms && terms->size() > 1 && pattern->shape == StixPattern::Shape::kAllOf;
  if (!terms || terms->empty() || (all && !BelongTogether(*terms))) {
    AddStixRule(state, reader, reading);
  } else if (terms->size() == 1) {
    AddOneValue(state, reader, reading, terms->front());
  } else {
    AddManyValues(state, reader, reading, *terms, all);
  }
}

}  // namespace renkei::formats
