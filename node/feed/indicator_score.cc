#include "node/feed/indicator_score.h"

#include <algorithm>
#include <cmath>

#include "node/base/encoding.h"

namespace renkei::feed {
namespace {

constexpr double kSecondsPerDay = 24 * 60 * 60;

}  // namespace

std::string IndicatorTypeWord(store::v1::IndicatorType type) {
  constexpr std::string_view kPrefix = "INDICATOR_TYPE_";
  std::string word = AsciiLower(store::v1::IndicatorType_Name(type));
  if (word.size() <= kPrefix.size()) return "other";
  word.erase(0, kPrefix.size());
  std::replace(word.begin(), word.end(), '_', '-');
  return word;
}

int ScoreOf(const store::IndicatorTally& tally, store::v1::IndicatorType type,
            const config::IndicatorsConfig& config, Timestamp now) {
  if (tally.listed == 0 || !tally.last_seen) return 0;
  double score = tally.confidence.value_or(config.confidence);
  const int half_life = config.HalfLifeOf(IndicatorTypeWord(record::KeyType(type)));
  const auto age = static_cast<double>(UnixSeconds(now) - UnixSeconds(*tally.last_seen));
  if (half_life > 0 && age > 0) score *= std::exp2(-age / (half_life * kSecondsPerDay));
  score *= std::exp2(-static_cast<double>(tally.disputed_by.size()));
  return static_cast<int>(std::lround(score));
}

bool IsTakenOut(const store::IndicatorTally& tally, const config::IndicatorsConfig& config) {
  if (tally.disputed_here) return true;
  const auto& disputed = tally.disputed_by;
  const auto standing =
      std::count_if(tally.told_by.begin(), tally.told_by.end(), [&](const std::string& team) {
        return !std::binary_search(disputed.begin(), disputed.end(), team);
      });
  const auto teams = static_cast<std::ptrdiff_t>(disputed.size());
  return teams >= config.false_positive_teams && teams >= standing;
}

}  // namespace renkei::feed
