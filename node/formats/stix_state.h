// One group of STIX objects on its way to a draft: what the readers of its objects share.  Private
// to node/formats.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/formats/misp_state.h"
#include "node/formats/stix_file.h"
#include "node/formats/stix_pattern.h"

namespace renkei::formats {

inline constexpr int kStixLabelsMax = 500;  // per object

// Why properties of a kind are in no record.
inline constexpr std::string_view kStixTimes = "a record has its own times";
inline constexpr std::string_view kStixAuthor =
    "the author's own knowledge: a record says who signed it";

using StixValue = std::pair<v1::IndicatorType, std::string>;

// What an observation says of its observables.
struct StixSeen {
  std::int64_t first_us = 0;
  std::int64_t last_us = 0;
  std::vector<std::string> labels{};
};

// A reference inside an observable: it becomes a relationship.
struct StixEmbedded {
  std::string from{};   // ref
  std::string to_id{};  // id
  std::string type{};
  std::string place{};
};

struct StixState {
  const ImportOptions& options;
  const StixFile& file;
  const StixGroup& group;
  MispState made{.options = options};  // draft, units, relationships, report

  std::map<std::string, std::string, std::less<>> ref_by_id{};
  std::map<std::string, std::vector<StixValue>, std::less<>> values_by_id{};  // for sightings
  std::map<StixValue, std::string> ref_by_value{};
  std::map<std::string, std::size_t, std::less<>> unit_by_ref{};  // units of one indicator each
  std::map<std::string, StixSeen, std::less<>> seen_by_id{};
  std::set<std::string, std::less<>> done{};      // observables that an object of ours speaks for
  std::set<std::string, std::less<>> linked{};    // ends of relationships
  std::set<std::string, std::less<>> targeted{};  // identities that somebody targets
  std::set<std::string> references{};             // said already
  std::vector<StixEmbedded> embedded{};
  std::map<std::string, std::string, std::less<>> observed_of{};  // observation -> its observable
  bool speaks_of_a_victim = false;
  bool has_container = false;
};

// One object.  Readers note the first thing that is wrong with it instead of returning it, so that
// reading it is one line per property; `status()` tells.
class StixReader {
 public:
  StixReader(StixState& state, const StixEntry& entry, const JsonDocument& document)
      : state_(state), entry_(entry), node_(document.top()) {}
  ~StixReader() = default;
  StixReader(const StixReader&) = delete;
  StixReader& operator=(const StixReader&) = delete;

  // A member that is taken care of; nothing if it is absent or void.
  std::optional<JsonNode> Take(std::string_view key);
  // "" if it is absent; longer than `bytes_max` is cut, which is reported.
  std::string Text(std::string_view key, std::size_t bytes_max);
  std::vector<std::string> Texts(std::string_view key);
  std::int64_t Time(std::string_view key);
  std::optional<std::uint64_t> Number(std::string_view key);
  void Ignore(std::string_view key, std::string_view why);

  // `name` and `description` as one text, with the object's language.
  v1::Text Comment(std::string_view name_unless);
  std::vector<std::string> Labels();
  std::optional<std::uint32_t> Confidence();
  std::vector<v1::KillChainPhase> Phases();
  std::string Lang() { return Text("lang", kMispNameBytesMax); }
  Bytes Uuid() const;
  // Into references, but for those that `taken` (source, external id) has a better place for.
  void References(const std::set<std::string>& taken = {});

  // Merges our extension's `key` into `message`; false if it is not there.
  bool Own(std::string_view key, google::protobuf::Message& message);
  std::optional<JsonNode> OwnNode(std::string_view key);

  // Counts all that nobody has taken; last of all.
  void ReportRest();

  void Lost(std::string_view key, std::string_view what, std::uint64_t count = 1);
  std::string Place(std::string_view key) const;
  const StixEntry& entry() const { return entry_; }
  const JsonNode& node() const { return node_; }
  const absl::Status& status() const { return status_; }
  void Fail(const absl::Status& status);

 private:
  void ReportExtensions();

  StixState& state_;
  const StixEntry& entry_;
  JsonNode node_;
  std::optional<JsonNode> extensions_{};
  std::optional<JsonNode> own_{};
  std::set<std::string, std::less<>> taken_{};
  absl::Status status_{};
};

// Readers of each kind of object (stix_indicator.cc, stix_things.cc, stix_observables.cc,
// stix_notes.cc).
void ReadStixIndicator(StixState& state, StixReader& reader);
void ReadStixThing(StixState& state, StixReader& reader);
void ReadStixObservation(StixState& state, StixReader& reader);
void ReadStixObservable(StixState& state, StixReader& reader);
void ReadStixOwnObject(StixState& state, StixReader& reader);
void ReadStixNote(StixState& state, StixReader& reader);
void ReadStixOpinion(StixState& state, StixReader& reader);
void ReadStixSighting(StixState& state, StixReader& reader);
void ReadStixRelationship(StixState& state, StixReader& reader);
void ReadStixLanguage(StixState& state, StixReader& reader);

// Adds a unit of one indicator; answers its ref.
std::string AddStixIndicator(StixState& state, v1::Indicator indicator, const std::string& id);

}  // namespace renkei::formats
