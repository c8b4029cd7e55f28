// The only way out: Draft -> AnonymizedDraft.
//
// Own assets are replaced by stand-ins, counts by ranges, exact times and amounts in free text by
// rounded ones, and the final bytes are linted.  Rules and their reasons: docs/anonymity.md.
// Immutable, thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/assets.h"
#include "node/anonymize/crowd.h"
#include "node/anonymize/finding.h"
#include "node/anonymize/keyed_names.h"
#include "node/anonymize/leak_lint.h"
#include "node/anonymize/own_assets.h"
#include "node/base/status.h"
#include "node/record/anonymized_draft.h"
#include "node/record/draft.h"

namespace renkei::anonymize {

// Shown to the author on this node, never sent or logged.
struct Replacement {
  std::string place{};
  std::string before{};  // the part that was replaced
  std::string after{};

  bool operator==(const Replacement&) const = default;
};

struct GateResult {
  // Absent if a finding refuses: nothing changes.
  std::optional<record::AnonymizedDraft> draft{};
  std::vector<Replacement> replacements{};
  std::vector<Finding> findings{};  // warnings too
  std::vector<Finding> allowed{};   // what a person let pass by hand: to be logged
  record::v1::Sections sections{};  // as they would leave
};

// The name of a list of harmless values that covers this one, in canonical form; empty: none does.
using KnownGood = std::function<std::string(record::v1::IndicatorType, std::string_view)>;

class Gate {
 public:
  explicit Gate(const config::Assets& assets, KnownGood known_good = nullptr)
      : own_(assets), lint_(own_), known_good_(std::move(known_good)) {}
  ~Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // INVALID_ARGUMENT if the sections break the rules of record/sections.h, before or after
  // replacement.  A refusal is no error: see `findings`.  `crowd`: what the record says of its
  // victim is tested too; the draft's header names its circles and source mode then.  `overrides`
  // let pass the findings that they name, but for those of rules that nobody may override; one that
  // names none is idle.  `names`: own addresses, hosts, mail addresses and users get keyed names
  // instead of counted ones.
  absl::StatusOr<GateResult> Anonymize(const record::Draft& draft,
                                       const CrowdRules* crowd = nullptr,
                                       const std::vector<Override>& overrides = {},
                                       const KeyedNames* names = nullptr) const;

  // Whether a value names what is listed in assets.toml.
  bool IsOurs(std::string_view value) const;
  // As the argument that the gate was made with; empty without one.
  std::string KnownGoodBy(record::v1::IndicatorType type, std::string_view canonical) const;

 private:
  OwnAssets own_;
  LeakLint lint_;
  KnownGood known_good_;
};

}  // namespace renkei::anonymize
