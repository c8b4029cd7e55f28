// Indicators as the commands answer them: what all records say of one, and its score.
#pragma once

#include <vector>

#include "node/app/commands_parts.h"
#include "node/store/indicators.h"

namespace renkei::app {

inline constexpr std::size_t kTalliesShown = 50;  // of one record, by `show`
inline constexpr int kDisputesShown = 50;
inline constexpr int kDisputedShown = 100;  // records of ours, by `status`

// {"score", "told_by", "unnamed", "false_positive_by", "taken_out", "first_seen", "last_seen"}
Json TallyJson(const store::IndicatorTally& tally, store::v1::IndicatorType type,
               const config::IndicatorsConfig& config, Timestamp now);

// What `show` says of a record's indicators: `tallies`, and `disputes` by other teams.
absl::StatusOr<Json> IndicatorsOfRecord(Node& node, const record::RecordId& id,
                                        const std::vector<record::KeyedIndicator>& indicators);

// Records of ours that others dispute, for `status`: ids; and `index_left`.
absl::Status AddIndicatorState(Node& node, Json& json);

}  // namespace renkei::app
