#include "node/formats/misp_split.h"

#include <algorithm>
#include <set>

#include "node/record/limits.h"

namespace renkei::formats {
namespace {

// Bytes of one part, by section; together, with the summary's labels and the techniques, they stay
// under kRecordBytesMax.
constexpr std::size_t kIndicatorBytes = 1'000'000;
constexpr std::size_t kRuleBytes = 350'000;
constexpr std::size_t kReportBytes = 350'000;
constexpr std::size_t kListBytes = 140'000;  // references, attachments, techniques, ...: each
// Tag, length and nesting of one entry.
constexpr std::size_t kEntryBytes = 12;
constexpr std::size_t kFieldBytes = 5;  // tag and length alone, at most
static_assert(kIndicatorBytes < record::kSectionBytesMax);
static_assert(kRuleBytes > record::kLongTextBytesMax + record::kTextBytesMax);

struct Size {
  std::size_t bytes = 0;
  std::size_t items = 0;

  bool Fits(const Size& more, std::size_t bytes_max) const {
    return bytes + more.bytes <= bytes_max && items + more.items <= record::kItemsMax;
  }
  void Add(const Size& more) {
    bytes += more.bytes;
    items += more.items;
  }
};

std::size_t EntryBytes(const google::protobuf::Message& entry) {
  return entry.ByteSizeLong() + kEntryBytes;
}

Size SizeOf(const MispUnit& unit) {
  Size size;
  for (const v1::Indicator& indicator : unit.indicators) size.bytes += EntryBytes(indicator);
  for (const v1::Sighting& sighting : unit.sightings) size.bytes += EntryBytes(sighting);
  if (unit.object) size.bytes += EntryBytes(*unit.object);
  size.items = std::max({unit.indicators.size(), unit.sightings.size(), std::size_t{1}});
  return size;
}

// Members of an object that no record can hold as a whole go on without it.
void ShrinkUnits(MispState& state) {
  static_assert(record::kIndicatorsMax <= record::kItemsMax);
  std::vector<MispUnit> units;
  for (MispUnit& unit : state.units) {
    while (!Size{}.Fits(SizeOf(unit), kIndicatorBytes) && !unit.indicators.empty()) {
      // Half at once: sizes are asked for again each time.
      const std::size_t keep = unit.indicators.size() / 2;
      state.report.NotKept(state.object_place,
                           "membership in an object that is too large for a record",
                           unit.indicators.size() - keep);
      for (std::size_t i = keep; i < unit.indicators.size(); ++i) {
        units.push_back({{std::move(unit.indicators[i])}, std::nullopt, {}});
      }
      unit.indicators.resize(keep);
      if (unit.object) {
        auto& members = *unit.object->mutable_members();
        members.DeleteSubrange(static_cast<int>(keep), members.size() - static_cast<int>(keep));
      }
      state.report.NotKept(state.object_place,
                           "sightings of an object that is too large for a record",
                           unit.sightings.size());
      unit.sightings.clear();
    }
    units.push_back(std::move(unit));
  }
  state.units = std::move(units);
}

class Splitter {
 public:
  explicit Splitter(MispState& state) : state_(state) { drafts_.emplace_back(state.draft); }

  std::vector<record::Draft> Split() {
    SpreadUnits();
    Spread(kRuleBytes,
           [](v1::Sections& s) { return s.mutable_detection_rules()->mutable_rules(); });
    Spread(kReportBytes, [](v1::Sections& s) { return s.mutable_summary()->mutable_reports(); });
    Spread(kListBytes,
           [](v1::Sections& s) { return s.mutable_references()->mutable_references(); });
    Spread(kListBytes,
           [](v1::Sections& s) { return s.mutable_attachments()->mutable_attachments(); });
    Spread(kListBytes, [](v1::Sections& s) { return s.mutable_victim()->mutable_assets(); });
    Spread(kListBytes,
           [](v1::Sections& s) { return s.mutable_techniques()->mutable_techniques(); });
    Spread(kListBytes, [](v1::Sections& s) { return s.mutable_techniques()->mutable_actors(); });
    Spread(kListBytes, [](v1::Sections& s) { return s.mutable_response()->mutable_actions(); });
    Finish();
    return std::move(drafts_);
  }

 private:
  record::Draft& Part(std::size_t index) {
    while (drafts_.size() <= index) {
      record::Draft& next = drafts_.emplace_back();
      next.header = drafts_[0].header;
      next.source_format = drafts_[0].source_format;
    }
    return drafts_[index];
  }

