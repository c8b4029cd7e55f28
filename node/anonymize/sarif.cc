#include "node/anonymize/sarif.h"

#include <map>

namespace renkei::anonymize {
namespace {

Json RulesJson(std::map<std::string, std::size_t>& index) {
  Json rules = Json::array();
  for (const RuleText& rule : AllRules()) {
    index.emplace(rule.rule, rules.size());
    rules.push_back({{"id", rule.rule},
                     {"shortDescription", {{"text", rule.text}}},
                     {"properties", {{"overridable", MayOverride(rule.rule)}}}});
  }
  return rules;
}

Json ResultJson(const std::string& file, const Finding& finding,
                const std::map<std::string, std::size_t>& index) {
  const bool warns = finding.severity == FindingSeverity::kWarn;
  Json location = {{"physicalLocation", {{"artifactLocation", {{"uri", file}}}}},
                   {"logicalLocations", Json::array({{{"fullyQualifiedName", finding.place}}})}};
  Json result = {{"ruleId", finding.rule},
                 {"level", warns ? "warning" : "error"},
                 {"message", {{"text", finding.suggestion}}},
                 {"locations", Json::array({std::move(location)})}};
  if (const auto rule = index.find(finding.rule); rule != index.end()) {
    result["ruleIndex"] = rule->second;
  }
  return result;
}

}  // namespace

Json ToSarif(const std::vector<SarifInput>& inputs, const std::string& version) {
  std::map<std::string, std::size_t> index;
  Json rules = RulesJson(index);
  Json results = Json::array();
  for (const SarifInput& input : inputs) {
    for (const Finding& finding : input.findings) {
      results.push_back(ResultJson(input.file, finding, index));
    }
  }
  Json driver = {{"name", "renkei"}, {"version", version}, {"rules", std::move(rules)}};
  Json run = {{"tool", {{"driver", std::move(driver)}}}, {"results", std::move(results)}};
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
          {"version", "2.1.0"},
          {"runs", Json::array({std::move(run)})}};
}

}  // namespace renkei::anonymize
