// What teams' verdicts and time do to indicators that leave for tools: false positives are in no
// list, and where whole records go they are no longer called actionable.
//
// Confined to the snapshot that it was made in, whose reader it borrows.  Rules:
// docs/indicators.md.
#pragma once

#include <set>

#include "config/indicators_config.h"
#include "node/formats/export.h"
#include "node/store/indicators.h"

namespace renkei::gateway {

// Verdicts beyond so many are not asked about; each team has an equal share of them.
inline constexpr int kVerdictsAsked = 1'000'000;

// Indicators that no list may hold for what teams say of them.
absl::StatusOr<std::set<record::IndicatorKey>> FindTakenOut(const store::IndicatorReader& reader,
                                                            const config::IndicatorsConfig& config,
                                                            Timestamp now);

class IndicatorRules {
 public:
  // `score_min`: 0..100; 0: whatever the score.
  static absl::StatusOr<IndicatorRules> Read(const store::IndicatorReader& reader,
                                             const config::IndicatorsConfig& config, int score_min,
                                             Timestamp now);

  // Why no list may hold it; empty: it may.
  std::string_view WhyNot(formats::v1::IndicatorType type, std::string_view value) const;
  // Nothing in it that was taken out stays actionable.
  void Calm(formats::HeldRecord& record) const;

 private:
  IndicatorRules(const store::IndicatorReader& reader, const config::IndicatorsConfig& config,
                 int score_min, Timestamp now)
      : reader_(&reader), config_(config), score_min_(score_min), now_(now) {}

  const store::IndicatorReader* reader_;
  config::IndicatorsConfig config_;
  int score_min_ = 0;
  Timestamp now_{};
  std::set<record::IndicatorKey> taken_out_{};
};

}  // namespace renkei::gateway
