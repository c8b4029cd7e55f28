// One IODEF incident on its way to a draft: what the readers of its classes share.  Private to
// node/formats.
//
// A reader marks the texts that it has a place for; what is left unmarked at the end is counted and
// named, so that nothing is lost in silence.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/formats/iodef_tree.h"
#include "node/formats/misp_state.h"
#include "policy/marking.h"

namespace renkei::formats {

inline constexpr std::uint64_t kIodefValuesMax = 400'000;             // of a document
inline constexpr std::string_view kIodefExtension = "renkei-record";  // AdditionalData's name

struct IodefState {
  const ImportOptions& options;
  MispState made{.options = options};  // draft, units, report
  std::string lang{};                  // where a text says none
  // observable-id -> the units made of it, and the ids that an indicator points at.
  std::map<std::string, std::vector<std::size_t>, std::less<>> units_by_id{};
  std::vector<std::pair<std::string, std::string>> pointed_at{};  // id, place
  std::set<std::string> said{};     // references, techniques, effects: each once
  std::uint64_t* values = nullptr;  // of the whole document; not null
  absl::Status status{};            // the first limit that was met
};

// What is said of all indicators of a class: role, comment, times, confidence, labels, phases,
// uuid.
struct IodefContext {
  bool actionable = false;
  v1::Indicator base{};
};

// Values that belong together: an indicator if it is one, else an object.
struct IodefThing {
  std::string name{};
  std::vector<std::pair<std::string, v1::Indicator>> members{};  // relation, indicator
};

// ---- texts (iodef_texts.cc) ----

// All children of that name.
std::vector<const IodefNode*> IodefAll(const IodefNode& node, std::string_view name);
// The text of a child, marked; "" if it is absent.
std::string IodefTake(const IodefNode& node, std::string_view name);
// `node`'s own text with its language, marked; beyond the limit it is cut, which is reported.
v1::Text IodefTextOf(IodefState& state, const IodefNode& node);
// Descriptions of `node` as one text.
v1::Text IodefDescription(IodefState& state, const IodefNode& node);
// Microseconds; nothing if absent, or no time, which is reported.
std::optional<std::int64_t> IodefTime(IodefState& state, const IodefNode& node,
                                      std::string_view name);
std::optional<std::uint32_t> IodefConfidence(IodefState& state, const IodefNode& node);
// Marks all of `node`, counting it once.
void IodefLeave(IodefState& state, const IodefNode& node, std::string_view why, bool by_design);
void IodefAddLabel(IodefState& state, std::string_view what, std::string_view word);
void IodefAddReport(IodefState& state, std::string_view name, v1::Text content);

// ---- what is said about it (iodef_about.cc) ----

void ReadIodefReference(IodefState& state, const IodefNode& node);
void ReadIodefMethod(IodefState& state, const IodefNode& node);
void ReadIodefAssessment(IodefState& state, const IodefNode& node);
void ReadIodefRelated(IodefState& state, const IodefNode& node);
void ReadIodefDiscovery(IodefState& state, const IodefNode& node);
void ReadIodefHistory(IodefState& state, const IodefNode& node);
void ReadIodefExpectation(IodefState& state, const IodefNode& node);
void ReadIodefDetection(IodefState& state, const IodefNode& node, const v1::Text& comment);
// DetectTime and its like into the timeline; `what` goes to the first of them.
void ReadIodefTimes(IodefState& state, const IodefNode& node, v1::Text what);

// ---- values (iodef_values.cc, iodef_records.cc) ----

void ReadIodefSystem(IodefState& state, const IodefNode& node, IodefContext context);
void ReadIodefAddress(IodefState& state, const IodefNode& node, const IodefContext& context);
void ReadIodefDomain(IodefState& state, const IodefNode& node, const IodefContext& context);
void ReadIodefService(IodefState& state, const IodefNode& node, const IodefContext& context);
void ReadIodefFiles(IodefState& state, const IodefNode& node, const IodefContext& context);
void ReadIodefRegistry(IodefState& state, const IodefNode& node, const IodefContext& context);
void ReadIodefEmail(IodefState& state, const IodefNode& node, const IodefContext& context);
void ReadIodefCertificates(IodefState& state, const IodefNode& node, const IodefContext& context);
void ReadIodefRecordData(IodefState& state, const IodefNode& node, const IodefContext& context);
void ReadIodefBulk(IodefState& state, const IodefNode& node, const IodefContext& context);
// One value as an indicator, counted; what is not of its type becomes `other`, with a note.
void AddIodefValue(IodefState& state, IodefThing& thing, const IodefContext& context,
                   std::string_view relation, v1::IndicatorType type, std::string_view value,
                   std::string_view place);
// The same context for what nobody should act on.
IodefContext PassiveIodef(const IodefContext& context, v1::Role role);
// Each hash of a HashData.
void AddIodefHashes(IodefState& state, IodefThing& thing, const IodefContext& context,
                    const IodefNode& data);
// Adds the unit.
void FinishIodefThing(IodefState& state, IodefThing thing, const IodefContext& context);

// ---- events and indicators (iodef_events.cc) ----

void ReadIodefEvent(IodefState& state, const IodefNode& node);
void ReadIodefIndicator(IodefState& state, const IodefNode& node);
// Indicators may point at what stands elsewhere: last of all.
void ResolveIodefPointers(IodefState& state);

}  // namespace renkei::formats
