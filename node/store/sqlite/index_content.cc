#include "node/store/sqlite/index_content.h"

#include <algorithm>
#include <array>
#include <set>

#include "node/base/encoding.h"
#include "node/record/record.h"

namespace renkei::store {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

// The three sections that the index is made of; they were checked when the record was opened.
v1::Sections SectionsFor(const record::Record& record) {
  v1::Sections sections;
  for (const auto id : {record::SectionId::kSummary, record::SectionId::kTechniques,
                        record::SectionId::kIndicators}) {
    if (!record.Holds(id)) continue;
    if (!record::DecodeSection(id, record.section(id).value, sections).ok()) return {};
  }
  return sections;
}

void AddTerm(TermKind kind, std::string_view word, std::set<Term>& terms) {
  if (word.empty() || word.size() > kTermBytesMax || terms.size() >= kTermsMax) return;
  terms.insert(MakeTerm(kind, word));
}

// `T1566.002`, and the technique that it is part of.
void AddTechnique(const v1::Technique& technique, std::set<Term>& terms) {
  const std::string_view id = technique.id();
  AddTerm(TermKind::kTechnique, id, terms);
  AddTerm(TermKind::kTechnique, id.substr(0, std::min(id.find('.'), id.size())), terms);
}

std::set<Term> TermsOf(const record::Header& header, const v1::Sections& sections,
                       std::string_view author) {
  std::set<Term> terms = {MakeTerm(TermKind::kAll, ""), KindTerm(header.kind)};
  AddTerm(TermKind::kTeam, author, terms);
  for (const record::CircleId& circle : header.circles) terms.insert(CircleTerm(circle));
  for (const std::string& tag : header.tags) AddTerm(TermKind::kTag, tag, terms);
  for (const std::string& label : sections.summary().labels()) {
    AddTerm(TermKind::kTag, label, terms);
  }
  for (const v1::Technique& technique : sections.techniques().techniques()) {
    AddTechnique(technique, terms);
  }
  for (const v1::Indicator& indicator : sections.indicators().indicators()) {
    for (const std::string& label : indicator.labels()) AddTerm(TermKind::kTag, label, terms);
  }
  return terms;
}

// No earlier than `first`, no later than the record says it was written: who dates an indicator
// ahead does not keep it fresh.
std::int64_t SeenAt(std::int64_t micros, std::int64_t issued) {
  return micros <= 0 ? issued : std::min(micros / kMicros, issued);
}

std::uint8_t SaysOf(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_FALSE_POSITIVE:
      return kSaysFalsePositive;
    case v1::VERDICT_NOT_SEEN:
      return kSaysNotSeen;
    default:
      return kSaysSeen;
  }
}

class Collector {
 public:
  explicit Collector(IndexContent& content) : content_(content) {}

  void Add(v1::IndicatorType type, std::string_view value, ToldIndicator told) {
    told.indicator = record::KeyOf(type, value);
    const auto [at, is_new] = places_.try_emplace(told.indicator.key, content_.told.size());
    if (is_new) {
      content_.told.push_back(std::move(told));
      return;
    }
    ToldIndicator& known = content_.told[at->second];
    known.says = static_cast<std::uint8_t>(known.says | told.says);
    known.confidence = std::max(known.confidence, told.confidence);
    known.first_seen = std::min(known.first_seen, told.first_seen);
    known.last_seen = std::max(known.last_seen, told.last_seen);
  }

 private:
  IndexContent& content_;
  std::map<IndicatorKey, std::size_t> places_;
};

void AddIndicators(const v1::Sections& sections, Collector& collector, std::int64_t issued) {
  const v1::Summary& summary = sections.summary();
  for (const v1::Indicator& indicator : sections.indicators().indicators()) {
    ToldIndicator told{.says = kSaysListed,
                       .first_seen = SeenAt(indicator.first_seen_us(), issued),
                       .last_seen = SeenAt(indicator.last_seen_us(), issued)};
    if (indicator.has_confidence()) {
      told.confidence = indicator.confidence();
    } else if (summary.has_confidence()) {
      told.confidence = summary.confidence();
    }
    // First seen, and nothing said of the last time: that was the last time.
    if (indicator.last_seen_us() == 0 && indicator.first_seen_us() != 0) {
      told.last_seen = told.first_seen;
    }
    collector.Add(indicator.type(), indicator.value(), std::move(told));
  }
}

void AddSightings(const v1::Sections& sections, Collector& collector, IndexContent& content) {
  for (const v1::Sighting& sighting : sections.indicators().sightings()) {
    const std::uint8_t says = SaysOf(sighting.verdict());
    if (sighting.value().empty()) {
      content.about_says = static_cast<std::uint8_t>(content.about_says | says);
      continue;
    }
    collector.Add(sighting.type(), sighting.value(),
                  {.says = says,
                   .first_seen = SeenAt(sighting.first_seen_us(), content.issued),
                   .last_seen = SeenAt(sighting.last_seen_us(), content.issued)});
  }
}

}  // namespace

Term MakeTerm(TermKind kind, std::string_view word) {
  return {.kind = kind, .word = AsciiLower(word)};
}

Term KindTerm(policy::Kind kind) {
  return {.kind = TermKind::kKind, .word = fmt::to_string(static_cast<int>(kind))};
}

Term CircleTerm(const record::CircleId& circle) {
  return {.kind = TermKind::kCircle, .word = HexEncode(circle.view())};
}

Term TypeTerm(v1::IndicatorType type) {
  return {.kind = TermKind::kType, .word = fmt::to_string(static_cast<int>(type))};
}

std::optional<IndexContent> ContentOf(BytesView stored, RecordState state,
                                      std::string_view author) {
  if (state != RecordState::kLive) return std::nullopt;
  const auto record = record::Record::FromStored(stored);
  if (!record.ok() || record->header().exercise) return std::nullopt;
  const record::Header& header = record->header();
  const v1::Sections sections = SectionsFor(*record);
  IndexContent content{.issued = UnixSeconds(header.issued)};
  Collector collector(content);
  AddIndicators(sections, collector, content.issued);
  AddSightings(sections, collector, content);
  if (header.about && content.about_says != 0) content.about = header.about;
  std::set<Term> terms = TermsOf(header, sections, author);
  for (const ToldIndicator& told : content.told) terms.insert(TypeTerm(told.indicator.type));
  content.terms.assign(terms.begin(), terms.end());
  return content;
}

}  // namespace renkei::store
