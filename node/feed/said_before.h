// What this node said under its team's name, so that nobody says the same without it by mistake:
// whoever reads both knows who the author is.
//
// Kept by digests of what was handed in, section by section, and of the set of indicators, until
// the record is past.  Sections too short to tell anyone from another don't count.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "node/anonymize/finding.h"
#include "node/base/clock.h"
#include "node/record/draft.h"
#include "node/store/store.h"

namespace renkei::feed {

inline constexpr std::string_view kSaidRule = "seen-under-your-name";
inline constexpr std::size_t kSaidBytesMin = 48;  // of a section

struct Said {
  std::optional<policy::SectionId> section{};
  std::string place{};  // the section's word, or `indicators.indicators`: the set of values
  Bytes digest{};
};
// Of a draft before the gate.  Nothing of a sighting, which repeats another record on purpose.
std::vector<Said> WhatItSays(const record::Draft& draft);

// In the transaction that publishes under our name.
absl::Status KeepSaid(store::Writer& writer, const std::vector<Said>& said, Timestamp expires);
// What of it a live or lately expired record of ours says by name.
absl::StatusOr<std::vector<anonymize::Finding>> FindSaid(const store::Reader& reader,
                                                         const std::vector<Said>& said,
                                                         Timestamp now);
// What of it this node said under its name.
using SaidQuestion =
    std::function<absl::StatusOr<std::vector<anonymize::Finding>>(const std::vector<Said>&)>;
// Asks, and adds what is found to `findings`, or to `allowed` what `overrides` let pass.  True if
// there is something that nobody let pass.
absl::StatusOr<bool> AddSaid(const SaidQuestion& question, const std::vector<Said>& said,
                             const std::vector<anonymize::Override>& overrides,
                             std::vector<anonymize::Finding>& findings,
                             std::vector<anonymize::Finding>& allowed);
// Forgets what is past; at most so many.
absl::Status ForgetSaid(store::Writer& writer, Timestamp now, int at_once);

}  // namespace renkei::feed
