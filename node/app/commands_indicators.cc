#include "node/app/commands_indicators.h"

#include <algorithm>

#include "node/feed/indicator_score.h"

namespace renkei::app {
namespace {

Json DisputeJson(const store::Dispute& dispute) {
  Json json = {{"team", dispute.team},
               {"verdict", record::ToString(dispute.verdict)},
               {"issued", TimeText(dispute.issued)},
               {"answered", dispute.answered}};
  if (dispute.type == store::v1::INDICATOR_TYPE_UNSPECIFIED) return json;
  json["type"] = feed::IndicatorTypeWord(dispute.type);
  json["value"] = dispute.value;
  return json;
}

absl::StatusOr<store::IndicatorStore*> IndexOf(Node& node) {
  store::IndicatorStore* index = store::FindIndicatorStore(node.store());
  if (index == nullptr) return FailedPrecondition("this node's store keeps no index");
  return index;
}

}  // namespace

Json TallyJson(const store::IndicatorTally& tally, store::v1::IndicatorType type,
               const config::IndicatorsConfig& config, Timestamp now) {
  Json json = {{"score", feed::ScoreOf(tally, type, config, now)},
               {"told_by", tally.told_by},
               {"unnamed", tally.unnamed},
               {"false_positive_by", tally.disputed_by},
               {"taken_out", feed::IsTakenOut(tally, config)}};
  if (tally.first_seen) json["first_seen"] = TimeText(*tally.first_seen);
  if (tally.last_seen) json["last_seen"] = TimeText(*tally.last_seen);
  return json;
}

absl::StatusOr<Json> IndicatorsOfRecord(Node& node, const record::RecordId& id,
                                        const std::vector<record::KeyedIndicator>& indicators) {
  ASSIGN_OR_RETURN(store::IndicatorStore* const index, IndexOf(node));
  const Timestamp now = node.clock().Now();
  const auto config = node.config();
  Json json = Json::object();
  const absl::Status read = index->ReadIndicators(
      [&](const store::Reader&, const store::IndicatorReader& reader) -> absl::Status {
        Json tallies = Json::array();
        for (const record::KeyedIndicator& one : indicators) {
          if (tallies.size() >= kTalliesShown) break;
          ASSIGN_OR_RETURN(const store::IndicatorTally tally, reader.Tally(one.key, now));
          Json line = {{"type", feed::IndicatorTypeWord(one.type)}, {"value", one.value}};
          line.update(TallyJson(tally, one.type, config->indicators, now));
          tallies.push_back(std::move(line));
        }
        json["tallies"] = std::move(tallies);
        ASSIGN_OR_RETURN(const auto disputes, reader.DisputesOf(id, now, kDisputesShown));
        json["disputes"] = Json::array();
        for (const store::Dispute& one : disputes) json["disputes"].push_back(DisputeJson(one));
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(read);
  return json;
}

absl::Status AddIndicatorState(Node& node, Json& json) {
  ASSIGN_OR_RETURN(store::IndicatorStore* const index, IndexOf(node));
  return index->ReadIndicators([&](const store::Reader&,
                                   const store::IndicatorReader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto disputed, reader.OwnDisputed(node.clock().Now(), kDisputedShown));
    json["disputed"] = Json::array();
    for (const record::RecordId& id : disputed) {
      json["disputed"].push_back(record::ToString(id));
    }
    ASSIGN_OR_RETURN(json["index_left"], reader.Left());
    return absl::OkStatus();
  });
}

}  // namespace renkei::app
