// What a team wrote, before anonymization: a record's future header, in words a person uses, and
// its sections as messages.
//
// A Draft never leaves the node: Seal takes an AnonymizedDraft, which only anonymize::Gate makes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/base/clock.h"
#include "node/record/ids.h"
#include "node/record/sections.h"
#include "policy/marking.h"

namespace renkei::record {

enum class WithdrawalReason : std::uint8_t {
  kUnspecified = 0,
  kMistake = 1,
  kFalsePositive = 2,
  kSuperseded = 3,
  kLegal = 4,
  kAudienceNarrowed = 5,
};

struct About {
  RecordId record_id{};
  Bytes leaf{};  // 32 bytes, or empty: whatever revision
  bool operator==(const About&) const = default;
};

// What the author may say of a record; everything unsaid gets the node's default when it is sealed.
struct DraftHeader {
  policy::Kind kind = policy::Kind::kUnspecified;
  policy::Tlp tlp = policy::Tlp::kUnspecified;
  policy::Pap pap = policy::Pap::kUnspecified;
  policy::SourceMode source = policy::SourceMode::kUnspecified;
  policy::Relay relay = policy::Relay::kUnspecified;
  policy::Severity severity = policy::Severity::kUnspecified;
  std::uint32_t type = 0;                         // RSIT
  std::vector<std::string> circles{};             // names; empty: the community's own
  std::optional<policy::Rung> min_level{};        // unsaid: 0
  std::optional<std::uint64_t> section_levels{};  // unsaid: the template of the node
  std::vector<std::string> recipients{};          // team ids or slugs
  std::vector<std::string> sectors{};
  std::vector<std::string> countries{};
  std::vector<std::string> tags{};
  std::optional<About> about{};
  WithdrawalReason reason = WithdrawalReason::kUnspecified;
  bool exercise = false;
  std::optional<Timestamp> expires{};
  std::optional<Timestamp> embargo_until{};
};

struct Draft {
  DraftHeader header{};
  v1::Sections sections{};
  // Where it came from, kept locally and never sent: publishing the same source again is
  // recognised.
  std::string source_format{};  // misp, json, ...
  std::string source_id{};      // uuid or the like; empty: none
};

std::string_view ToWord(WithdrawalReason reason);
std::optional<WithdrawalReason> WithdrawalReasonFromWord(std::string_view word);

}  // namespace renkei::record
