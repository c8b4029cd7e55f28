#include "config/indicators_config.h"

#include <array>

#include "config/indicators_table.h"

namespace renkei::config {
namespace {

constexpr std::string_view kDefaultKey = "default";

constexpr auto kDecayTypes = std::to_array<std::string_view>({"ipv4",
                                                              "ipv6",
                                                              "ipv4-net",
                                                              "ipv6-net",
                                                              "domain",
                                                              "url",
                                                              "uri-path",
                                                              "email",
                                                              "email-subject",
                                                              "md5",
                                                              "sha1",
                                                              "sha256",
                                                              "sha512",
                                                              "ssdeep",
                                                              "tlsh",
                                                              "imphash",
                                                              "other-hash",
                                                              "file-name",
                                                              "file-path",
                                                              "file-size",
                                                              "mime-type",
                                                              "registry-key",
                                                              "registry-value",
                                                              "mutex",
                                                              "port",
                                                              "asn",
                                                              "mac",
                                                              "user-agent",
                                                              "user-name",
                                                              "certificate-hash",
                                                              "ja3",
                                                              "vulnerability",
                                                              "bitcoin-address",
                                                              "process",
                                                              "service",
                                                              "pdb-path",
                                                              "stix-pattern",
                                                              "text",
                                                              "anon-ip",
                                                              "other"});

}  // namespace

std::span<const std::string_view> DecayTypes() { return kDecayTypes; }

// Addresses change hands in days, a file never changes its hash.
std::map<std::string, int, std::less<>> DefaultHalfLives() {
  return {{"ipv4", 14},    {"ipv6", 14},  {"ipv4-net", 30}, {"ipv6-net", 30},   {"domain", 60},
          {"url", 30},     {"md5", 365},  {"sha1", 365},    {"sha256", 365},    {"sha512", 365},
          {"ssdeep", 365}, {"tlsh", 365}, {"imphash", 365}, {"other-hash", 365}};
}

int IndicatorsConfig::HalfLifeOf(std::string_view type) const {
  const auto found = half_lives.find(type);
  return found == half_lives.end() ? half_life_days : found->second;
}

IndicatorsConfig ReadIndicators(TomlSource& source, TomlReader& root) {
  IndicatorsConfig config;
  if (const toml::table* table = root.Table("indicators")) {
    TomlReader reader(source, *table, "indicators");
    const auto number = [&](std::string_view key, int& value, const IntRange& range) {
      value = static_cast<int>(reader.Integer(key, range).value_or(value));
    };
    number("confidence", config.confidence, {0, 100, "percent"});
    number("false_positive_teams", config.false_positive_teams, {1, 100, "teams"});
    reader.RefuseOthers();
  }
  if (const toml::table* table = root.Table("decay")) {
    TomlReader reader(source, *table, "decay");
    const IntRange days{0, kHalfLifeDaysMax, "days"};
    config.half_life_days =
        static_cast<int>(reader.Integer(kDefaultKey, days).value_or(config.half_life_days));
    for (const std::string_view type : kDecayTypes) {
      const auto value = reader.Integer(type, days);
      if (value) config.half_lives[std::string(type)] = static_cast<int>(*value);
    }
    reader.RefuseOthers();
  }
  return config;
}

}  // namespace renkei::config
