// How sure this node is of an indicator, and when it takes one out of its lists.
//
// Pure; thread-safe.  The whole rule: docs/indicators.md.
#pragma once

#include "config/indicators_config.h"
#include "node/store/indicators.h"

namespace renkei::feed {

// 0..100: the highest confidence that one who lists it says, halved for each half-life of its type
// since it was last seen, and for each team that calls it a false positive.
int ScoreOf(const store::IndicatorTally& tally, store::v1::IndicatorType type,
            const config::IndicatorsConfig& config, Timestamp now);

// Whether no list that blocks or alerts may hold it: our own team calls it a false positive, or as
// many others as the configuration says do, and no fewer than the teams that stand by it.
bool IsTakenOut(const store::IndicatorTally& tally, const config::IndicatorsConfig& config);

// `ipv4-net`, as node.toml and the command line write it.
std::string IndicatorTypeWord(store::v1::IndicatorType type);

}  // namespace renkei::feed
