// One thing that a target is told: a record or revision that came, or that one which it was given
// is withdrawn or no longer for it.  Value type.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/base/json.h"
#include "node/formats/export.h"
#include "node/store/store.h"

namespace renkei::push {

enum class EventType : std::uint8_t {
  kRecord = 1,
  kWithdrawn = 2,  // its author took it back
  kRetracted = 3,  // this node, or its hub, took it back: the target may no longer have it
  kTest = 4,       // of `push test`; about no record
};
std::string_view ToWord(EventType type);

struct Event {
  EventType type = EventType::kRecord;
  std::string delivery{};    // 32 hex digits: the same at every try
  store::Offset offset = 0;  // in the feed; 0: of no entry
  int passed_over = 0;       // entries just before it that are not for the target
  record::RecordId id{};
  Timestamp expires{};
  policy::Kind kind = policy::Kind::kUnspecified;
  policy::Tlp tlp = policy::Tlp::kUnspecified;
  policy::Severity severity = policy::Severity::kUnspecified;
  std::string author{};                       // slug; empty: not attributed
  std::vector<std::string> circles{};         // those that the target may know of
  Json line{};                                // all that it is told, as one line
  std::optional<formats::HeldRecord> held{};  // of kRecord: the same, as exports take it
};

// What `push test` sends: nothing of any record.
Event TestEvent(const std::string& org, Timestamp now);

}  // namespace renkei::push
