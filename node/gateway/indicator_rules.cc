#include "node/gateway/indicator_rules.h"

#include "node/feed/indicator_score.h"

namespace renkei::gateway {

absl::StatusOr<std::set<record::IndicatorKey>> FindTakenOut(const store::IndicatorReader& reader,
                                                            const config::IndicatorsConfig& config,
                                                            Timestamp now) {
  std::set<record::IndicatorKey> taken_out;
  ASSIGN_OR_RETURN(const auto disputed,
                   reader.Disputed(now, config.false_positive_teams, kVerdictsAsked));
  for (const record::IndicatorKey& key : disputed) {
    ASSIGN_OR_RETURN(const store::IndicatorTally tally, reader.Tally(key, now));
    // What nobody lists is in no list to be taken out of.
    if (tally.listed > 0 && feed::IsTakenOut(tally, config)) taken_out.insert(key);
  }
  return taken_out;
}

absl::StatusOr<IndicatorRules> IndicatorRules::Read(const store::IndicatorReader& reader,
                                                    const config::IndicatorsConfig& config,
                                                    int score_min, Timestamp now) {
  IndicatorRules rules(reader, config, score_min, now);
  ASSIGN_OR_RETURN(rules.taken_out_, FindTakenOut(reader, config, now));
  return rules;
}

std::string_view IndicatorRules::WhyNot(formats::v1::IndicatorType type,
                                        std::string_view value) const {
  if (taken_out_.empty() && score_min_ == 0) return "";
  const record::IndicatorKey key = record::KeyOf(type, value).key;
  if (taken_out_.count(key) > 0) return "values that teams call false positives";
  if (score_min_ == 0) return "";
  const auto tally = reader_->Tally(key, now_);
  // What can't be judged is in no list that asks for a score.
  const bool enough = tally.ok() && feed::ScoreOf(*tally, type, config_, now_) >= score_min_;
  return enough ? "" : "values whose score is too low";
}

void IndicatorRules::Calm(formats::HeldRecord& record) const {
  if (taken_out_.empty()) return;
  for (auto& one : *record.sections.mutable_indicators()->mutable_indicators()) {
    if (taken_out_.count(record::KeyOf(one.type(), one.value()).key) > 0) {
      one.set_actionable(false);
    }
  }
}

}  // namespace renkei::gateway
