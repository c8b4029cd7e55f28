// One MISP event on its way to a draft: what the readers of its parts share.  Private to
// node/formats.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/formats/import_report.h"
#include "node/formats/json_reader.h"
#include "node/formats/misp_types.h"

namespace renkei::formats {

// Tags and names of a MISP server are at most 255 characters; twice that is room enough.
inline constexpr std::size_t kMispNameBytesMax = 512;
inline constexpr int kMispTagsMax = 500;         // per event, object or attribute
inline constexpr int kMispSightingsMax = 1'000;  // per attribute

// Why keys of a kind are in no record.
inline constexpr std::string_view kMispServerState = "state of its MISP server";
inline constexpr std::string_view kMispServerNumber = "number inside its MISP server";

// What must stay in one part when an event is split: an attribute, or an object with its members.
struct MispUnit {
  std::vector<v1::Indicator> indicators{};
  std::optional<v1::Object> object{};
  std::vector<v1::Sighting> sightings{};
};

struct PendingRelationship {
  std::string from{};  // ref
  std::string to{};    // ref, or empty: known by uuid only
  Bytes to_uuid{};
  std::string type{};
  std::string comment{};
  std::string place{};
  std::string lang{};  // of the comment
};

struct MispState {
  const ImportOptions& options;
  ReportBuilder report{};
  record::Draft draft{};  // everything but units
  std::vector<MispUnit> units{};
  std::vector<PendingRelationship> relationships{};
  std::map<Bytes, std::string> ref_by_uuid{};
  std::set<std::string> tags_seen{};      // of the event: a tag and a cluster say the same thing
  std::set<std::string> tags_withheld{};  // clusters whose author keeps them local
  int refs = 0;
  bool speaks_of_a_victim = false;
  // What the report and the caveats of split drafts call things; STIX has other words.
  std::string_view object_place = "Event.Object";
  std::string_view relationship_place = "Event.Object.ObjectReference";
  std::string_view source_word = "event";

  std::string NextRef(char letter) { return fmt::format("{}{}", letter, ++refs); }
};

// What a key of a MISP object is to us.
struct KnownKey {
  std::string_view key{};
  std::string_view why_not{};  // empty: it is mapped; else why no record holds it
};

// Reports every member of `node` that is neither void nor mapped.
void ReportOtherKeys(MispState& state, const JsonNode& node, std::span<const KnownKey> known);

// Text of a member, "" if it is absent; longer than `bytes_max` is cut, which is reported.
absl::StatusOr<std::string> TextMember(MispState& state, const JsonNode& node, std::string_view key,
                                       std::size_t bytes_max = kMispNameBytesMax);
absl::StatusOr<bool> BoolMember(const JsonNode& node, std::string_view key);
// 16 bytes or, for an absent or ill-formed one, none; the latter is reported.
absl::StatusOr<Bytes> UuidMember(MispState& state, const JsonNode& node, std::string_view key);
// Microseconds; 0 if absent or not between 1970 and 9999, which is reported.
absl::StatusOr<std::int64_t> TimeMember(MispState& state, const JsonNode& node,
                                        std::string_view key);
// At most `bytes_max` bytes of `text`, whole characters.
std::string_view CutUtf8(std::string_view text, std::size_t bytes_max);

// Whether the author of this attribute, object, report keeps it from us; reported.
absl::StatusOr<bool> IsWithheld(MispState& state, const JsonNode& node);

// Tags and galaxies.  On an event they become header and sections; on anything else, labels (but
// TLP and PAP tighten the header).
absl::Status ReadEventTags(MispState& state, const JsonNode& event);
absl::StatusOr<std::vector<std::string>> ReadLabels(MispState& state, const JsonNode& node);

// An attribute of the event, or of `object` with its members in `unit`.
absl::Status ReadAttribute(MispState& state, const JsonNode& attribute, MispUnit* object);
absl::Status ReadObject(MispState& state, const JsonNode& object);
// Relationships whose two ends are known now.
std::vector<v1::Relationship> ResolveRelationships(MispState& state);

}  // namespace renkei::formats
