// A STIX bundle as an index: which objects it holds, how they are marked, what they point at, and
// which of them belong together.  Objects are parsed one at a time, so memory is the file, this
// index, and what is made of it.  Private to node/formats.
//
// Errors: INVALID_ARGUMENT naming the place (`objects[3].id`), RESOURCE_EXHAUSTED above a limit.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "node/formats/json_reader.h"
#include "node/formats/json_split.h"
#include "node/formats/stix_markings.h"

namespace renkei::formats {

inline constexpr std::size_t kStixObjectsMax = 400'000;
inline constexpr std::size_t kStixObjectBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kStixGroupsMax = 2'000;          // reports, groupings, incidents
inline constexpr std::size_t kStixPlacementsMax = 1'000'000;  // objects x groups that name them
inline constexpr std::size_t kStixMarkingsMax = 1'000;        // different ones
inline constexpr std::size_t kStixRefsMax = 100'000;          // of one object

struct StixEntry {
  JsonSlice slice{};
  std::uint32_t number = 0;  // in the file, from 0
  std::string type{};
  std::string id{};
  std::vector<std::uint16_t> markings{};  // into StixFile's list; granular ones too
  bool has_granular_tlp = false;
  bool revoked = false;
  bool superseded = false;  // a later version, or the same one, stands elsewhere in the file
  bool targets = false;     // a relationship `targets`
  bool own_object = false;  // a grouping that we wrote for an object of a record
  std::int64_t modified_us = 0;
  std::vector<std::string> refs{};  // what it points at; of a relationship: source, target
};

// What one draft is made of.
struct StixGroup {
  const StixEntry* container = nullptr;     // null: objects that no report names
  std::vector<const StixEntry*> members{};  // in the order of the file, without the container
  std::vector<const StixEntry*> torn{};     // links whose other end is in no or another draft
  StixMarking marking{};                    // the strictest
};

class StixFile {
 public:
  // `json` must outlive this.
  static absl::StatusOr<StixFile> Read(BytesView json, const JsonSplit& split,
                                       const JsonLimits& limits);

  // One object, parsed.
  absl::StatusOr<JsonDocument> Parse(const StixEntry& entry) const;
  const StixEntry* Find(std::string_view id) const;

  const std::vector<StixEntry>& entries() const { return entries_; }
  const std::string& bundle_id() const { return bundle_id_; }
  StixMarking MarkingOf(const StixEntry& entry) const;
  // Of one number in StixEntry::markings: thousands of objects share one, so nothing is copied.
  std::string_view StatementOf(std::uint16_t marking) const { return markings_[marking].statement; }
  bool HasLostStatement(std::uint16_t marking) const { return markings_[marking].too_long; }
  // Ids of markings that nobody here knows.
  std::vector<std::string> UnknownMarkingsOf(const StixEntry& entry) const;

 private:
  struct Marking {
    std::string id{};
    StixMarking level{};
    std::string statement{};
    bool too_long = false;  // its statement: not kept
    bool known = false;
  };

  explicit StixFile(BytesView json) : json_(json) {}
  absl::Status Index(const JsonSplit& split, const JsonLimits& limits);
  absl::Status IndexOne(const JsonNode& node, StixEntry& entry);
  static absl::Status IndexRefs(const JsonNode& node, StixEntry& entry);
  absl::Status IndexMarkings(const JsonNode& node, StixEntry& entry);
  absl::Status DefineMarking(const JsonNode& node, const std::string& id);
  absl::StatusOr<std::uint16_t> MarkingNumber(const std::string& id);
  void AddVersion(std::uint32_t number);

  BytesView json_;
  std::string bundle_id_{};
  std::vector<StixEntry> entries_{};
  std::unordered_map<std::string_view, std::uint32_t> by_id_{};
  std::vector<Marking> markings_{};
  std::map<std::string, std::uint16_t> marking_numbers_{};
  JsonLimits object_limits_{};
};

// One group for each report, grouping and incident, and one for each marking of all other objects.
absl::StatusOr<std::vector<StixGroup>> GroupStixObjects(const StixFile& file);

// By which publishing the same group again is recognised; empty: by nothing.
std::string StixSourceId(const StixFile& file, const StixGroup& group);

bool IsStixContainer(const StixEntry& entry);
// Identities, markings and the like: they say something of other objects and start no group.
bool IsStixAside(const StixEntry& entry);
// Observables and what is made of them.
bool IsStixObservable(std::string_view type);

}  // namespace renkei::formats