  // Deals one list out over the parts.
  template <class ListOf>
  void Spread(std::size_t bytes_max, const ListOf& list_of) {
    auto taken = *list_of(drafts_[0].sections);
    list_of(drafts_[0].sections)->Clear();
    Size size;
    std::size_t part = 0;
    for (auto& entry : taken) {
      const Size more{EntryBytes(entry), 1};
      if (size.items > 0 && !size.Fits(more, bytes_max)) {
        ++part;
        size = {};
      }
      size.Add(more);
      *list_of(Part(part).sections)->Add() = std::move(entry);
    }
  }

  void SpreadUnits() {
    ShrinkUnits(state_);
    std::vector<v1::Relationship> relationships = ResolveRelationships(state_);
    std::map<std::string, std::vector<v1::Relationship*>> by_from;
    for (v1::Relationship& r : relationships) by_from[r.from()].push_back(&r);

    Size size;
    std::size_t part = 0;
    for (MispUnit& unit : state_.units) {
      Size more = SizeOf(unit);
      const std::size_t own_relationships = AddRelationshipBytes(unit, by_from, more);
      more.items = std::max(more.items, own_relationships);
      if (size.items > 0 && !size.Fits(more, kIndicatorBytes)) {
        ++part;
        size = {};
      }
      size.Add(more);
      Put(std::move(unit), part);
    }
    for (v1::Relationship& r : relationships) PutRelationship(std::move(r));
  }

  std::size_t AddRelationshipBytes(
      const MispUnit& unit, const std::map<std::string, std::vector<v1::Relationship*>>& by_from,
      Size& size) {
    if (!unit.object) return 0;
    const auto found = by_from.find(unit.object->ref());
    if (found == by_from.end()) return 0;
    for (const v1::Relationship* r : found->second) size.bytes += EntryBytes(*r);
    return found->second.size();
  }

  void Put(MispUnit unit, std::size_t part) {
    v1::Indicators& section = *Part(part).sections.mutable_indicators();
    if (unit.object) {
      part_by_ref_[unit.object->ref()] = part;
      *section.add_objects() = *std::move(unit.object);
    }
    for (v1::Indicator& indicator : unit.indicators) {
      part_by_ref_[indicator.ref()] = part;
      *section.add_indicators() = std::move(indicator);
    }
    for (v1::Sighting& sighting : unit.sightings) *section.add_sightings() = std::move(sighting);
  }

  void PutRelationship(v1::Relationship relationship) {
    const auto from = part_by_ref_.find(relationship.from());
    const auto to = part_by_ref_.find(relationship.to());
    const bool together =
        from != part_by_ref_.end() && to != part_by_ref_.end() && from->second == to->second;
    v1::Indicators* section = together ? Part(from->second).sections.mutable_indicators() : nullptr;
    const std::size_t bytes = EntryBytes(relationship);
    if (section == nullptr ||
        section->relationships_size() >= static_cast<int>(record::kItemsMax) ||
        SectionBytes(from->second) + bytes > record::kSectionBytesMax) {
      state_.report.NotKept(
          state_.relationship_place,
          fmt::format("its two ends stand in different parts of a split {}", state_.source_word));
      return;
    }
    SectionBytes(from->second) += relationship.ByteSizeLong() + kFieldBytes;
    *section->add_relationships() = std::move(relationship);
  }

  // How large the indicators of a part are.  Counted on from the first question, when only
  // relationships are still to come: to ask a section of 1 MiB takes its length each time.
  std::size_t& SectionBytes(std::size_t part) {
    const auto [it, first] = section_bytes_.try_emplace(part, 0);
    if (first) it->second = Part(part).sections.indicators().ByteSizeLong();
    return it->second;
  }

  // Empty messages that only asking for a list has made go away; later parts say what they are.
  void Finish() {
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      v1::Sections& sections = drafts_[i].sections;
      if (i > 0) {
        sections.mutable_summary()->mutable_title()->CopyFrom(
            drafts_[0].sections.summary().title());
        sections.mutable_caveats()->add_texts()->set_value(
            fmt::format("part {} of {} of one {}; part 1 says what it is about", i + 1,
                        drafts_.size(), state_.source_word));
      }
      ClearIfEmpty(sections);
    }
  }

  static void ClearIfEmpty(v1::Sections& sections) {
    const auto* reflection = sections.GetReflection();
    const auto* descriptor = v1::Sections::descriptor();
    for (int f = 0; f < descriptor->field_count(); ++f) {
      const auto* field = descriptor->field(f);
      if (!reflection->HasField(sections, field)) continue;
      if (reflection->GetMessage(sections, field).ByteSizeLong() == 0) {
        reflection->ClearField(&sections, field);
      }
    }
  }

  MispState& state_;
  std::vector<record::Draft> drafts_{};
  std::map<std::string, std::size_t> part_by_ref_{};
  std::map<std::size_t, std::size_t> section_bytes_{};
};

}  // namespace

std::vector<record::Draft> SplitIntoDrafts(MispState& state) { return Splitter(state).Split(); }

}  // namespace renkei::formats
